// The trust list: the log of the region, in which every key of a city stands (records/entries.py).
//
// Its entries are hashed into the tree of RFC 9162 and compared with the root in checkpoints that
// keys of the region signed (records/checkpoints.py). The first such key is pinned when a browser
// meets the region for the first time; a later one counts because a checkpoint signed by a key that
// counts has its entry.
import { sha256 } from "@noble/hashes/sha2.js";
import { joined, same, unbase64, unbase64url, utf8 } from "./bytes.js";
import { isGood, thumbprint } from "./signatures.js";

const ORIGIN = "urn:conurb:region:log";
const LEAF = Uint8Array.of(0), NODE = Uint8Array.of(1);

export class TrustError extends Error {}

export function treeRoot(hashes) {
  if (hashes.length === 0) return sha256(new Uint8Array());
  let level = hashes;
  while (level.length > 1) {
    const next = [];
    for (let at = 0; at + 1 < level.length; at += 2) next.push(sha256(joined(NODE, level[at], level[at + 1])));
    if (level.length % 2) next.push(level[level.length - 1]);
    level = next;
  }
  return level[0];
}

// The four octets by which a note names a key.
function noteName(key) {
  const known = key.algorithm === "EdDSA";
  const mark = Uint8Array.of(known ? 0x01 : 0xff);
  const name = known ? unbase64url(key.jwk.x) : utf8(`conurb ${key.algorithm} ${key.kid}`);
  return sha256(joined(utf8(`${ORIGIN}\n`), mark, name)).slice(0, 4);
}

function readNote(note) {
  const [body, marks, ...more] = note.split("\n\n");
  const lines = body.split("\n");
  if (more.length || lines.length !== 4 || lines[0] !== ORIGIN || !lines[3].startsWith("at ")) {
    throw new TrustError("not a checkpoint of the region's log");
  }
  const signatures = marks
    .split("\n")
    .filter((line) => line.startsWith(`— ${ORIGIN} `))
    .map((line) => unbase64(line.slice(ORIGIN.length + 3)));
  return { size: Number(lines[1]), root: unbase64(lines[2]), body: utf8(`${body}\n`), signatures };
}

const isSignedBy = (note, key) =>
  note.signatures.some((data) => same(data.slice(0, 4), noteName(key)) && isGood(key, note.body, data.slice(4)));

// What the entries say of each key, by its kid.
function keysOf(entries) {
  const keys = new Map();
  for (const entry of entries) {
    const key = keys.get(entry.key);
    if (entry.kind === "add") {
      if (thumbprint(entry.jwk) !== entry.key) throw new TrustError(`key ${entry.key} has another thumbprint`);
      keys.set(entry.key, {
        kid: entry.key, owner: entry.owner, algorithm: entry.algorithm, jwk: entry.jwk,
        activeFrom: Date.parse(entry.active_from), retiredAt: null, withdrawnAt: null, compromisedFrom: null,
      });
    } else if (key && entry.kind === "retire") key.retiredAt = Date.parse(entry.retired_at);
    else if (key && entry.kind === "withdraw") {
      key.withdrawnAt = Date.parse(entry.at);
      key.compromisedFrom = Date.parse(entry.compromised_from);
    }
  }
  return keys;
}

// Returns the keys by kid, and the kid that a browser is to pin.
//
// `trust` has `entries`, the leaves as texts, and `checkpoints`, notes in the order of their sizes,
// the last over all entries. `pinned` is the kid met first, "" at the first meeting. Throws
// TrustError where anything was rewritten, is missing or is signed by a stranger.
export function openTrust(trust, pinned) {
  const entries = trust.entries.map((text) => JSON.parse(text));
  entries.forEach((entry, index) => {
    if (entry.log !== "region" || entry.index !== index) throw new TrustError("an entry is not in its place");
  });
  const hashes = trust.entries.map((text) => sha256(joined(LEAF, utf8(text))));
  const first = entries.find((entry) => entry.kind === "add" && entry.owner === "region");
  if (!first) throw new TrustError("the trust list has no key of the region");
  if (pinned && first.key !== pinned) throw new TrustError("the region's first key is not the one met before");
  const all = keysOf(entries);
  const counted = new Map([[first.key, all.get(first.key)]]);
  let covered = 0;
  for (const text of trust.checkpoints) {
    const note = readNote(text);
    if (!same(treeRoot(hashes.slice(0, note.size)), note.root)) throw new TrustError("the trust list was rewritten");
    if (![...counted.values()].some((key) => isSignedBy(note, key))) throw new TrustError("a checkpoint is signed by a stranger");
    for (const entry of entries.slice(0, note.size)) {
      if (entry.kind === "add" && entry.owner === "region") counted.set(entry.key, all.get(entry.key));
    }
    covered = note.size;
  }
  if (covered !== entries.length) throw new TrustError("the trust list is cut off or goes on unsigned");
  return { keys: all, first: first.key };
}
