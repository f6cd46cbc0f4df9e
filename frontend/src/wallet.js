// The wallet: what the inspector will see follows the choice, and a code keeps to its time.
const form = document.querySelector("[data-show-form]");

function follow() {
  let held = false;
  for (const box of form.querySelectorAll("[data-choice]")) {
    form.querySelector(`[data-seen="${CSS.escape(box.value)}"]`).hidden = !box.checked;
    held ||= box.checked;
  }
  const note = form.querySelector("[data-when-held]");
  if (note) note.hidden = !held;
}

if (form) {
  form.addEventListener("change", follow);
  // a page that came back from history may have boxes ticked
  window.addEventListener("pageshow", follow);
}

const stage = document.querySelector("[data-code-stage]");

function end() {
  stage.querySelector("[data-code]").hidden = true;
  stage.querySelector("[data-code-left]").hidden = true;
  stage.querySelector("[data-code-over]").hidden = false;
}

// The screen stays on while somebody reads the code; a browser that cannot do so is no worse off.
async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // refused while the battery is low
  }
}

if (stage) {
  const until = Number(stage.dataset.until) * 1000;
  if (until) {
    const left = until - Date.now();
    if (left <= 0) end();
    else setTimeout(end, left);
  }
  const full = document.querySelector("[data-code-full]");
  if (stage.requestFullscreen) {
    full.hidden = false;
    full.addEventListener("click", () => stage.requestFullscreen());
    stage.addEventListener("click", () => document.fullscreenElement && document.exitFullscreen());
  }
  stayAwake();
  document.addEventListener("visibilitychange", () => !document.hidden && stayAwake());
}
