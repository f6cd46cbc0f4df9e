// The network, its projects and what they change, on one kind of map.
//
// An element with data-network-map is drawn over the counties at data-counties:
//   data-network    GeoJSON of links by class and of stations (route facilities-network-geojson)
//   data-projects   GeoJSON of projects (route facilities-projects-geojson)
//   data-only       keys of projects, with spaces: the others are not drawn
//   data-marked     keys of projects drawn strong; the first in one colour, the second in another
//   data-spots      GeoJSON of points and lines to be looked at (dead ends, bottlenecks)
//   data-areas      id of a JSON script with values by county: {views: {name: {of: {code: class}}}}
//   data-view       which of the views is shown first
//   data-bands      id of an element whose text is the areas reached: GeoJSON with `band`
//   data-pick       a click fills the field of this name in the form data-pick-form, and sends it
//   data-fit        "projects", "spots" or "region": what is in sight at first
//   data-still      a picture: nothing can be moved (print)
// A popup shows what the properties of a feature say: title, lines, url. Every list beside a map
// says the same as the map. Buttons of class view, [data-view-of=<id of the map>], change the view.
import { boundsOf, collection, css, groundMap, load, maplibregl, nameAt, onTheme, say } from "./parts/ground-map.js";

const CLASSES = {
  // class: [colour, width far away, width near, dash]
  expressway: ["--net-expressway", 1.8, 4],
  trunk: ["--net-trunk", 1.3, 3],
  primary: ["--net-primary", 0.9, 2.2],
  secondary: ["--net-street", 0.6, 1.8],
  tertiary: ["--net-street", 0.5, 1.5],
  local: ["--net-street", 0.3, 1.2],
  ramp: ["--net-expressway", 0.6, 1.5],
  path: ["--net-street", 0.2, 0.8],
  highspeed: ["--net-highspeed", 1.4, 3],
  intercity: ["--net-intercity", 1.4, 3],
  railway: ["--net-railway", 0.8, 1.8],
  metro: ["--net-metro", 1.2, 2.6],
};
const RAMP = 8; // classes of a choropleth, see facilities.css
const byZoom = (far, near) => ["interpolate", ["linear"], ["zoom"], 7, far, 12, near];
const matching = (property, table, otherwise) => ["match", ["get", property], ...table, otherwise];
const classed = (what) =>
  matching("class", Object.entries(CLASSES).flatMap(([name, look]) => [name, what(look)]), what(CLASSES.local));
// zoom has to stand outermost in an expression
const widths = (times = 1) => [
  "interpolate",
  ["linear"],
  ["zoom"],
  7,
  classed(([, far]) => far * times),
  12,
  classed(([, , near]) => near * times),
];
const ROUND = { "line-cap": "round", "line-join": "round" };
const LINES = ["==", ["geometry-type"], "LineString"];
const POINTS = ["==", ["geometry-type"], "Point"];
const words = (text) => (text || "").split(" ").filter(Boolean);

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

function popupOf(properties) {
  const list = (value) => (typeof value === "string" ? JSON.parse(value) : value || []);
  const box = element("div", "map-popup");
  box.append(element("strong", "d-block", properties.title));
  for (const line of list(properties.lines)) box.append(element("span", "d-block", line));
  if (properties.url) {
    const link = element("a", "d-inline-block mt-1", properties.more);
    link.href = properties.url;
    box.append(link);
  }
  return box;
}

// county areas: shades of one hue for how much, two hues about nothing for gain and loss
const shades = (kind) =>
  matching("shade", Array.from({ length: RAMP }, (_, at) => [at, css(`--${kind}-${at}`)]).flat(), css("--map-county"));

class NetworkMap {
  constructor(host) {
    this.host = host;
    this.view = host.dataset.view || "";
    this.paints = [];
  }

  async start() {
    const { dataset } = this.host;
    const asked = ["network", "projects", "spots"].map((name) => (dataset[name] ? load(dataset[name]) : null));
    const [counties, network, projects, spots] = await Promise.all([load(dataset.counties), ...asked]);
    this.projects = this.chosen(projects);
    this.spots = spots || collection();
    const bounds = this.bounds(dataset.fit);
    // where counties are coloured, they and not the line are looked at
    const closest = dataset.areas ? 9.2 : 12;
    const { map } = await groundMap(this.host, { counties, bounds, closest, still: "still" in dataset });
    this.map = map;
    this.counties = counties;
    this.addAreas();
    this.addBands();
    if (network) this.addNetwork(network);
    if (projects) this.addProjects();
    if (spots) this.addSpots();
    this.nameCities();
    if (!("still" in dataset)) this.listen();
    onTheme(() => this.recolour());
    this.host.conurbMap = map;
    this.host.conurbNetwork = this;
    if (dataset.bands) this.showBands();
    await new Promise((resolve) => map.once("idle", resolve));
    this.host.dataset.mapReady = "1";
    return this;
  }

  bounds(fit) {
    const found = { projects: this.projects, spots: this.spots }[fit];
    return found?.features.length ? boundsOf(found.features) : null;
  }

  chosen(projects) {
    if (!projects) return collection();
    const { only } = this.host.dataset;
    if (only === undefined) return projects;
    const keys = words(only);
    return collection(projects.features.filter(({ properties }) => keys.includes(properties.key)));
  }

  // a layer whose colours follow light and dark
  layer(spec, before) {
    const paint = Object.fromEntries(
      Object.entries(spec.paint).map(([name, value]) => [name, typeof value === "function" ? value() : value]),
    );
    for (const [name, value] of Object.entries(spec.paint)) {
      if (typeof value === "function") this.paints.push([spec.id, name, value]);
    }
    this.map.addLayer({ ...spec, paint }, before);
  }

  recolour() {
    for (const [id, name, value] of this.paints) this.map.setPaintProperty(id, name, value());
  }

  addAreas() {
    const script = document.getElementById(this.host.dataset.areas);
    if (!script) return;
    this.areas = JSON.parse(script.textContent);
    this.map.addSource("areas", { type: "geojson", data: this.areaData() });
    this.layer(
      {
        id: "areas",
        type: "fill",
        source: "areas",
        paint: { "fill-color": () => shades(this.areas.views[this.view]?.ramp || "ramp"), "fill-opacity": 0.9 },
      },
      "county-borders",
    );
  }

  areaData() {
    const shown = this.areas.views[this.view]?.of || {};
    return collection(
      this.counties.features
        .filter(({ properties }) => properties.level === "county" && properties.code in shown)
        .map(({ geometry, properties: { code, name } }) => ({
          type: "Feature",
          geometry,
          properties: { title: name, lines: [this.areas.views[this.view].words[code]], shade: shown[code] },
        })),
    );
  }

  show(view) {
    if (!this.areas?.views[view]) return;
    this.view = view;
    this.map.getSource("areas").setData(this.areaData());
    this.recolour();
    this.host.dataset.shown = view;
  }

  addBands() {
    this.map.addSource("bands", { type: "geojson", data: this.bandData() });
    this.layer({
      id: "bands",
      type: "fill",
      source: "bands",
      paint: {
        "fill-color": () => matching("band", [0, 1, 2, 3].flatMap((at) => [at, css(`--band-${at}`)]), css("--band-3")),
        "fill-opacity": 0.7,
      },
    });
    this.layer({
      id: "band-origin",
      type: "circle",
      source: "bands",
      filter: POINTS,
      paint: {
        "circle-radius": 6,
        "circle-color": () => css("--net-first"),
        "circle-stroke-color": () => css("--map-halo"),
        "circle-stroke-width": 2,
      },
    });
  }

  bandData() {
    const script = document.getElementById(this.host.dataset.bands);
    return script ? JSON.parse(script.textContent) : collection();
  }

  showBands() {
    const bands = this.bandData();
    this.map.getSource("bands").setData(bands);
    if (bands.features.length) this.map.fitBounds(boundsOf(bands.features), { padding: 32, maxZoom: 12, duration: 0 });
    this.host.dataset.bandsShown = String(bands.features.length);
  }

  addNetwork(network) {
    this.map.addSource("network", { type: "geojson", data: network });
    const soft = "soft" in this.host.dataset;
    this.layer({
      id: "links",
      type: "line",
      source: "network",
      filter: LINES,
      layout: { ...ROUND, "line-sort-key": classed(([, far]) => far) },
      paint: {
        "line-color": () => classed(([name]) => css(name)),
        "line-width": widths(),
        "line-opacity": soft ? 0.45 : 0.85,
      },
    });
    this.layer({
      id: "stations",
      type: "circle",
      source: "network",
      filter: POINTS,
      minzoom: 8.5,
      paint: {
        "circle-radius": byZoom(1.6, 4),
        "circle-color": () => css("--map-halo"),
        "circle-stroke-color": () => css("--net-highspeed"),
        "circle-stroke-width": 1.4,
      },
    });
  }

  projectColour() {
    const [first, second] = words(this.host.dataset.marked);
    return [
      "case",
      ["==", ["get", "key"], first || ""],
      css("--net-first"),
      ["==", ["get", "key"], second || ""],
      css("--net-second"),
      css("--net-project"),
    ];
  }

  projectWidth(far, near) {
    const strong = ["in", ["get", "key"], ["literal", words(this.host.dataset.marked)]];
    return [
      "interpolate", ["linear"], ["zoom"],
      7, ["case", strong, far * 1.8, far],
      12, ["case", strong, near * 1.4, near],
    ];
  }

  addProjects() {
    this.map.addSource("projects", { type: "geojson", data: this.projects });
    this.layer({
      id: "project-edges",
      type: "line",
      source: "projects",
      filter: LINES,
      layout: ROUND,
      paint: { "line-color": () => css("--map-halo"), "line-width": () => this.projectWidth(4, 9) },
    });
    this.layer({
      id: "project-lines",
      type: "line",
      source: "projects",
      filter: LINES,
      layout: ROUND,
      paint: { "line-color": () => this.projectColour(), "line-width": () => this.projectWidth(2.2, 5) },
    });
    this.layer({
      id: "project-points",
      type: "circle",
      source: "projects",
      filter: POINTS,
      paint: {
        "circle-radius": () => this.projectWidth(4, 8),
        "circle-color": () => this.projectColour(),
        "circle-stroke-color": () => css("--map-halo"),
        "circle-stroke-width": 2,
      },
    });
  }

  addSpots() {
    this.map.addSource("spots", { type: "geojson", data: this.spots });
    const colour = () =>
      matching("look", ["late", "at-risk", "done", "on-course"].flatMap((l) => [l, css(`--conurb-${l}`)]), css("--conurb-late"));
    this.layer({
      id: "spot-lines",
      type: "line",
      source: "spots",
      filter: LINES,
      layout: ROUND,
      paint: { "line-color": colour, "line-width": byZoom(3.5, 8), "line-opacity": 0.9 },
    });
    this.layer({
      id: "spot-points",
      type: "circle",
      source: "spots",
      filter: POINTS,
      paint: {
        "circle-radius": byZoom(6, 9),
        "circle-color": colour,
        "circle-stroke-color": () => css("--map-halo"),
        "circle-stroke-width": 2,
      },
    });
  }

  nameCities() {
    for (const { properties } of this.counties.features) {
      if (properties.level === "city") nameAt(this.map, properties.mark, properties.name);
    }
  }

  // the first that is there of what can be clicked, the smallest things first
  hit(point) {
    const around = [[point.x - 5, point.y - 5], [point.x + 5, point.y + 5]];
    for (const [id, where] of [
      ["spot-points", around], ["project-points", around], ["spot-lines", around],
      ["project-lines", around], ["stations", around], ["links", around], ["areas", point],
    ]) {
      if (!this.map.getLayer(id)) continue;
      const found = this.map.queryRenderedFeatures(where, { layers: [id] }).find((one) => one.properties.title);
      if (found) return found;
    }
    return null;
  }

  listen() {
    const { map } = this;
    map.on("click", (event) => {
      if (this.host.dataset.pick) {
        this.pick(event.lngLat);
        return;
      }
      const found = this.hit(event.point);
      if (found) this.open(found.properties, event.lngLat);
    });
    map.on("mousemove", (event) => {
      const picking = Boolean(this.host.dataset.pick);
      map.getCanvas().style.cursor = picking ? "crosshair" : this.hit(event.point) ? "pointer" : "";
    });
  }

  pick({ lng, lat }) {
    const form = document.getElementById(this.host.dataset.pickForm);
    const field = form?.elements[this.host.dataset.pick];
    if (!field) return;
    for (const chosen of form.querySelectorAll("select[data-or-pick]")) chosen.value = "";
    field.value = `${lng.toFixed(5)},${lat.toFixed(5)}`;
    form.requestSubmit();
  }

  open(properties, at) {
    this.popup?.remove();
    this.popup = new maplibregl.Popup({ maxWidth: "20rem", focusAfterOpen: true })
      .setLngLat(at)
      .setDOMContent(popupOf(properties))
      .addTo(this.map);
  }

  // Draw these projects strong; without any, those that the page asked for.
  mark(keys) {
    this.host.dataset.marked = keys.join(" ");
    this.recolour();
  }

  goTo(key) {
    const found = [...this.projects.features, ...this.spots.features].filter((one) => one.properties.key === key);
    if (!found.length) return;
    this.host.scrollIntoView({ block: "nearest" });
    const bounds = boundsOf(found);
    // asked first: for those who want no motion the map is there at once
    this.map.once("moveend", () => this.open(found[0].properties, bounds.getCenter()));
    this.map.fitBounds(bounds, { padding: 60, maxZoom: 11.5, duration: 400 });
  }

  // The map as it stands, with the names on it, on a canvas that keeps what is drawn.
  picture() {
    const drawn = this.map.getCanvas();
    const paper = element("canvas", "network-paper");
    [paper.width, paper.height] = [drawn.width, drawn.height];
    const pen = paper.getContext("2d");
    pen.drawImage(drawn, 0, 0);
    const scale = drawn.width / drawn.clientWidth;
    pen.scale(scale, scale);
    const corner = this.host.getBoundingClientRect();
    for (const name of this.host.querySelectorAll(".map-city-name")) {
      const { left, top, width, height } = name.getBoundingClientRect();
      const at = [left - corner.left + width / 2, top - corner.top + height / 2];
      const { font, color } = getComputedStyle(name);
      Object.assign(pen, { font, fillStyle: color, strokeStyle: css("--map-ground"), lineWidth: 3 });
      Object.assign(pen, { textAlign: "center", textBaseline: "middle", lineJoin: "round" });
      pen.strokeText(name.textContent, ...at);
      pen.fillText(name.textContent, ...at);
    }
    return paper;
  }
}

const mounted = new Map();

// Draw a map once; whoever asks later waits for the same.
function mount(host) {
  if (!mounted.has(host)) {
    const drawing = new NetworkMap(host).start().catch((fault) => {
      // without WebGL or without the network the list beside the map says the same
      host.dataset.mapReady = "failed";
      say(host, host.dataset.textFailed || String(fault));
    });
    mounted.set(host, drawing);
  }
  return mounted.get(host);
}

// a screen ahead, so that what is printed was drawn
const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      mount(target);
    }
  },
  { rootMargin: "100%" },
);
document.querySelectorAll("[data-network-map]").forEach((host) => near.observe(host));

// --- views of the same map --------------------------------------------------------------------
function choose(view, of) {
  for (const host of document.querySelectorAll(`[data-views="${of}"]`)) host.conurbNetwork?.show(view);
  for (const legend of document.querySelectorAll(`[data-legend-of="${of}"]`)) {
    legend.hidden = legend.dataset.legend !== view;
  }
}
document.addEventListener("change", (event) => {
  const { viewOf } = event.target.dataset;
  if (viewOf) choose(event.target.value, viewOf);
});

// --- the list beside the map --------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-show-on-map]");
  const host = button && document.querySelector("[data-network-map]");
  if (!host) return;
  // on a phone the map stands below the whole list and may not be drawn yet
  host.scrollIntoView({ block: "nearest" });
  const map = await mount(host);
  map?.goTo(button.dataset.showOnMap);
});

// Ticked projects stand out on the map; what can be done with them depends on how many they are.
function tally(form) {
  const ticked = [...form.querySelectorAll("input[name=project]:checked")].map((box) => box.value);
  const bar = form.querySelector("[data-ticked]");
  bar.hidden = ticked.length === 0;
  bar.querySelector("[data-ticked-number]").textContent = ticked.length;
  for (const button of bar.querySelectorAll("[data-least]")) {
    const { least, most } = button.dataset;
    button.disabled = ticked.length < Number(least) || ticked.length > Number(most || Infinity);
  }
  document.querySelector("[data-network-map]")?.conurbNetwork?.mark(ticked);
}
for (const form of document.querySelectorAll("[data-tick-projects]")) {
  form.addEventListener("change", () => tally(form));
  form.addEventListener("reset", () => setTimeout(() => tally(form)));
  tally(form);
}

// --- areas reached ------------------------------------------------------------------------------
document.addEventListener("htmx:afterSettle", () => {
  document.querySelector("[data-bands]")?.conurbNetwork?.showBands();
});

// --- paper --------------------------------------------------------------------------------------
// A map that follows the width of the paper is empty until it is drawn again, which comes too late:
// a picture of what is on the screen is printed in its place.
addEventListener("beforeprint", () => {
  for (const host of document.querySelectorAll("[data-map-ready='1']")) host.append(host.conurbNetwork.picture());
});
addEventListener("afterprint", () => {
  document.querySelectorAll(".network-paper").forEach((picture) => picture.remove());
});
