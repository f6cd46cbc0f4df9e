// Signatures of the two suites that cities use; the algorithm is pinned to the key (records/suites.py).
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64url, joined, unbase64url, utf8 } from "./bytes.js";

const MEMBERS = { OKP: ["crv", "kty", "x"], EC: ["crv", "kty", "x", "y"] };

// The JWK thumbprint (RFC 7638): the name of a key.
export function thumbprint(jwk) {
  const members = MEMBERS[jwk.kty];
  if (!members) throw new TypeError("a key of an unknown kind");
  const text = JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]])));
  return base64url(sha256(utf8(text)));
}

// Tells whether `signature` over `data` is good under a key {algorithm, jwk}.
export function isGood(key, data, signature) {
  const { algorithm, jwk } = key;
  try {
    if (algorithm === "EdDSA" && jwk.kty === "OKP" && jwk.crv === "Ed25519") {
      return ed25519.verify(signature, data, unbase64url(jwk.x), { zip215: false });
    }
    if (algorithm === "ES256" && jwk.kty === "EC" && jwk.crv === "P-256") {
      const point = joined(Uint8Array.of(4), unbase64url(jwk.x), unbase64url(jwk.y));
      return signature.length === 64 && p256.verify(signature, data, point, { lowS: false, format: "compact" });
    }
  } catch {
    return false; // a signature or key that is not even well formed
  }
  return false;
}

// Returns header and payload of a JWT whose signature is good under one of the keys by kid.
export function openJwt(token, typ, keyOf) {
  const parts = token.split(".");
  if (parts.length !== 3) throw new TypeError("no JWT");
  const [header, payload] = parts.slice(0, 2).map((part) => JSON.parse(new TextDecoder().decode(unbase64url(part))));
  const key = keyOf(header.kid);
  if (header.typ !== typ || !key || key.algorithm !== header.alg) throw new TypeError(`no ${typ} of a known key`);
  if (!isGood(key, utf8(`${parts[0]}.${parts[1]}`), unbase64url(parts[2]))) {
    throw new TypeError(`the signature on the ${typ} is not good`);
  }
  return { header, payload, key };
}
