// Maps of layers from our own vector tiles.
//
// data-atlas            the page of all layers: a map (data-atlas-map) and a list whose lines carry
//                       data-atlas-layer, a key, and data-source, where its tiles and legend stand
// data-atlas-version    a small map of one version, with its legend below
// data-atlas-features   a small map of the features of a GeoJSON address
// data-atlas-changes    a small map of two versions' differences (data-text-added and so on)
//
// The address keeps what is shown: #zoom/lat/lon/key:opacity,key:opacity
import {
  boundsOf, collection, css, element, groundMap, load, maplibregl, nameAt, onTheme, say,
} from "./parts/ground-map.js";

const CITIES_ABOVE = "city-edges"; // borders of cities are drawn above areas, with a bright edge
const OUTLINES_FROM = 11;
const SHOWN_FULLY = 80;

// --- one version on a map --------------------------------------------------------------------------
const colours = ({ legend, unknown }) => {
  const known = legend.filter(({ codes }) => codes.some(Boolean));
  if (known.length === 0) return legend[0]?.colour || unknown;
  return [
    "match",
    ["coalesce", ["get", "code"], ""],
    ...known.flatMap(({ codes, colour }) => [codes.filter(Boolean), colour]),
    unknown,
  ];
};

const PAINTED = { polygon: "fill", line: "line", point: "circle" };

function addVersion(map, source, percent) {
  const { key } = source;
  map.addSource(key, {
    type: "vector",
    tiles: [location.origin + source.tiles],
    bounds: source.bounds,
    minzoom: 0,
    maxzoom: source.deepest,
  });
  const common = { source: key, "source-layer": source.sourceLayer };
  const before = source.geometry === "polygon" ? firstLine(map) : undefined;
  if (source.geometry === "polygon") {
    map.addLayer(
      {
        id: `${key}-outline`,
        type: "line",
        minzoom: OUTLINES_FROM,
        filter: ["!", ["has", source.merged]],
        paint: { "line-color": css("--map-halo"), "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.3, 15, 1.2] },
        ...common,
      },
      before,
    );
    map.addLayer({ id: key, type: "fill", paint: { "fill-color": colours(source) }, ...common }, `${key}-outline`);
  } else if (source.geometry === "line") {
    const width = (add) => ["interpolate", ["linear"], ["zoom"], 7, 1.2 + add / 2, 12, 3.5 + add];
    const layout = { "line-cap": "round", "line-join": "round" };
    map.addLayer({ id: `${key}-outline`, type: "line", layout, paint: { "line-color": css("--map-halo"), "line-width": width(2) }, ...common });
    map.addLayer({ id: key, type: "line", layout, paint: { "line-color": colours(source), "line-width": width(0) }, ...common });
  } else {
    map.addLayer({
      id: key,
      type: "circle",
      paint: {
        "circle-color": colours(source),
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 7, 2.5, 14, 7],
        "circle-stroke-color": css("--map-halo"),
        "circle-stroke-width": 1,
      },
      ...common,
    });
  }
  setOpacity(map, source, percent);
}

// areas lie below lines and points, whatever was chosen first
function firstLine(map) {
  const lines = map.getStyle().layers.find(({ id, source }) => source !== "counties" && /^[0-9a-f]+(-outline)?$/.test(id) && ["line", "circle"].includes(map.getLayer(id.replace("-outline", ""))?.type));
  return lines?.id || CITIES_ABOVE;
}

function setOpacity(map, { key, geometry }, percent) {
  map.setPaintProperty(key, `${PAINTED[geometry]}-opacity`, percent / 100);
  if (map.getLayer(`${key}-outline`)) map.setPaintProperty(`${key}-outline`, "line-opacity", percent / 100);
}

function removeVersion(map, key) {
  for (const id of [key, `${key}-outline`]) if (map.getLayer(id)) map.removeLayer(id);
  if (map.getSource(key)) map.removeSource(key);
}

function swatch(colour, geometry) {
  const made = element("span", `atlas-swatch atlas-swatch-${geometry}`);
  made.style.background = colour;
  made.setAttribute("aria-hidden", "true");
  return made;
}

function legendOf(source, texts) {
  const list = element("ul", "atlas-legend");
  const write = new Intl.NumberFormat(texts.lang, { maximumFractionDigits: 0 });
  for (const entry of source.legend) {
    const line = element("li");
    let amount = `${write.format(entry.count)} ${texts.features || ""}`;
    if (entry.area) amount = `${write.format(entry.area / 10_000)} ${texts.ha || "ha"}`;
    else if (entry.length) amount = `${write.format(entry.length / 1000)} ${texts.km || "km"}`;
    line.append(swatch(entry.colour, source.geometry), element("span", "", entry.name), element("output", "", amount));
    list.append(line);
  }
  return list;
}

// --- what stands where somebody clicked ------------------------------------------------------------
class Asking {
  constructor(map, sources, texts) {
    this.map = map;
    this.sources = sources;
    this.texts = texts;
    map.on("click", (event) => this.ask(event));
    map.on("mousemove", (event) => {
      map.getCanvas().style.cursor = this.hits(event.point).length ? "pointer" : "";
    });
  }

  hits({ x, y }) {
    const layers = [...this.sources().keys()].filter((key) => this.map.getLayer(key));
    if (layers.length === 0) return [];
    const around = [[x - 4, y - 4], [x + 4, y + 4]];
    const seen = new Set();
    const exact = this.map.queryRenderedFeatures([x, y], { layers });
    const near = this.map
      .queryRenderedFeatures(around, { layers })
      .filter(({ layer }) => layer.type !== "fill");
    return [...near, ...exact].filter(({ source }) => !seen.has(source) && seen.add(source));
  }

  ask(event) {
    const hits = this.hits(event.point);
    this.popup?.remove();
    if (hits.length === 0) return;
    const box = element("div", "atlas-popup");
    this.popup = new maplibregl.Popup({ maxWidth: "22rem" }).setLngLat(event.lngLat).setDOMContent(box).addTo(this.map);
    for (const hit of hits) box.append(this.part(hit));
  }

  part({ source: key, id, properties }) {
    const source = this.sources().get(key);
    const part = element("section");
    part.append(element("h3", "", `${source.title} v${source.number}`));
    const name = source.names[properties.code] || properties.code;
    const entry = source.legend.find(({ codes }) => codes.includes(properties.code || ""));
    if (name) {
      const line = element("p", "atlas-class");
      line.append(swatch(entry?.colour || source.unknown, source.geometry), element("span", "", source.names[properties.code] ? `${properties.code} ${name}` : name));
      part.append(line);
    }
    if (properties[source.merged]) {
      part.append(element("p", "mb-0", `${this.texts.merged} ${properties[source.merged]}`));
      return part;
    }
    const body = element("div", "", this.texts.loading);
    part.append(body);
    this.fill(body, source, id);
    return part;
  }

  async fill(body, source, id) {
    try {
      const { properties } = await load(`${source.items}/${id}?f=json`);
      const list = element("dl");
      for (const [name, value] of Object.entries(properties)) {
        if (value === null || value === "" || name === "code") continue;
        list.append(element("dt", "", name), element("dd", "", String(value)));
      }
      const link = element("a", "", this.texts.open);
      link.href = `${source.items}/${id}?f=html`;
      body.replaceChildren(list, ...(this.texts.open ? [link] : []));
    } catch {
      body.textContent = this.texts.lost;
    }
  }
}

// borders of cities must be seen on any colour
function edgeCities(map) {
  map.addLayer(
    {
      id: CITIES_ABOVE,
      type: "line",
      source: "counties",
      filter: ["==", ["get", "level"], "city"],
      paint: { "line-color": css("--map-halo"), "line-width": 4.5, "line-opacity": 0.75 },
    },
    "city-borders",
  );
  map.setPaintProperty("city-borders", "line-color", css("--tblr-body-color"));
  onTheme(() => {
    map.setPaintProperty(CITIES_ABOVE, "line-color", css("--map-halo"));
    map.setPaintProperty("city-borders", "line-color", css("--tblr-body-color"));
  });
}

const textsOf = ({ dataset }) => ({
  lang: dataset.lang === "en" ? "en" : "zh-Hans",
  loading: dataset.textLoading || "…",
  lost: dataset.textLost || "",
  open: dataset.textOpen || "",
  merged: dataset.textMerged || "",
  features: dataset.textFeatures,
  ha: dataset.textHa,
  km: dataset.textKm,
  opacity: dataset.textOpacity,
});

function nameCities(map, counties) {
  for (const { properties } of counties.features) {
    if (properties.level === "city") nameAt(map, properties.mark, properties.name);
  }
}

function recolourOutlines(map) {
  onTheme(() => {
    for (const { id, type } of map.getStyle().layers) {
      if (id.endsWith("-outline")) map.setPaintProperty(id, "line-color", css("--map-halo"));
      else if (type === "circle") map.setPaintProperty(id, "circle-stroke-color", css("--map-halo"));
    }
  });
}

// --- the page of all layers ------------------------------------------------------------------------
class Atlas {
  constructor(root) {
    this.root = root;
    this.texts = textsOf(root);
    this.shown = new Map(); // key → source, in the order of choosing
    this.opacity = new Map();
    this.lines = new Map([...root.querySelectorAll("[data-atlas-layer]")].map((line) => [line.dataset.atlasLayer, line]));
  }

  async start() {
    const host = this.root.querySelector("[data-atlas-map]");
    const { view, layers } = readHash();
    try {
      const { map, counties } = await groundMap(host, { counties: this.root.dataset.counties, wheel: true, padding: 16 });
      this.map = map;
      if (view) map.jumpTo(view);
      edgeCities(map);
      nameCities(map, counties);
      recolourOutlines(map);
      map.on("moveend", () => this.writeHash());
      new Asking(map, () => this.shown, this.texts);
      host.conurbMap = map;
    } catch {
      // without WebGL the list still leads to every layer's features
      host.dataset.mapReady = "failed";
      say(host, host.dataset.textFailed);
    }
    for (const [key, line] of this.lines) this.listen(key, line);
    this.sheet();
    const wanted = layers.length ? layers : this.first();
    await Promise.all(wanted.map(([key, percent]) => this.show(key, percent)));
    if (!view && this.map) this.zoomToChosen();
    window.addEventListener("hashchange", () => this.follow());
    host.dataset.mapReady ||= "1";
  }

  // what the address names, else the first layer of each city
  first() {
    const chosen = [...this.lines].filter(([, line]) => "chosen" in line.dataset);
    if (chosen.length) return chosen.map(([key]) => [key, SHOWN_FULLY]);
    const heads = [...this.root.querySelectorAll(".atlas-group + ul > li:first-child")];
    return heads.map((line) => [line.dataset.atlasLayer, SHOWN_FULLY]);
  }

  zoomToChosen() {
    const chosen = [...this.lines].filter(([, line]) => "chosen" in line.dataset);
    const bounds = new maplibregl.LngLatBounds();
    for (const [key] of chosen) if (this.shown.has(key)) bounds.extend(this.shown.get(key).bounds);
    if (!bounds.isEmpty()) this.map.fitBounds(bounds, { padding: 24, animate: false });
  }

  listen(key, line) {
    line.querySelector("[data-atlas-toggle]").addEventListener("change", (event) => {
      if (event.target.checked) this.show(key, this.opacity.get(key) || SHOWN_FULLY);
      else this.hide(key);
    });
    line.querySelector("[data-atlas-zoom]").addEventListener("click", async () => {
      await this.show(key, this.opacity.get(key) || SHOWN_FULLY);
      if (this.map && this.shown.has(key)) this.map.fitBounds(this.shown.get(key).bounds, { padding: 32, duration: 400 });
    });
  }

  async show(key, percent) {
    const line = this.lines.get(key);
    if (!line || this.shown.has(key)) return;
    line.querySelector("[data-atlas-toggle]").checked = true;
    const detail = line.querySelector("[data-atlas-detail]");
    detail.hidden = false;
    detail.textContent = this.texts.loading;
    try {
      const source = await load(line.dataset.source);
      if (!line.querySelector("[data-atlas-toggle]").checked || this.shown.has(key)) return;
      this.shown.set(key, source);
      this.opacity.set(key, percent);
      if (this.map) addVersion(this.map, source, percent);
      detail.replaceChildren(this.slider(key, percent), legendOf(source, this.texts));
      line.dataset.shown = "1";
      this.writeHash();
    } catch {
      detail.textContent = this.texts.lost;
      line.querySelector("[data-atlas-toggle]").checked = false;
    }
  }

  hide(key) {
    const line = this.lines.get(key);
    line.querySelector("[data-atlas-toggle]").checked = false;
    line.querySelector("[data-atlas-detail]").hidden = true;
    delete line.dataset.shown;
    this.shown.delete(key);
    if (this.map) removeVersion(this.map, key);
    this.writeHash();
  }

  slider(key, percent) {
    const label = element("label", "atlas-opacity");
    const range = element("input", "form-range");
    Object.assign(range, { type: "range", min: "10", max: "100", step: "5", value: String(percent) });
    range.addEventListener("input", () => {
      this.opacity.set(key, Number(range.value));
      if (this.map) setOpacity(this.map, this.shown.get(key), Number(range.value));
    });
    range.addEventListener("change", () => this.writeHash());
    label.append(element("span", "", this.texts.opacity), range);
    return label;
  }

  sheet() {
    const panel = this.root.querySelector("[data-atlas-panel]");
    const button = panel.querySelector("[data-atlas-sheet]");
    button.addEventListener("click", () => {
      const open = panel.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(open));
    });
  }

  writeHash() {
    if (!this.map) return;
    const { lng, lat } = this.map.getCenter();
    const at = [this.map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5)];
    const layers = [...this.shown.keys()].map((key) => `${key}:${this.opacity.get(key)}`).join(",");
    this.written = `#${[...at, layers].join("/")}`;
    history.replaceState(null, "", this.written);
  }

  async follow() {
    if (location.hash === this.written) return;
    const { view, layers } = readHash();
    const wanted = new Map(layers);
    for (const key of [...this.shown.keys()]) if (!wanted.has(key)) this.hide(key);
    await Promise.all(layers.map(([key, percent]) => this.show(key, percent)));
    if (view && this.map) this.map.jumpTo(view);
  }
}

function readHash() {
  const [zoom, lat, lng, list = ""] = location.hash.slice(1).split("/");
  const numbers = [zoom, lat, lng].map(Number);
  const sound = lng !== undefined && numbers.every(Number.isFinite) && Math.abs(numbers[1]) <= 85 && Math.abs(numbers[2]) <= 180;
  const layers = list
    .split(",")
    .map((one) => one.match(/^([0-9a-f]{1,30}):(\d{2,3})$/))
    .filter(Boolean)
    .map(([, key, percent]) => [key, Math.min(Math.max(Number(percent), 10), 100)]);
  return { view: sound ? { zoom: numbers[0], center: [numbers[2], numbers[1]] } : null, layers };
}

// --- small maps ------------------------------------------------------------------------------------
async function small(host, fill) {
  try {
    const { map, counties } = await groundMap(host, { counties: host.dataset.counties, padding: 16 });
    edgeCities(map);
    recolourOutlines(map);
    nameCities(map, counties);
    await fill(map);
    host.conurbMap = map;
    host.dataset.mapReady = "1";
  } catch {
    host.dataset.mapReady = "failed";
    say(host, host.dataset.textFailed);
  }
}

async function versionMap(host) {
  const texts = textsOf(host);
  await small(host, async (map) => {
    const source = await load(host.dataset.source);
    map.fitBounds(source.bounds, { padding: 20, animate: false });
    addVersion(map, source, SHOWN_FULLY);
    new Asking(map, () => new Map([[source.key, source]]), texts);
    const legend = legendOf(source, texts);
    legend.classList.add("atlas-legend-below");
    host.after(legend);
  });
}

function drawFeatures(map, data, colour) {
  map.addSource("drawn", { type: "geojson", data });
  map.addLayer({ id: "drawn-areas", type: "fill", source: "drawn", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.4 } });
  map.addLayer({ id: "drawn-lines", type: "line", source: "drawn", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colour, "line-width": 1.5 } });
  map.addLayer({ id: "drawn-points", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour, "circle-radius": 5, "circle-stroke-color": css("--map-halo"), "circle-stroke-width": 1 } });
}

async function featureMap(host) {
  await small(host, async (map) => {
    const data = await load(host.dataset.atlasFeatures);
    const features = data.type === "Feature" ? [data] : data.features;
    drawFeatures(map, collection(features), css("--tblr-primary"));
    if (features.length) map.fitBounds(boundsOf(features), { padding: 32, maxZoom: 16, animate: false });
  });
}

const CHANGES = { added: "#1b7a3d", removed: "#c0392b", changed: "#e08e1b", moved: "#6a5acd" };

async function changesMap(host) {
  await small(host, async (map) => {
    const data = await load(host.dataset.atlasChanges);
    const colour = ["match", ["get", "change"], ...Object.entries(CHANGES).flat(), "#8a939e"];
    drawFeatures(map, data, colour);
    if (data.features.length) map.fitBounds(boundsOf(data.features), { padding: 32, maxZoom: 15, animate: false });
    const legend = element("ul", "atlas-legend atlas-legend-below");
    for (const [change, shade] of Object.entries(CHANGES)) {
      const number = data.features.filter(({ properties }) => properties.change === change).length;
      if (!number) continue;
      const line = element("li");
      line.append(swatch(shade, "polygon"), element("span", "", host.dataset[`text${change[0].toUpperCase()}${change.slice(1)}`]), element("output", "", String(number)));
      legend.append(line);
    }
    host.after(legend);
  });
}

for (const root of document.querySelectorAll("[data-atlas]")) new Atlas(root).start();
for (const host of document.querySelectorAll("[data-atlas-version]")) versionMap(host);
for (const host of document.querySelectorAll("[data-atlas-features]")) featureMap(host);
for (const host of document.querySelectorAll("[data-atlas-changes]")) changesMap(host);
