// Judges codes with what the browser runs (frontend/src/checking); one JSON request a line.
import { createInterface } from "node:readline";
import { openLists } from "../../frontend/src/checking/lists.js";
import { judge } from "../../frontend/src/checking/verdict.js";
import { valueWords } from "../../frontend/src/checking/words.js";

async function answer({ raw, pinned = "", text, city, now, value, schema, zone, english }) {
  if (schema) return { words: valueWords(value, schema, zone, english) };
  let lists = null;
  if (raw) {
    try {
      lists = await openLists(raw, pinned);
    } catch (fault) {
      return { refused: fault.message };
    }
  }
  if (text === undefined) return { first: lists.first, keys: lists.keys.size };
  const seen = judge(text, lists, city, now);
  const { verdict, reason, listsAt } = seen;
  return {
    verdict, reason, listsAt,
    agreement: seen.agreement?.key ?? null,
    effects: (seen.effects ?? []).map((effect) => effect.code),
    claims: seen.code ? Object.fromEntries(seen.code.claims) : null,
    type: seen.type?.slug ?? null,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
