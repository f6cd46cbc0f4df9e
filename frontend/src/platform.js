// The map of restricted zones, and on it the route of an application.
//
// An element with data-zone-map is drawn from the GeoJSON at data-zones (zones with their rules, and
// truck corridors) over the counties at data-counties. Colours say how a pass opens a zone for a
// vehicle at an hour: by rule, by an officer, never; a form with data-zone-filter says for which.
// With data-draw a line is drawn by clicks into the hidden field "drawn" of its form, and the form is
// put to the address in data-preview whenever it changes: what the rules say is shown, and the zones
// that the route meets are coloured by it. Everything the map shows stands in lists beside it.
import { boundsOf, collection, css, groundMap, load, maplibregl, onTheme } from "./parts/ground-map.js";

const OPENED = ["rule", "officer", "never"];
const FAR_BELOW = 9.4; // zoom below which cities are named instead of zones
const dated = (n) => String(n).padStart(2, "0");
const clock = (minutes) => `${dated(Math.floor(minutes / 60))}:${dated(minutes % 60)}`;

const colours = () => [
  "match",
  ["get", "opened"],
  ...OPENED.flatMap((one) => [one, css(`--zone-${one}`)]),
  css("--zone-free"),
];

// --- what binds whom, when ------------------------------------------------------------------------
// The same rule as in restrictions.py, for colouring alone: what counts is what the server says.
function opening(rules, asked) {
  let worst = "";
  for (const rule of rules) {
    const group = asked.energy === "electric" ? "new" : "fuel";
    const binds =
      rule.mass.includes(asked.mass) &&
      (rule.energies.length === 0 || rule.energies.includes(group)) &&
      (rule.fuels.length === 0 || rule.fuels.includes(asked.energy)) &&
      (rule.days === "every" || (rule.days === "workdays") === (asked.day === "workday")) &&
      (rule.stage_max === null || asked.energy === "diesel") &&
      rule.hours.some(([begin, end]) => begin <= asked.minute && asked.minute < end);
    // the emission stage is not asked here; a rule for old diesels is left to the list
    if (!binds || rule.stage_max !== null) continue;
    if (OPENED.indexOf(rule.opened) > OPENED.indexOf(worst)) worst = rule.opened;
  }
  return worst || "free";
}

// --- the map --------------------------------------------------------------------------------------
function addLayers(map, zones, corridors) {
  map.addSource("corridors", { type: "geojson", data: corridors });
  map.addSource("zones", { type: "geojson", data: zones });
  map.addSource("route", { type: "geojson", data: collection([]) });
  map.addSource("points", { type: "geojson", data: collection([]) });
  const round = { "line-cap": "round", "line-join": "round" };
  map.addLayer({
    id: "corridors",
    type: "line",
    source: "corridors",
    layout: round,
    paint: {
      "line-color": css("--zone-corridor"),
      "line-width": ["case", ["boolean", ["get", "chosen"], false], 5, 2],
      "line-opacity": ["case", ["boolean", ["get", "chosen"], false], 0.95, 0.55],
    },
  });
  map.addLayer({
    id: "zones",
    type: "fill",
    source: "zones",
    paint: {
      "fill-color": colours(),
      "fill-opacity": ["match", ["get", "opened"], "free", 0.08, "never", 0.4, 0.25],
    },
  });
  for (const [id, dash, which] of [
    ["zone-borders", [1], ["!=", ["get", "opened"], "officer"]],
    ["zone-borders-dashed", [2, 1.5], ["==", ["get", "opened"], "officer"]],
  ]) {
    map.addLayer({
      id,
      type: "line",
      source: "zones",
      filter: which,
      paint: {
        "line-color": colours(),
        "line-width": ["match", ["get", "opened"], "free", 1, "never", 3, 2],
        "line-dasharray": dash,
      },
    });
  }
  map.addLayer({
    id: "route-edge",
    type: "line",
    source: "route",
    layout: round,
    paint: { "line-color": css("--map-halo"), "line-width": 7 },
  });
  map.addLayer({
    id: "route",
    type: "line",
    source: "route",
    layout: round,
    paint: { "line-color": css("--zone-route"), "line-width": 4 },
  });
  map.addLayer({
    id: "points",
    type: "circle",
    source: "points",
    paint: {
      "circle-radius": 5,
      "circle-color": css("--map-halo"),
      "circle-stroke-color": css("--zone-route"),
      "circle-stroke-width": 3,
    },
  });
}

function recolour(map) {
  const paint = (layer, property, value) => map.setPaintProperty(layer, property, value);
  paint("corridors", "line-color", css("--zone-corridor"));
  paint("zones", "fill-color", colours());
  paint("zone-borders", "line-color", colours());
  paint("zone-borders-dashed", "line-color", colours());
  paint("route-edge", "line-color", css("--map-halo"));
  paint("route", "line-color", css("--zone-route"));
  paint("points", "circle-color", css("--map-halo"));
  paint("points", "circle-stroke-color", css("--zone-route"));
}

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

function popupOf({ properties, rules }, lang) {
  const box = element("div", "zone-popup");
  box.append(element("h3", "", `${properties.code} ${properties.name[lang]}`));
  box.append(element("p", "mb-0 small", properties.bounds[lang]));
  const list = element("ul");
  for (const rule of rules) {
    const row = element("li");
    row.dataset.opened = rule.opened;
    row.append(element("strong", "", rule.when[lang]), ` ${rule.who[lang]}`);
    row.append(element("span", "d-block small", rule.pass[lang]));
    list.append(row);
  }
  box.append(list);
  return box;
}

class ZoneMap {
  constructor(host) {
    this.host = host;
    this.lang = host.dataset.lang;
    this.line = [];
    this.drawing = false;
    this.ready = false;
    this.changed = () => {};
  }

  async start() {
    const { dataset } = this.host;
    const [counties, declared] = await Promise.all([load(dataset.counties), load(dataset.zones)]);
    this.zones = declared.features.filter((one) => one.properties.kind === "zone");
    this.corridors = declared.features.filter((one) => one.properties.kind === "corridor");
    this.opened = Object.fromEntries(this.zones.map((zone) => [zone.id, "free"]));
    const { map } = await groundMap(this.host, { counties, bounds: boundsOf(this.zones), pictures: false });
    this.map = map;
    addLayers(this.map, this.zoneData(), this.corridorData([]));
    this.nameAll(counties);
    this.listen();
    onTheme(() => recolour(this.map));
    this.ready = true;
    this.host.dataset.mapReady = "1";
    this.host.conurbMap = this.map;
    return this;
  }

  zoneData() {
    return collection(
      this.zones.map((zone) => ({
        type: "Feature",
        geometry: zone.geometry,
        properties: { code: zone.id, opened: this.opened[zone.id] },
      })),
    );
  }

  corridorData(chosen) {
    return collection(
      this.corridors.map((one) => ({
        type: "Feature",
        geometry: one.geometry,
        properties: { code: one.id, chosen: chosen.includes(one.id) },
      })),
    );
  }

  nameAll(counties) {
    const far = () => this.host.toggleAttribute("data-far", this.map.getZoom() < FAR_BELOW);
    far();
    this.map.on("zoom", far);
    this.marks = new Map();
    const near = ([x, y], [u, v]) => Math.abs(x - u) < 0.02 && Math.abs(y - v) < 0.012;
    this.zones.forEach((zone, place) => {
      const mark = element("div", "zone-mark", zone.id);
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", `${zone.id} ${zone.properties.name[this.lang]}`);
      // zones that lie over one another have their marks one below the other
      const over = this.zones.slice(0, place).filter((one) => near(one.properties.mark, zone.properties.mark));
      new maplibregl.Marker({ element: mark, offset: [0, 20 * over.length] })
        .setLngLat(zone.properties.mark)
        .addTo(this.map);
      this.marks.set(zone.id, mark);
    });
    for (const { properties } of counties.features) {
      if (properties.level !== "city") continue;
      const own = this.zones.filter((zone) => zone.properties.city === properties.code);
      if (own.length === 0) continue;
      const name = element("div", "zone-city", properties.name);
      name.setAttribute("role", "img");
      name.setAttribute("aria-label", properties.name);
      const bounds = boundsOf(own);
      new maplibregl.Marker({ element: name, anchor: "bottom" })
        .setLngLat([bounds.getCenter().lng, bounds.getNorth()])
        .addTo(this.map);
    }
  }

  show(opened) {
    this.opened = opened;
    this.map.getSource("zones").setData(this.zoneData());
    for (const [code, mark] of this.marks) mark.dataset.opened = opened[code];
    this.host.dataset.shown = Object.entries(opened)
      .filter(([, how]) => how !== "free")
      .map(([code, how]) => `${code}:${how}`)
      .join(" ");
  }

  listen() {
    this.map.on("click", (event) => {
      if (this.drawing) {
        this.line.push([event.lngLat.lng, event.lngLat.lat].map((n) => Number(n.toFixed(5))));
        this.drawLine();
        this.changed();
        return;
      }
      const [hit] = this.map.queryRenderedFeatures(event.point, { layers: ["zones"] });
      if (!hit) return;
      const zone = this.zones.find((one) => one.id === hit.properties.code);
      this.popup?.remove();
      this.popup = new maplibregl.Popup({ maxWidth: "22rem" })
        .setLngLat(event.lngLat)
        .setDOMContent(popupOf({ ...zone, rules: zone.properties.rules }, this.lang))
        .addTo(this.map);
    });
    this.map.on("mouseenter", "zones", () => {
      if (!this.drawing) this.map.getCanvas().style.cursor = "pointer";
    });
    this.map.on("mouseleave", "zones", () => (this.map.getCanvas().style.cursor = ""));
  }

  drawLine() {
    const line = { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: this.line } };
    this.map.getSource("route").setData(collection(this.line.length > 1 ? [line] : []));
    const ends = this.line.map((at) => ({
      type: "Feature",
      properties: {},
      geometry: { type: "Point", coordinates: at },
    }));
    this.map.getSource("points").setData(collection(ends));
  }

  kilometres() {
    let total = 0;
    for (let n = 1; n < this.line.length; n += 1) {
      const [x0, y0] = this.line[n - 1];
      const [x1, y1] = this.line[n];
      total += new maplibregl.LngLat(x0, y0).distanceTo(new maplibregl.LngLat(x1, y1));
    }
    return total / 1000;
  }
}

// --- the page of the zones: for which vehicle, when ------------------------------------------------
function filterBy(form, zoneMap) {
  const apply = () => {
    const minute = Number(form.elements.hour.value) * 30;
    form.querySelector("[data-zone-hour]").textContent = clock(minute);
    const asked = {
      mass: form.elements.mass.value,
      energy: form.elements.energy.value,
      day: form.elements.day.value,
      minute,
    };
    zoneMap.show(
      Object.fromEntries(zoneMap.zones.map((zone) => [zone.id, opening(zone.properties.rules, asked)])),
    );
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}

// --- the application: its route, and what the rules say of it ---------------------------------------
class Preview {
  constructor(box, zoneMap) {
    this.box = box;
    this.form = box.closest("form");
    this.zoneMap = zoneMap;
    this.said = box.querySelector("[data-verdict]");
    this.timer = 0;
    this.asked = 0;
    this.form.addEventListener("input", () => this.soon());
    this.form.addEventListener("change", () => this.soon());
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), 350);
  }

  async ask() {
    const number = ++this.asked;
    const data = new FormData(this.form);
    const chosen = data.getAll("corridors");
    if (this.zoneMap.ready) {
      this.zoneMap.map.getSource("corridors").setData(this.zoneMap.corridorData(chosen));
    }
    if (chosen.length === 0 && !data.get("drawn")) {
      this.said.hidden = true;
      this.colour({});
      return;
    }
    try {
      const response = await fetch(this.box.dataset.preview, {
        method: "POST",
        body: data,
        headers: { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
      });
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (number === this.asked) this.show(answer);
    } catch {
      if (number === this.asked) this.say("", this.box.dataset.textFailed, []);
    }
  }

  show(answer) {
    this.colour(answer.zones);
    const lacking = answer.results.find((one) => one.rule === "complete");
    if (lacking) {
      // what is still to be filled in is said at its field; the map speaks of routes alone
      this.said.hidden = true;
      return;
    }
    const against = answer.results.filter((one) => one.blocking && !one.passed);
    const open = answer.results.filter((one) => !one.blocking && !one.passed);
    if (against.length) this.say("never", this.box.dataset.textClosed, against);
    else if (open.length) this.say("officer", this.box.dataset.textOfficer, open);
    else this.say("rule", this.box.dataset.textGranted, []);
  }

  say(verdict, words, results) {
    this.said.hidden = false;
    this.said.dataset.verdict = verdict;
    const list = element("ul");
    for (const result of results) list.append(element("li", "", result.text));
    this.said.replaceChildren(element("strong", "", words), ...(results.length ? [list] : []));
  }

  colour(zones) {
    if (!this.zoneMap.ready) return;
    this.zoneMap.show(
      Object.fromEntries(this.zoneMap.zones.map((zone) => [zone.id, zones[zone.id] || "free"])),
    );
  }
}

function drawInto(box, zoneMap, preview) {
  const field = box.closest("form").elements.drawn;
  const tools = box.querySelector("[data-draw-tools]");
  const start = tools.querySelector("[data-draw-start]");
  const length = tools.querySelector("[data-draw-length]");
  const keep = () => {
    field.value = zoneMap.line.length ? JSON.stringify(zoneMap.line) : "";
    length.textContent =
      zoneMap.line.length > 1 ? `${zoneMap.kilometres().toFixed(1)} ${length.dataset.unit}` : "";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  try {
    zoneMap.line = field.value ? JSON.parse(field.value) : [];
  } catch {
    zoneMap.line = [];
  }
  zoneMap.drawLine();
  zoneMap.changed = keep;
  tools.hidden = false;
  start.addEventListener("click", () => {
    zoneMap.drawing = !zoneMap.drawing;
    start.setAttribute("aria-pressed", String(zoneMap.drawing));
    start.classList.toggle("btn-primary", zoneMap.drawing);
    zoneMap.host.classList.toggle("is-drawing", zoneMap.drawing);
  });
  tools.querySelector("[data-draw-undo]").addEventListener("click", () => {
    zoneMap.line.pop();
    zoneMap.drawLine();
    keep();
  });
  tools.querySelector("[data-draw-clear]").addEventListener("click", () => {
    zoneMap.line = [];
    zoneMap.drawLine();
    keep();
  });
  if (zoneMap.line.length > 1) length.textContent = `${zoneMap.kilometres().toFixed(1)} ${length.dataset.unit}`;
  preview.soon();
}

for (const host of document.querySelectorAll("[data-zone-map]")) {
  const zoneMap = new ZoneMap(host);
  const box = host.closest("[data-pass-form]");
  const preview = box ? new Preview(box, zoneMap) : null;
  preview?.soon();
  zoneMap
    .start()
    .then(() => {
      if (box) drawInto(box, zoneMap, preview);
      const filter = document.querySelector("[data-zone-filter]");
      if (filter && !box) filterBy(filter, zoneMap);
    })
    .catch(() => {
      // without WebGL the corridors can still be chosen, and the lists say the same
      host.dataset.mapReady = "failed";
      host.append(element("p", "map-note", host.dataset.textFailed));
    });
}
