// What a browser keeps to check without a network: trust list, status lists, agreements, types.
//
// The node sends {content, seal}: `content` is the text of a JSON document (records/queries/
// offline.py says what is in it), `seal` a JWT of the region, or of a city, over its SHA-256. Nothing in it is
// believed before its signatures are good.
import { sha256 } from "@noble/hashes/sha2.js";
import { hex, unbase64url, utf8 } from "./bytes.js";
import { openJwt } from "./signatures.js";
import { TrustError, openTrust } from "./trust.js";

const SEAL = "conurb-lists+jwt";
const STATUS = "statuslist+jwt";
const BITS = 2;

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// A status list of a city: `at` is when it was signed, in milliseconds.
async function openStatus(token, city, number, keys) {
  const { payload, key } = openJwt(token, STATUS, (kid) => keys.get(kid));
  const claim = payload.status_list;
  if (key.owner !== city || !payload.sub.endsWith(`/status-lists/${city}/${number}`) || claim.bits !== BITS) {
    throw new TrustError(`not the status list ${city}/${number}`);
  }
  if (key.withdrawnAt !== null && payload.iat * 1000 >= key.compromisedFrom) {
    throw new TrustError(`the status list ${city}/${number} is signed by a withdrawn key`);
  }
  return { at: payload.iat * 1000, until: payload.exp * 1000, bits: await inflate(unbase64url(claim.lst)) };
}

// Returns the lists, verified. Throws TrustError (or another error) where they cannot be believed.
export async function openLists(raw, pinned) {
  const content = JSON.parse(raw.content);
  const { keys, first } = openTrust(content.trust, pinned);
  const { payload, key } = openJwt(raw.seal, SEAL, (kid) => keys.get(kid));
  if (key.withdrawnAt !== null || payload.sha256 !== hex(sha256(utf8(raw.content)))) {
    throw new TrustError("the lists are not sealed as they should be");
  }
  const status = new Map();
  for (const { city, number, token } of content.status) {
    status.set(`${city}/${number}`, await openStatus(token, city, number, keys));
  }
  return {
    at: payload.iat * 1000, first, keys, status,
    types: new Map(content.types.map((type) => [type.code, type])),
    agreements: content.agreements,
    cities: new Map(content.cities.map((city) => [city.code, city])),
  };
}

// The two bits of a record: 0 valid, 1 invalid, 2 suspended; null outside of the list.
export function statusAt(list, index) {
  const place = index >> 2;
  return place < list.bits.length ? (list.bits[place] >> ((index & 3) * 2)) & 3 : null;
}
