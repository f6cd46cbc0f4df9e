// The clerk's keyboard on a page of hits: j and k move, s and d choose, Enter keeps.

const hits = () => [...document.querySelectorAll("[data-hit]")];

function go(step) {
  const all = hits();
  const at = all.indexOf(document.activeElement?.closest("[data-hit]"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.focus();
}

function choose(state) {
  const all = hits();
  const hit = document.activeElement?.closest("[data-hit]") ?? all.find((one) => one.matches(".is-open"));
  const form = hit?.querySelector(".screening-decide");
  if (!form) return;
  form.closest("details")?.setAttribute("open", "");
  form.querySelector(`input[name=state][value=${state}]`).checked = true;
  const words = form.querySelector("input[name=words]");
  words.focus();
  words.select();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.("input:not([type=radio]), textarea, select");
  if (typing) {
    if (event.key === "Escape") typing.closest("[data-hit]")?.focus();
    return;
  }
  const act = { j: () => go(1), k: () => go(-1), s: () => choose("same"), d: () => choose("other") }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// A refusal comes as the card with its reason; it is shown in the card's place.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422 || event.detail.xhr.status === 409) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// After a decision the next open hit has the focus; after a refusal the words that lack.
document.addEventListener("htmx:afterSwap", (event) => {
  const card = document.getElementById(event.detail.elt.id) ?? event.detail.target;
  if (!card?.matches?.("[data-hit]")) return;
  if (card.querySelector("[role=alert]")) {
    card.querySelector("input[name=words]")?.focus();
    return;
  }
  const all = hits();
  const after = all.slice(all.indexOf(card) + 1).find((one) => one.matches(".is-open"));
  (after ?? card).focus();
});
