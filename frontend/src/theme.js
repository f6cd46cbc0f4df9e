// Sets light or dark before the first paint; loaded in the head, so that no page flashes.
const KEY = "conurb-theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

function apply() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch {
    // storage may be forbidden; the system's choice holds then
  }
  const theme = chosen || (system.matches ? "dark" : "light");
  document.documentElement.setAttribute("data-bs-theme", theme);
  document.dispatchEvent(new CustomEvent("conurb:theme", { detail: theme }));
}

apply();
system.addEventListener("change", apply);
window.conurbTheme = {
  toggle() {
    const dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
    try {
      localStorage.setItem(KEY, dark ? "light" : "dark");
    } catch {
      document.documentElement.setAttribute("data-bs-theme", dark ? "light" : "dark");
      return;
    }
    apply();
  },
};
