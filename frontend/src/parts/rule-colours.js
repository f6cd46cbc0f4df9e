// The colours of the rules that findings come from, as a map paints by them.
import { css } from "./ground-map.js";

const RULES = ["overlap", "gap", "facing", "protected", "joining", "corridor"];

export const ruleColour = () => [
  "match",
  ["get", "rule"],
  ...RULES.flatMap((rule) => [rule, css(`--rule-${rule}`)]),
  css("--rule-other"),
];
