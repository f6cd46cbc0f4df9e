// The verdict on a code, from the lists alone: valid, invalid, stale or unknown, never a bare yes.
//
// The same rules, in the same order, as records/verifying.py and records/holding.py, for a verifier
// without logs. What ends a record for good counts however old the lists are; that it is still valid
// counts only while they are younger than its type allows.
import { same, unbase64url } from "./bytes.js";
import { CodeError, PREFIX, readCode } from "./code.js";
import { statusAt } from "./lists.js";
import { isGood } from "./signatures.js";

const KID = 6;
const VALID = 0, SUSPENDED = 2;
const CLOCKS = 120_000; // by so much two clocks may differ

// How a verdict comes: {verdict, reason, code, type, agreement, effects, listsAt, …}; `genuine` where
// a city of the region signed the code, whatever became of its record. `lists` may be null where none
// were ever got. `now` is in milliseconds, `city` where the record is checked.
export function judge(text, lists, city, now) {
  let code;
  try {
    code = readCode(text.trim());
  } catch (fault) {
    if (!(fault instanceof CodeError)) throw fault;
    // what does not even claim to be a record is not refused, it is not known
    return text.trim().startsWith(PREFIX)
      ? { verdict: "invalid", reason: fault.reason }
      : { verdict: "unknown", reason: "not-a-code" };
  }
  if (lists === null) return { verdict: "unknown", reason: "no-lists", code };
  const type = lists.types.get(code.typeCode);
  const seen = { code, type, listsAt: lists.at, now };
  const refused = foreign(code, type, lists);
  if (refused) return { ...seen, ...refused };
  return { ...seen, genuine: true, ...standing(code, type, lists, city, now) };
}

// Why the code is not a record that a city of the region signed; null where it is.
function foreign(code, type, lists) {
  const named = [...lists.keys.values()].filter((each) => same(unbase64url(each.kid).slice(0, KID), code.kid));
  const key = named.length === 1 ? named[0] : null;
  if (!key) return { verdict: "unknown", reason: "unknown-key" };
  if (key.algorithm !== code.algorithm) return { verdict: "invalid", reason: "alg-confused" };
  if (!isGood(key, code.signed, code.signature)) return { verdict: "invalid", reason: "bad-signature" };
  if (key.owner !== code.city) return { verdict: "invalid", reason: "wrong-issuer" };
  if (!type) return { verdict: "unknown", reason: "unknown-type" };
  const labels = new Set(type.claims.map((claim) => claim.label));
  if ([...code.claims.keys()].some((label) => !labels.has(label))) return { verdict: "unknown", reason: "unknown-version" };
  const objection = objectionTo(key, code.madeAt);
  return objection && { verdict: "invalid", reason: objection };
}

// Why a signature of a key does not count, made at a moment by its own word; null where it does.
// Whoever stole a key can write any date, and no log is at hand that would tell: a code of a
// withdrawn key proves nothing, and its holder draws another.
function objectionTo(key, madeAt) {
  if (key.compromisedFrom !== null) return "key-withdrawn";
  if (key.retiredAt !== null && madeAt * 1000 > key.retiredAt) return "key-retired";
  return madeAt < Math.floor(key.activeFrom / 1000) ? "key-too-young" : null;
}

function standing(code, type, lists, city, now) {
  const list = lists.status.get(`${code.city}/${code.list}`);
  const bits = list ? statusAt(list, code.index) : null;
  const holding = agreed(code, type, lists, city, now);
  const listsAt = Math.min(lists.at, list?.at ?? lists.at);
  const told = (verdict, reason) => ({ ...holding, listsAt, verdict, reason });
  if (bits !== null && bits !== VALID && bits !== SUSPENDED) return told("invalid", "revoked");
  if (code.until !== null && now >= code.until * 1000) return told("invalid", ended(code));
  // a phone whose clock is behind the lists it got cannot tell how old they are
  if (listsAt > now + CLOCKS || code.madeAt * 1000 > now + CLOCKS) return told("unknown", "clock");
  const old = now - listsAt > type.stale_after * 1000 || (list && now >= list.until);
  if (bits === null || old) return told("stale", "stale-status");
  if (bits === SUSPENDED) return told("invalid", "suspended");
  if (now + CLOCKS < code.validFrom * 1000) return told("invalid", "not-yet");
  if (!holding.own && !holding.agreement) return told("invalid", "no-agreement");
  return told("valid", holding.own ? "own" : "agreement");
}

// A code may end before its record: one with held claims lives minutes, as no record does.
const SHORT = 600;

function ended(code) {
  const life = code.until - code.madeAt;
  return life > 0 && life <= SHORT ? "code-expired" : "expired";
}

function agreed(code, type, lists, city, now) {
  if (code.city === city) return { own: true, agreement: null, effects: [] };
  const agreement = lists.agreements.find(
    (each) =>
      each.type === type.slug && each.from === code.city && each.in === city &&
      Date.parse(each.start) <= now && (each.end === null || now < Date.parse(each.end)),
  );
  return { own: false, agreement: agreement ?? null, effects: agreement?.effects ?? [] };
}
