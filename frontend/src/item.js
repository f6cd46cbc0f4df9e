// The item page: the words of a task and its card light up together, whichever is pointed at.
const twins = (key) => document.querySelectorAll(`[data-task="${CSS.escape(key)}"]`);

function light(event, on) {
  const part = event.target.closest?.("[data-task]");
  if (!part) return;
  for (const twin of twins(part.dataset.task)) twin.classList.toggle("lit", on);
}

for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(name, (event) => light(event, on));
}

// A click on the words goes where their pin goes.
document.addEventListener("click", (event) => {
  const words = event.target.closest(".source-task");
  if (!words || event.target.closest("a") || String(window.getSelection())) return;
  const card = document.getElementById(`task-${words.dataset.task}`);
  card?.scrollIntoView({ block: "center" });
  card?.focus({ preventScroll: true });
});
