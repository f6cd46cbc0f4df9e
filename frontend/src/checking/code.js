// What a QR code of a record says: the same reading as records/compact.py, which describes it.
import { decode, encode } from "cborg";
import { unbase45 } from "./bytes.js";

export const PREFIX = "CNB1:";
const MOST = 2048;
const KID = 6;
const ISS = 1, SUB = 2, EXP = 4, NBF = 5, IAT = 6, OURS = -65537;
const TYPE = 0, STATUS = -1, MADE = -2;
const ALGORITHMS = new Map([[-8, "EdDSA"], [-7, "ES256"]]);
const STRICT = { strict: true, useMaps: true, rejectDuplicateMapKeys: true, allowUndefined: false, allowIndefinite: false };

// A text that is no code of a record; `reason` is "malformed", "oversized" or "unknown-suite".
export class CodeError extends Error {
  constructor(message, reason = "malformed") {
    super(message);
    this.reason = reason;
  }
}

function must(holds, message) {
  if (!holds) throw new CodeError(message);
}

const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;

function pair(value) {
  must(Array.isArray(value) && value.length === 2 && value.every(isWhole), "a pair of numbers is missing");
  return value;
}

function whole(value) {
  must(isWhole(value), "a number is missing or negative");
  return value;
}

function unpack(bytes, tags) {
  try {
    return decode(bytes, { ...STRICT, tags });
  } catch (fault) {
    throw new CodeError(`the code is no CBOR: ${fault.message}`);
  }
}

// Returns what a code says; verifies nothing. Times are in seconds since 1970, null where absent.
export function readCode(text) {
  if (text.length > MOST) throw new CodeError("the code is too long", "oversized");
  must(text.startsWith(PREFIX), `the code does not begin with ${PREFIX}`);
  let bytes;
  try {
    bytes = unbase45(text.slice(PREFIX.length));
  } catch {
    throw new CodeError("the code is no base45");
  }
  let tagged = false;
  const message = unpack(bytes, {
    18: (inner) => {
      tagged = true;
      return inner();
    },
  });
  must(tagged && Array.isArray(message) && message.length === 4, "the code is no COSE_Sign1");
  const [head, open, payload, signature] = message;
  must([head, payload, signature].every((part) => part instanceof Uint8Array), "the code is no COSE_Sign1");
  must(open instanceof Map && open.size === 0, "the code has an unprotected header");
  const header = unpack(head);
  must(header instanceof Map && header.size === 2, "the protected header does not hold alg and kid alone");
  const kid = header.get(4);
  must(kid instanceof Uint8Array && kid.length === KID, "the key is not named");
  const algorithm = ALGORITHMS.get(header.get(1));
  if (!algorithm) throw new CodeError("the algorithm is not known here", "unknown-suite");
  const claims = unpack(payload);
  must(claims instanceof Map, "the code has no claims");
  for (const label of claims.keys()) {
    must([ISS, SUB, EXP, NBF, IAT, OURS].includes(label), "the code has claims that are not foreseen");
  }
  const ours = claims.get(OURS);
  must(ours instanceof Map, "the code does not say what it is of");
  const shown = new Map();
  for (const [label, value] of ours) {
    must(Number.isInteger(label) && label >= MADE, "the code has members that are not foreseen");
    if (label > 0) shown.set(label, value);
  }
  const [typeCode, version] = pair(ours.get(TYPE));
  const [list, index] = pair(ours.get(STATUS));
  const city = claims.get(ISS), subject = claims.get(SUB) ?? "";
  must(typeof city === "string" && typeof subject === "string", "a text is missing");
  const issuedAt = whole(claims.get(IAT));
  return {
    kid, algorithm, city, subject, typeCode, version, list, index, issuedAt,
    validFrom: whole(claims.get(NBF) ?? issuedAt),
    until: claims.has(EXP) ? whole(claims.get(EXP)) : null,
    madeAt: whole(ours.get(MADE) ?? issuedAt),
    claims: shown,
    signed: encode(["Signature1", head, new Uint8Array(), payload]),
    signature,
  };
}
