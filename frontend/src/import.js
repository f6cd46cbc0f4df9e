// The import pages: dropping a file, linking the document with what was read, saving as one goes.

import { dropzone } from "./parts/dropzone.js";

// --- handing in -----------------------------------------------------------------------------------
for (const form of document.querySelectorAll("[data-dropzone]")) dropzone(form, () => {});

// --- document and result, linked both ways --------------------------------------------------------
let lit = [];

function light(span) {
  for (const element of lit) element.classList.remove("is-lit");
  lit = span ? [...document.querySelectorAll(`[data-span="${CSS.escape(span)}"]`)] : [];
  for (const element of lit) element.classList.add("is-lit");
}

function spanAt(target) {
  const element = target.closest?.("[data-span]");
  return element && !element.matches(".import-row, .import-section > summary, .m-item")
    ? element.dataset.span
    : null;
}

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => light(spanAt(event.target)));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("a, button, input, select, textarea, label, summary")) return;
  if (String(window.getSelection())) return;
  const mark = event.target.closest(".m-task, .m-repair, .m-doubt");
  const card = event.target.closest(".import-task");
  const other = mark
    ? document.querySelector(
        `.import-task[data-span="${CSS.escape(mark.dataset.span)}"], .import-repair[data-span="${CSS.escape(mark.dataset.span)}"]`,
      )
    : card && document.getElementById(`words-task-${card.dataset.span}`);
  if (!other) return;
  const shut = other.closest("details:not([open])");
  if (shut) shut.open = true;
  other.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  light(other.dataset.span);
});

function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// --- changes without leaving the page -------------------------------------------------------------
// Every answer brings the number of the version it made; the next change names it.
document.addEventListener("htmx:configRequest", (event) => {
  const status = document.getElementById("status");
  if (status && event.detail.verb === "post") event.detail.parameters.version = status.dataset.version;
});

// A refusal (409, 422) is an answer to show, not a fault to swallow.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([403, 404, 409, 422].includes(event.detail.xhr.status) && event.detail.xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  } else if (event.detail.xhr.status < 400) {
    document.getElementById("notice")?.replaceChildren();
  }
});

// What was open stays open when the whole result is drawn anew, and the focus where it was.
let opened = null;
let focused = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target?.matches?.("[data-workspace]")) return;
  const details = [...event.detail.target.querySelectorAll("details[id]")];
  opened = new Map(details.map((element) => [element.id, element.open]));
  focused = document.activeElement?.id;
});
document.addEventListener("htmx:afterSettle", () => {
  if (!opened) return;
  for (const [id, open] of opened) {
    const element = document.getElementById(id);
    if (element && element.open !== open) element.open = open;
  }
  opened = null;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
});

document.addEventListener("conurb:focus", (event) => {
  document.getElementById(event.detail.value)?.focus({ preventScroll: true });
});

// --- splitting at the cursor ----------------------------------------------------------------------
function equip(root) {
  for (const button of root.querySelectorAll("[data-split-cursor]")) button.hidden = false;
}
equip(document);
document.addEventListener("htmx:load", (event) => equip(event.detail.elt));

let cursor = null;
document.addEventListener("selectionchange", () => {
  const area = document.activeElement;
  if (area?.matches?.("[data-task-form] textarea[name=text]")) cursor = area.selectionStart;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-split-cursor]");
  if (!button) return;
  const form = button.closest("form");
  const text = form.elements.text.value;
  // the browser counts UTF-16 units, the server characters; and the server takes the ends' space off
  const lead = text.length - text.trimStart().length;
  const before = text.slice(lead, cursor ?? form.elements.text.selectionStart);
  const option = new Option("", String([...before].length), true, true);
  form.elements.at.append(option);
  form.elements.of.value = text;
  form.querySelector("button[value=split]").click();
});

// A long document: the address names a place in a part that is not there yet.
const place = decodeURIComponent(window.location.hash.slice(1));
if (place) document.getElementById(place)?.scrollIntoView({ block: "start" });
