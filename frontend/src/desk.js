// The desk: saving as one fills in, files by drag and drop, the follow-up code, the officer's keys.
import { dropzone } from "./parts/dropzone.js";

// --- a refusal (409, 422) is an answer to show ------------------------------------------------------
document.addEventListener("htmx:beforeSwap", (event) => {
  if (![409, 422].includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

// --- saving as one goes ---------------------------------------------------------------------------
// The form carries the number of the version that was read; every answer brings the next one. What is
// typed while an answer is under way is sent after it, so that one's own haste is no conflict.
const guided = document.querySelector("[data-autosave]");
if (guided) {
  let timer = 0;
  let sending = false;
  let again = false;
  let changed = false;
  let leaving = null;
  const state = () => document.getElementById("saved");

  const save = async () => {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    changed = false;
    state()?.setAttribute("data-state", "saving");
    try {
      await window.htmx.ajax("POST", guided.dataset.autosave, {
        source: guided,
        target: "#saved",
        swap: "outerHTML",
      });
    } finally {
      sending = false;
    }
    if (leaving) {
      guided.requestSubmit(leaving);
    } else if (again) {
      again = false;
      save();
    }
  };

  // Going on waits for the answer that is under way: it brings the number of the version to name.
  guided.addEventListener(
    "submit",
    (event) => {
      clearTimeout(timer);
      if (!sending) return;
      leaving = event.submitter ?? guided.querySelector("[type=submit]");
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );

  const soon = (delay) => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  guided.addEventListener("input", () => soon(900));
  guided.addEventListener("change", () => soon(200));
  // Leaving half-way loses nothing.
  window.addEventListener("pagehide", () => {
    if (!changed || guided.dataset.sent) return;
    navigator.sendBeacon(guided.dataset.autosave, new FormData(guided));
  });
}

// --- files ----------------------------------------------------------------------------------------
for (const form of document.querySelectorAll("[data-upload]")) {
  const button = form.querySelector("button[type=submit]");
  dropzone(form, (input, large) => {
    button.disabled = large;
    if (input.files.length && !large) form.requestSubmit();
  });
}

// --- the follow-up code ---------------------------------------------------------------------------
// It stands behind the # of the receipt's address, which browsers send to nobody.
const code = document.querySelector("[data-follow-code]");
if (code && window.location.hash.length > 1 && !code.value) {
  code.value = decodeURIComponent(window.location.hash.slice(1));
  history.replaceState(null, "", window.location.pathname + window.location.search);
  if (code.form.elements.number?.value) code.form.requestSubmit();
}

// --- reasons from templates -----------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const box = document.getElementById(button.dataset.insert);
  const words = document.getElementById(button.dataset.words)?.content?.textContent.trim() ?? "";
  box.value = box.value.trim() ? `${box.value.trim()}\n${words}` : words;
  box.focus();
});

// What belongs to one choice only is shown with it: data-shown-with="name=value".
const choices = document.querySelectorAll("[data-shown-with]");
const arrange = () => {
  for (const part of choices) {
    const [name, value] = part.dataset.shownWith.split("=");
    const chosen = part.closest("form").querySelector(`[name="${name}"]:checked`);
    part.hidden = chosen?.value !== value;
  }
};
if (choices.length) {
  arrange();
  document.addEventListener("change", arrange);
}

// --- the queue by keyboard ------------------------------------------------------------------------
// j and k move, enter opens, x chooses, n takes the next one, u goes back up; the page says so.
const queue = document.querySelector("[data-queue]");
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "n") {
    const next = document.querySelector("[data-next]");
    if (next) {
      event.preventDefault();
      next.form.requestSubmit(next);
    }
  }
  if (event.key === "u") document.querySelector("[data-up]")?.click();
  if (!queue) return;
  const rows = [...queue.querySelectorAll("tbody tr")];
  const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const to = { j: Math.min(at + 1, rows.length - 1), k: Math.max(at - 1, 0) }[event.key];
  if (to !== undefined && rows[to]) {
    event.preventDefault();
    rows[at]?.removeAttribute("aria-current");
    rows[to].setAttribute("aria-current", "true");
    rows[to].querySelector("a")?.focus();
    rows[to].scrollIntoView({ block: "nearest" });
  }
  if (event.key === "x" && at >= 0) rows[at].querySelector("input[type=checkbox]")?.click();
});

// Choosing all that the law allows to be decided together.
document.querySelector("[data-choose-all]")?.addEventListener("change", (event) => {
  for (const box of queue.querySelectorAll("tbody input[type=checkbox]:not([disabled])")) box.checked = event.target.checked;
  count();
});
const chosenCount = document.querySelector("[data-chosen-count]");
const count = () => {
  if (!chosenCount) return;
  const number = queue.querySelectorAll("tbody input[type=checkbox]:checked").length;
  chosenCount.textContent = String(number);
  for (const button of document.querySelectorAll("[data-needs-chosen]")) button.disabled = !number;
};
queue?.addEventListener("change", count);
count();
