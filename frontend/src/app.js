// Behaviour of every page: menus and dialogs (Tabler), htmx, the theme button, small conveniences.
import "@tabler/core/dist/js/tabler.esm.js";
import htmx from "htmx.org";

window.htmx = htmx;
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) window.conurbTheme.toggle();
  const printer = event.target.closest("[data-print]");
  if (printer) window.print();
});

// A select or box that filters a list sends its form as soon as it changes.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// What cannot be undone asks first: <form data-confirm="…">.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset?.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "get") return;
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "1";
  window.addEventListener("pageshow", () => delete event.target.dataset.sent, { once: true });
});

// "/" goes to the search box, as in the tools people know.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.querySelector("[data-search]");
  if (box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});

// htmx sends Django's token with every request that changes something.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
