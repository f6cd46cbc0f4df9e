// The page of an arterial's signals: its time-space diagram and where its intersections stand.
//
//   [data-signal-diagram]  a diagram; two of them are switched by [data-signal-toggle]
//   [data-signal-zoom]     buttons that stretch time; the names beside the diagram stay
//   [data-signal-words]    says the width and the speed of the wave under the pointer
//   [data-signal-map]      the map; its features stand in #signal-features
import { boundsOf, css, groundMap, maplibregl, onTheme, say } from "./parts/ground-map.js";

const ZOOMS = [1, 1.5, 2, 3, 4];
const diagrams = [...document.querySelectorAll("[data-signal-diagram]")];
const words = document.querySelector("[data-signal-words]");

function toggle() {
  const box = document.querySelector("[data-signal-toggle]");
  if (!box) return;
  const show = (name) => {
    for (const diagram of diagrams) diagram.hidden = diagram.dataset.signalDiagram !== name;
    for (const button of box.querySelectorAll("button")) {
      const on = button.dataset.show === name;
      button.setAttribute("aria-pressed", String(on));
      button.classList.toggle("btn-primary", on);
    }
    const shown = diagrams.find((diagram) => !diagram.hidden);
    if (words && shown) words.textContent = shown.getAttribute("aria-label");
  };
  box.hidden = false;
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (button) show(button.dataset.show);
  });
  show("other");
}

function zoom() {
  const box = document.querySelector("[data-signal-zoom]");
  if (!box) return;
  let at = 0;
  const set = (next) => {
    at = Math.max(0, Math.min(ZOOMS.length - 1, next));
    for (const sheet of document.querySelectorAll(".signal-sheet")) {
      const scroll = sheet.parentElement;
      const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / sheet.clientWidth;
      sheet.dataset.zoom = String(ZOOMS[at]);
      scroll.scrollLeft = middle * sheet.clientWidth - scroll.clientWidth / 2;
    }
    for (const button of box.querySelectorAll("button")) {
      button.disabled = at + Number(button.dataset.by) !== Math.max(0, Math.min(ZOOMS.length - 1, at + Number(button.dataset.by)));
    }
  };
  box.hidden = false;
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-by]");
    if (button) set(at + Number(button.dataset.by));
  });
  set(0);
}

function hover() {
  if (!words) return;
  words.textContent = `${words.textContent} ${words.dataset.empty}`;
  let lit = null;
  for (const diagram of diagrams) {
    diagram.addEventListener("pointerover", (event) => {
      const wave = event.target.closest("[data-words]");
      lit?.classList.remove("is-lit");
      lit = wave;
      if (!wave) return;
      wave.classList.add("is-lit");
      words.textContent = wave.dataset.words;
    });
    diagram.addEventListener("pointerleave", () => {
      lit?.classList.remove("is-lit");
      lit = null;
      words.textContent = `${diagram.getAttribute("aria-label")} ${words.dataset.empty}`;
    });
  }
}

async function drawMap(host) {
  const { features } = JSON.parse(document.getElementById("signal-features").textContent);
  const { map } = await groundMap(host, {
    counties: host.dataset.counties,
    bounds: boundsOf(features),
    padding: 40,
  });
  map.addSource("signals", { type: "geojson", data: { type: "FeatureCollection", features } });
  map.addLayer({
    id: "signal-line",
    type: "line",
    source: "signals",
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": css("--signal-line"), "line-width": 3 },
  });
  onTheme(() => map.setPaintProperty("signal-line", "line-color", css("--signal-line")));
  for (const { geometry, properties } of features) {
    if (geometry.type !== "Point") continue;
    const mark = document.createElement("span");
    mark.className = "signal-mark";
    mark.textContent = String(properties.number);
    mark.title = properties.name;
    // a picture, not a button: on small maps marks lie over one another, and the list has the names
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", properties.name);
    new maplibregl.Marker({ element: mark }).setLngLat(geometry.coordinates).addTo(map);
  }
  host.dataset.mapReady = "yes";
}

toggle();
zoom();
hover();
for (const host of document.querySelectorAll("[data-signal-map]")) {
  drawMap(host).catch(() => {
    host.dataset.mapReady = "failed";
    say(host, host.dataset.textFailed);
  });
}
