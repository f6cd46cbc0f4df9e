// A place where files are dropped or chosen: says at once when one is too large, then tells `chosen`.
export function dropzone(form, chosen) {
  const input = form.querySelector("input[type=file]");
  const area = form.querySelector("[data-drop]");
  const warning = form.querySelector("[data-too-large]");
  const check = () => {
    const large = [...input.files].some((file) => file.size > Number(form.dataset.limit));
    warning.hidden = !large;
    warning.classList.toggle("d-block", large);
    chosen(input, large);
  };
  input.addEventListener("change", check);
  for (const name of ["dragenter", "dragover"]) {
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    area.addEventListener(name, () => area.classList.remove("is-over"));
  }
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    check();
  });
}
