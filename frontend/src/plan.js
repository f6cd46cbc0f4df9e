// The plan page: filters change the list without loading the page anew, and the address is copied.
const page = () => document.getElementById("plan-page");

// Parameters that say nothing stay out of the address.
function address(form) {
  const said = [...new FormData(form)].filter(
    ([name, value]) => value !== "" && !(name === "sort" && value === "number"),
  );
  const query = new URLSearchParams(said).toString();
  return form.action.split("?")[0] + (query ? `?${query}` : "");
}

let latest = 0;
async function show(url, { keep = true } = {}) {
  const asked = ++latest;
  page().setAttribute("aria-busy", "true");
  const response = await fetch(url, { credentials: "same-origin" });
  const text = await response.text();
  if (asked !== latest) return;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const found = fresh.getElementById("plan-page");
  if (!response.ok || !found) {
    window.location.assign(url);
    return;
  }
  const focused = document.activeElement?.id;
  const open = document.getElementById("filters")?.classList.contains("show");
  page().replaceWith(document.adoptNode(found));
  document.title = fresh.title;
  // what leads elsewhere with the same filter stands outside the list
  const actions = ".page-header";
  document.querySelector(actions)?.replaceWith(document.adoptNode(fresh.querySelector(actions)));
  if (open) document.getElementById("filters").classList.add("show");
  if (keep) window.history.pushState({ plan: true }, "", url);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  prepare();
}

function prepare() {
  for (const button of document.querySelectorAll("[data-copy-address]")) {
    button.hidden = !navigator.clipboard;
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-plan-filter]")) return;
  event.preventDefault();
  show(address(event.target)).catch(() => window.location.assign(address(event.target)));
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-address]");
  if (!button) return;
  await navigator.clipboard.writeText(window.location.href);
  document.querySelector("[data-copy-status]").textContent = button.dataset.copied;
  const label = button.querySelector("span");
  const words = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => (label.textContent = words), 2000);
});

window.addEventListener("popstate", () => {
  show(window.location.href, { keep: false }).catch(() => window.location.reload());
});

prepare();
