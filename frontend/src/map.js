// Maps without a tile server: county areas, and the plan's tasks by light.
//
// Every element with data-map-source becomes a map. Its attributes:
//   data-map-source    GeoJSON of the tasks (route map-tasks, with any filter of the plan page)
//   data-map-counties  GeoJSON of the counties (route map-counties)
//   data-text-…        title, zoom-in, zoom-out, open, close, none, more, failed: what the map says
//   data-worker        address of maplibre-worker.js; without it, beside this script
//   data-map-small     a small map: no zoom by the wheel, so that the page scrolls over it
//   data-map-fit       "tasks" to start with just these tasks in sight, else the whole region
// `plan/parts/map.html` writes them all. A button with data-map-show="<task key>" shows that task.
//
// window.conurbMap.mount(element) mounts one by hand and returns a promise of the map.
import { boundsOf, css, groundMap, load, maplibregl, nameAt, onTheme, say } from "./parts/ground-map.js";

const LIGHTS = ["done", "on-course", "at-risk", "late", "not-begun", "withdrawn"];
const MARK = 18; // pixels of a mark's picture
const SPREAD_LIMIT = 1500; // beyond so many marks they are clustered instead of spread
const FAR = 0.7; // size of a mark at the zoom of the whole region, against its full size
const mounted = new Map();

const byZoom = (far, near) => ["interpolate", ["linear"], ["zoom"], 7, far, 10, near];

const lightColour = () => [
  "match",
  ["get", "light"],
  ...LIGHTS.flatMap((light) => [light, css(`--conurb-${light}`)]),
  css("--conurb-not-begun"),
];
const cityColour = () => [
  "match",
  ["%", ["get", "order"], 4],
  0, css("--map-city-0"),
  1, css("--map-city-1"),
  2, css("--map-city-2"),
  css("--map-city-3"),
];

// A light differs by shape as well as by colour, as it does in lists.
function drawMark(light) {
  const scale = 2;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = MARK * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = css(`--conurb-${light}`);
  pen.strokeStyle = css("--map-mark-edge");
  pen.lineWidth = 1.5;
  pen.beginPath();
  if (light === "late") pen.rect(3.5, 3.5, 11, 11);
  else if (light === "at-risk") {
    pen.moveTo(9, 2);
    pen.lineTo(16.5, 15);
    pen.lineTo(1.5, 15);
    pen.closePath();
  } else pen.arc(9, 9, 6, 0, 2 * Math.PI);
  if (light === "not-begun") {
    pen.fillStyle = css("--map-mark-edge");
    pen.fill();
    pen.lineWidth = 2.5;
    pen.strokeStyle = css("--conurb-not-begun");
  } else pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

// The number on a cluster, drawn here because a map without a glyph server has no letters.
function drawNumber(text) {
  const scale = 2;
  const canvas = document.createElement("canvas");
  canvas.width = 40 * scale;
  canvas.height = 18 * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.font = "600 12px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = css("--map-mark-edge");
  pen.fillText(text, 20, 9);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function recolour(map) {
  const paint = (layer, property, value) => map.getLayer(layer) && map.setPaintProperty(layer, property, value);
  paint("task-lines", "line-color", lightColour());
  paint("task-line-edges", "line-color", css("--map-mark-edge"));
  paint("clusters", "circle-color", css("--map-cluster"));
  for (const light of LIGHTS) if (map.hasImage(light)) map.updateImage(light, drawMark(light));
  for (const id of map.listImages()) if (id.startsWith("n:")) map.updateImage(id, drawNumber(id.slice(2)));
}

// Marks that share a spot are laid in a spiral around it, a fixed number of pixels apart, so that
// every task can be seen and clicked at any zoom.
function spread(features, zoom) {
  const seen = new Map();
  const size = FAR + (1 - FAR) * Math.min(Math.max((zoom - 7) / 3, 0), 1);
  const degrees = (size * 360) / (512 * 2 ** zoom);
  return features.map((feature) => {
    const [lon, lat] = feature.properties.mark;
    const spot = `${lon.toFixed(3)},${lat.toFixed(3)}`;
    const place = seen.get(spot) || 0;
    seen.set(spot, place + 1);
    const radius = place === 0 ? 0 : 11 * Math.sqrt(place) + 3;
    const angle = place * 2.39996;
    return {
      type: "Feature",
      properties: feature.properties,
      geometry: {
        type: "Point",
        coordinates: [
          lon + radius * degrees * Math.cos(angle),
          lat - radius * degrees * Math.sin(angle) * Math.cos((lat * Math.PI) / 180),
        ],
      },
    };
  });
}

const atTheirSpots = (features) =>
  features.map(({ properties }) => ({
    type: "Feature",
    properties,
    geometry: { type: "Point", coordinates: properties.mark },
  }));

const isMany = (data) => data.features.length > SPREAD_LIMIT;
const points = (features) => ({ type: "FeatureCollection", features });

function addTasks(map, data) {
  const lines = data.features.filter((feature) => feature.geometry.type.endsWith("LineString"));
  const many = isMany(data);
  map.addSource("lines", { type: "geojson", data: points(lines) });
  map.addSource("marks", {
    type: "geojson",
    data: points(many ? atTheirSpots(data.features) : spread(data.features, map.getZoom())),
    ...(many ? { cluster: true, clusterRadius: 36, clusterMaxZoom: 13 } : {}),
  });
  for (const light of LIGHTS) map.addImage(light, drawMark(light), { pixelRatio: 2 });
  map.on("styleimagemissing", ({ id }) => {
    if (id.startsWith("n:")) map.addImage(id, drawNumber(id.slice(2)), { pixelRatio: 2 });
  });
  const round = { "line-cap": "round", "line-join": "round" };
  map.addLayer({
    id: "task-line-edges",
    type: "line",
    source: "lines",
    layout: round,
    paint: { "line-color": css("--map-mark-edge"), "line-width": byZoom(2.5, 6) },
  });
  map.addLayer({
    id: "task-lines",
    type: "line",
    source: "lines",
    layout: round,
    paint: { "line-color": lightColour(), "line-width": byZoom(1.5, 3.5) },
  });
  map.addLayer({
    id: "clusters",
    type: "circle",
    source: "marks",
    filter: ["has", "point_count"],
    paint: {
      "circle-color": css("--map-cluster"),
      "circle-radius": ["interpolate", ["linear"], ["get", "point_count"], 2, 12, 1000, 28],
    },
  });
  map.addLayer({
    id: "cluster-numbers",
    type: "symbol",
    source: "marks",
    filter: ["has", "point_count"],
    layout: {
      "icon-image": ["concat", "n:", ["to-string", ["get", "point_count_abbreviated"]]],
      "icon-allow-overlap": true,
    },
  });
  map.addLayer({
    id: "tasks",
    type: "symbol",
    source: "marks",
    filter: ["!", ["has", "point_count"]],
    layout: {
      "icon-image": ["get", "light"],
      "icon-size": byZoom(FAR, 1),
      "icon-allow-overlap": true,
      "symbol-sort-key": ["match", ["get", "light"], "late", 3, "at-risk", 2, 1],
    },
  });
  if (!many) {
    map.on("zoomend", () => {
      map.getSource("marks").setData(points(spread(data.features, map.getZoom())));
    });
  }
}

function popupContent(properties, texts) {
  const box = document.createElement("div");
  box.className = "map-popup";
  const light = document.createElement("span");
  light.className = `light light-${properties.light}`;
  light.textContent = properties.lightName;
  const number = document.createElement("span");
  number.className = "text-secondary ms-2";
  number.textContent = properties.number;
  const words = document.createElement("p");
  words.className = "my-2";
  words.textContent = properties.text;
  const place = document.createElement("p");
  place.className = "mb-2 small text-secondary";
  place.textContent = [properties.place, properties.lead].filter(Boolean).join(" · ");
  const link = document.createElement("a");
  link.href = properties.url;
  link.textContent = texts.open;
  box.append(light, number, words, place, link);
  return box;
}

function openPopup(map, properties, at, texts) {
  map.conurbPopup?.remove();
  map.conurbPopup = new maplibregl.Popup({ maxWidth: "18rem", closeButton: true, focusAfterOpen: true })
    .setLngLat(at)
    .setDOMContent(popupContent(properties, texts))
    .addTo(map);
}

function listen(map, texts) {
  for (const layer of ["tasks", "task-lines"]) {
    map.on("click", layer, (event) => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      openPopup(map, event.features[0].properties, event.lngLat, texts);
    });
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  map.on("click", "clusters", async (event) => {
    const cluster = event.features[0];
    const zoom = await map.getSource("marks").getClusterExpansionZoom(cluster.properties.cluster_id);
    map.easeTo({ center: cluster.geometry.coordinates, zoom });
  });
}

function nameCities(map, counties) {
  for (const { properties } of counties.features) {
    if (properties.level === "city") nameAt(map, properties.mark, properties.name);
  }
}

const textsOf = ({ dataset }) => ({
  open: dataset.textOpen || "→",
  none: dataset.textNone,
  more: dataset.textMore,
  failed: dataset.textFailed,
});

function sayWhatIsLeftOff(element, tasks, texts) {
  if (texts.more) say(element, texts.more);
  const drawn = new Set(tasks.features.map((feature) => feature.properties.key));
  for (const button of document.querySelectorAll("[data-map-show]")) {
    button.hidden = !drawn.has(button.dataset.mapShow);
  }
}

async function mount(element) {
  if (mounted.has(element)) return mounted.get(element);
  const started = start(element);
  mounted.set(element, started);
  return started;
}

async function start(element) {
  const texts = textsOf(element);
  const small = "mapSmall" in element.dataset;
  try {
    const [counties, tasks] = await Promise.all([
      load(element.dataset.mapCounties || "/map/counties.geojson"),
      load(element.dataset.mapSource),
    ]);
    const close = element.dataset.mapFit === "tasks" && tasks.features.length > 0;
    const { map } = await groundMap(element, {
      counties,
      bounds: boundsOf((close ? tasks : counties).features),
      wheel: !small,
      padding: small ? 12 : 28,
      closest: 11,
      pictures: false,
      areas: cityColour,
      cityLine: 2,
    });
    addTasks(map, tasks);
    listen(map, texts);
    nameCities(map, counties);
    if (tasks.features.length === 0 && texts.none) say(element, texts.none);
    if (tasks.truncated) sayWhatIsLeftOff(element, tasks, texts);
    onTheme(() => recolour(map));
    element.dataset.mapReady = "1";
    element.conurbTasks = tasks;
    element.conurbMap = map;
    return map;
  } catch (fault) {
    // without WebGL or without the network the list beside the map says the same
    element.dataset.mapReady = "failed";
    say(element, texts.failed || String(fault));
    return null;
  }
}

async function show(key) {
  const element = document.querySelector("[data-map-source]");
  const map = element && (await mount(element));
  const feature = element?.conurbTasks?.features.find((one) => one.properties.key === key);
  if (!map || !feature) return;
  element.scrollIntoView({ block: "nearest" });
  map.once("moveend", () => {
    // where its mark stands at this zoom, beside others of the same spot
    const { features } = element.conurbTasks;
    const marks = isMany(element.conurbTasks) ? atTheirSpots(features) : spread(features, map.getZoom());
    const { geometry, properties } = marks.find((one) => one.properties.key === key);
    openPopup(map, properties, geometry.coordinates, textsOf(element));
  });
  map.easeTo({ center: feature.properties.mark, zoom: Math.max(map.getZoom(), 10), duration: 400 });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-map-show]");
  if (button) show(button.dataset.mapShow);
});

// A map is made when it comes near the screen: most visits never scroll to a small one.
const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      mount(target);
    }
  },
  { rootMargin: "200px" },
);
const watch = (root) => root.querySelectorAll("[data-map-source]").forEach((one) => near.observe(one));
watch(document);
document.addEventListener("htmx:load", (event) => watch(event.detail.elt));
window.conurbMap = { mount, show };
