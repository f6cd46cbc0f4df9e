// Maps of joint planning.
//
// data-planning-map   one review: the layers on both sides of the border from their vector tiles,
//                     findings by rule, remarks by number; data-map holds what to draw, data-source
//                     the GeoJSON of findings and remarks
// data-zone-map       zones and tiers in force on a day, from the GeoJSON in data-source
//
// A remark is pinned by a click on the map while the button data-pin-start is pressed; from the
// keyboard by Enter, which takes the middle of the map, or by the fields for coordinates.
import {
  boundsOf, collection, css, element, groundMap, load, maplibregl, nameAt, onTheme, say,
} from "./parts/ground-map.js";
import { ruleColour } from "./parts/rule-colours.js";

const FINDINGS = ["findings-areas", "findings-lines", "findings-points"];
const PAINTED = { polygon: "fill", line: "line", point: "circle" };

const resolved = ["==", ["get", "standing"], "resolved"];

function nameCities(map, counties) {
  for (const { properties } of counties.features) {
    if (properties.level === "city") nameAt(map, properties.mark, properties.name);
  }
}

function classColour({ legend, unknown }) {
  const known = legend.filter(({ codes }) => codes.some(Boolean));
  if (known.length === 0) return unknown;
  const pairs = known.flatMap(({ codes, colour }) => [codes.filter(Boolean), colour]);
  return ["match", ["coalesce", ["get", "code"], ""], ...pairs, unknown];
}

// --- one review ------------------------------------------------------------------------------------
class ReviewMap {
  constructor(host) {
    this.host = host;
    this.drawn = JSON.parse(host.dataset.map);
    this.marks = new Map();
    this.pinning = false;
  }

  async start() {
    const { dataset } = this.host;
    const [west, south, east, north] = this.drawn.bounds;
    const bounds = new maplibregl.LngLatBounds([west, south], [east, north]);
    const [{ map, counties }, found] = await Promise.all([
      groundMap(this.host, { counties: dataset.counties, bounds, padding: 32 }),
      load(dataset.source),
    ]);
    this.map = map;
    this.findings = found.features.filter(({ properties }) => properties.what === "finding");
    this.threads = found.features.filter(({ properties }) => properties.what === "thread");
    this.drawn.layers.forEach((layer) => this.addLayer(layer));
    this.addFindings();
    this.threads.forEach((thread) => this.addThread(thread));
    nameCities(map, counties);
    this.listen();
    onTheme(() => this.recolour());
    this.host.conurbMap = map;
    this.host.dataset.mapReady = "1";
    this.host.dataset.findings = String(this.findings.length);
    this.follow();
  }

  addLayer({ key, source, tone }) {
    const common = { source: key, "source-layer": source.sourceLayer };
    this.map.addSource(key, {
      type: "vector",
      tiles: [location.origin + source.tiles],
      bounds: source.bounds,
      minzoom: 0,
      maxzoom: source.deepest,
    });
    const type = PAINTED[source.geometry];
    const paint = {
      polygon: { "fill-color": classColour(source), "fill-opacity": 0.62 },
      line: { "line-color": classColour(source), "line-width": 3 },
      point: { "circle-color": classColour(source), "circle-radius": 4 },
    }[source.geometry];
    this.map.addLayer({ id: key, type, paint, ...common }, "city-borders");
    if (source.geometry !== "polygon") return;
    // whose plot it is shows in its outline: ours whole, the neighbour's dashed
    this.map.addLayer(
      {
        id: `${key}-outline`,
        type: "line",
        minzoom: 10,
        paint: {
          "line-color": css(`--tone-${tone}`),
          "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.4, 15, 1.6],
          ...(tone === "other" && { "line-dasharray": [3, 2] }),
        },
        ...common,
      },
      "city-borders",
    );
  }

  addFindings() {
    const { map } = this;
    map.addSource("findings", { type: "geojson", data: collection(this.findings), promoteId: "key" });
    const kind = (name) => ["==", ["geometry-type"], name];
    const faint = (full, pale) => ["case", resolved, pale, full];
    map.addLayer({ id: "findings-areas", type: "fill", source: "findings", filter: kind("Polygon"), paint: { "fill-color": ruleColour(), "fill-opacity": faint(0.45, 0.1) } });
    map.addLayer({ id: "findings-lines", type: "line", source: "findings", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": ruleColour(), "line-width": 2.5, "line-opacity": faint(1, 0.35) } });
    map.addLayer({ id: "findings-points", type: "circle", source: "findings", filter: kind("Point"), paint: { "circle-color": ruleColour(), "circle-radius": 6, "circle-opacity": faint(1, 0.35), "circle-stroke-color": css("--map-halo"), "circle-stroke-width": 1.5 } });
    map.addLayer({ id: "findings-chosen", type: "line", source: "findings", filter: ["==", ["get", "key"], ""], paint: { "line-color": css("--rule-chosen"), "line-width": 4 } });
    // far out a finding is smaller than a pixel, so its middle is marked
    map.addSource("middles", {
      type: "geojson",
      data: collection(
        this.findings.map(({ properties }) => ({
          type: "Feature",
          properties,
          geometry: { type: "Point", coordinates: properties.middle },
        })),
      ),
    });
    map.addLayer({ id: "findings-middles", type: "circle", source: "middles", maxzoom: 12, paint: { "circle-color": ruleColour(), "circle-radius": 5, "circle-opacity": faint(1, 0.3), "circle-stroke-color": css("--map-halo"), "circle-stroke-width": 1.5, "circle-stroke-opacity": faint(1, 0.3) } });
  }

  addThread({ geometry, properties }) {
    const mark = element("button", `planning-pin${properties.resolved ? " is-resolved" : ""}`, String(properties.number));
    mark.type = "button";
    mark.setAttribute("aria-label", `${properties.number} ${properties.author}: ${properties.words}`);
    mark.addEventListener("click", (event) => {
      event.stopPropagation();
      const row = document.getElementById(`thread-${properties.key}`);
      row?.scrollIntoView({ block: "center" });
      row?.classList.add("is-shown");
    });
    new maplibregl.Marker({ element: mark }).setLngLat(geometry.coordinates).addTo(this.map);
  }

  listen() {
    const { map, host } = this;
    const layers = [...FINDINGS, "findings-middles"];
    map.on("click", (event) => {
      if (this.pinning) return this.pin(event.lngLat.lng, event.lngLat.lat);
      const { x, y } = event.point;
      const [hit] = map.queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers });
      if (hit) this.show(hit.properties.key, { move: false, at: event.lngLat });
    });
    for (const layer of layers) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = this.pinning ? "" : "pointer"));
      map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
    }
    for (const box of document.querySelectorAll("[data-layer]")) {
      box.addEventListener("change", () => {
        const visibility = box.checked ? "visible" : "none";
        for (const id of [box.dataset.layer, `${box.dataset.layer}-outline`]) {
          if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", visibility);
        }
      });
    }
    document.addEventListener("click", (event) => {
      const finding = event.target.closest("[data-show-finding]");
      const place = event.target.closest("[data-show-at]");
      if (finding && this.show(finding.dataset.showFinding)) event.preventDefault();
      if (place) {
        map.jumpTo({ center: place.dataset.showAt.split(",").map(Number), zoom: Math.max(map.getZoom(), 13) });
        host.scrollIntoView({ block: "center" });
      }
    });
    window.addEventListener("hashchange", () => this.follow());
    this.pinButton();
  }

  pinButton() {
    this.button = document.querySelector("[data-pin-start]");
    this.button?.addEventListener("click", () => this.setPinning(!this.pinning));
    this.map.getCanvas().addEventListener("keydown", (event) => {
      if (!this.pinning) return;
      if (event.key === "Escape") this.setPinning(false);
      if (event.key !== "Enter") return;
      const { lng, lat } = this.map.getCenter();
      this.pin(lng, lat);
    });
    document.querySelector("[data-unpin]")?.addEventListener("click", () => this.unpin());
  }

  setPinning(on) {
    this.pinning = on;
    this.button.setAttribute("aria-pressed", String(on));
    this.button.classList.toggle("btn-primary", on);
    this.host.classList.toggle("is-pinning", on);
    if (on) this.map.getCanvas().focus();
  }

  pin(longitude, latitude) {
    const form = document.querySelector("[data-comment-form]");
    const [x, y] = [longitude, latitude].map((degrees) => degrees.toFixed(6));
    form.elements.longitude.value = x;
    form.elements.latitude.value = y;
    form.elements.finding.value = "";
    this.markPinned([Number(x), Number(y)], `${x}, ${y}`);
    this.setPinning(false);
  }

  pinTo({ properties }) {
    const form = document.querySelector("[data-comment-form]");
    form.elements.finding.value = properties.key;
    [form.elements.longitude.value, form.elements.latitude.value] = properties.middle.map((degrees) => degrees.toFixed(6));
    this.markPinned(properties.middle, properties.rule_name);
  }

  markPinned(at, words) {
    const form = document.querySelector("[data-comment-form]");
    const said = form.querySelector("[data-pinned-to]");
    said.hidden = false;
    said.querySelector("[data-pinned-words]").textContent = words;
    this.draft?.remove();
    this.draft = new maplibregl.Marker({ element: element("span", "planning-pin is-draft", "+") }).setLngLat(at).addTo(this.map);
    form.elements.words.focus();
  }

  unpin() {
    const form = document.querySelector("[data-comment-form]");
    for (const name of ["longitude", "latitude", "finding"]) form.elements[name].value = "";
    form.querySelector("[data-pinned-to]").hidden = true;
    this.draft?.remove();
  }

  show(key, { move = true, at } = {}) {
    const finding = this.findings.find(({ properties }) => properties.key === key);
    if (!finding) return false;
    this.map.setFilter("findings-chosen", ["==", ["get", "key"], key]);
    if (move) {
      this.map.fitBounds(boundsOf([finding]), { padding: 90, maxZoom: 15, animate: false });
      this.host.scrollIntoView({ block: "center" });
    }
    this.popup?.remove();
    this.popup = new maplibregl.Popup({ maxWidth: "20rem" })
      .setLngLat(at || finding.properties.middle)
      .setDOMContent(this.popupOf(finding))
      .addTo(this.map);
    this.host.dataset.shown = key;
    return true;
  }

  popupOf(finding) {
    const { properties } = finding;
    const box = element("div", "map-popup");
    const key = element("span", "rule-key");
    key.dataset.rule = properties.rule;
    const head = element("h3", "planning-popup-head");
    head.append(key, properties.rule_name);
    box.append(head, element("p", "small mb-1", `${properties.cities} · ${properties.size} · ${properties.standing_name}`), element("p", "mb-1", properties.reason));
    if (properties.source) box.append(element("p", "small text-secondary mb-1", properties.source));
    if (document.querySelector("[data-comment-form]")) {
      const button = element("button", "btn btn-sm", this.host.dataset.textRemark);
      button.type = "button";
      button.addEventListener("click", () => this.pinTo(finding));
      box.append(button);
    }
    return box;
  }

  follow() {
    const [, key] = location.hash.match(/^#finding-([0-9a-f-]+)$/) || [];
    if (key) this.show(key);
  }

  recolour() {
    const set = (layer, property, value) => this.map.setPaintProperty(layer, property, value);
    set("findings-areas", "fill-color", ruleColour());
    set("findings-lines", "line-color", ruleColour());
    set("findings-chosen", "line-color", css("--rule-chosen"));
    for (const layer of ["findings-points", "findings-middles"]) {
      set(layer, "circle-color", ruleColour());
      set(layer, "circle-stroke-color", css("--map-halo"));
    }
    for (const { key, tone } of this.drawn.layers) {
      if (this.map.getLayer(`${key}-outline`)) set(`${key}-outline`, "line-color", css(`--tone-${tone}`));
    }
  }
}

// --- zones and tiers -------------------------------------------------------------------------------
async function zoneMap(host) {
  const zones = await load(host.dataset.source);
  const { map, counties } = await groundMap(host, { counties: host.dataset.counties, bounds: boundsOf(zones.features), padding: 40 });
  map.addSource("zones", { type: "geojson", data: zones });
  map.addLayer({ id: "zones", type: "fill", source: "zones", paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.55 } }, "city-borders");
  map.addLayer({ id: "zones-outline", type: "line", source: "zones", paint: { "line-color": ["get", "colour"], "line-width": 2 } });
  nameCities(map, counties);
  map.on("click", "zones", ({ lngLat, features: [{ properties }] }) => {
    const box = element("div", "map-popup");
    box.append(element("h3", "planning-popup-head", properties.name || properties.tier_name));
    box.append(element("p", "mb-0", `${properties.tier_name} · ${properties.km2} ${host.dataset.textArea}`));
    new maplibregl.Popup().setLngLat(lngLat).setDOMContent(box).addTo(map);
  });
  host.conurbMap = map;
  host.dataset.mapReady = "1";
}

async function begin(host, work) {
  try {
    await work();
  } catch {
    // without WebGL the tables say the same
    host.dataset.mapReady = "failed";
    say(host, host.dataset.textFailed);
  }
}

for (const host of document.querySelectorAll("[data-planning-map]")) begin(host, () => new ReviewMap(host).start());
for (const host of document.querySelectorAll("[data-zone-map]")) if (host.dataset.source) begin(host, () => zoneMap(host));
