// The ground that every map of the region stands on: counties, cities' borders, their names, controls.
//
//   const { map, counties } = await groundMap(host, { counties: "/map/counties.geojson", bounds });
//
// `host.dataset` gives the words: textTitle, textZoomIn, textZoomOut, textClose, textFailed, and
// `worker`, the address of maplibre-worker.js. Colours are custom properties named --map-…, from
// map-ground.css, and follow light and dark; layers of one's own are recoloured by `onTheme`.
//
// Options: `counties` (address or GeoJSON), `bounds`, `padding` and `closest` zoom at the start,
// `wheel` zooms by the wheel, `still` without controls, `pictures` can be taken and printed,
// `areas` gives the colour of counties, `cityLine` the width of cities' borders.
import maplibregl from "maplibre-gl/dist/maplibre-gl-csp.js";

export { maplibregl };
export const collection = (features = []) => ({ type: "FeatureCollection", features });
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const workerBeside = new URL("maplibre-worker.js", document.currentScript.src).href;

export async function load(address) {
  const response = await fetch(address, { headers: { Accept: "application/geo+json, application/json" } });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

export function boundsOf(features) {
  const bounds = new maplibregl.LngLatBounds();
  const walk = (part) => (typeof part[0] === "number" ? bounds.extend(part) : part.forEach(walk));
  for (const { geometry } of features) if (geometry) walk(geometry.coordinates);
  return bounds;
}

const level = (name) => ["==", ["get", "level"], name];

const plainAreas = () => css("--map-county");

function styleOf(counties, areas, cityLine) {
  return {
    version: 8,
    sources: { counties: { type: "geojson", data: counties } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": css("--map-ground") } },
      {
        id: "county-areas",
        type: "fill",
        source: "counties",
        filter: level("county"),
        paint: { "fill-color": areas() },
      },
      {
        id: "county-borders",
        type: "line",
        source: "counties",
        filter: level("county"),
        paint: { "line-color": css("--map-county-line"), "line-width": 0.8 },
      },
      {
        id: "city-borders",
        type: "line",
        source: "counties",
        filter: level("city"),
        paint: { "line-color": css("--map-city-line"), "line-width": cityLine },
      },
    ],
  };
}

function recolour(map, areas) {
  map.setPaintProperty("ground", "background-color", css("--map-ground"));
  map.setPaintProperty("county-areas", "fill-color", areas());
  map.setPaintProperty("county-borders", "line-color", css("--map-county-line"));
  map.setPaintProperty("city-borders", "line-color", css("--map-city-line"));
}

export function onTheme(act) {
  document.addEventListener("conurb:theme", act);
}

// A name on the map; an element, because a map without a glyph server has no letters.
export function nameAt(map, at, text, className = "map-city-name", options = {}) {
  const label = document.createElement("div");
  label.className = className;
  label.setAttribute("role", "img");
  label.setAttribute("aria-label", text);
  label.textContent = text;
  return new maplibregl.Marker({ element: label, anchor: "center", ...options }).setLngLat(at).addTo(map);
}

export function say(host, text) {
  const note = document.createElement("p");
  note.className = "map-note";
  note.setAttribute("role", "status");
  note.textContent = text;
  host.append(note);
}

export async function groundMap(
  host,
  {
    counties: address,
    bounds,
    wheel = false,
    padding = 24,
    closest = 12,
    still = false,
    pictures = true,
    areas = plainAreas,
    cityLine = 1.6,
  },
) {
  const { dataset } = host;
  const counties = typeof address === "string" ? await load(address) : address;
  maplibregl.setWorkerUrl(dataset.worker || workerBeside);
  const map = new maplibregl.Map({
    container: host,
    style: styleOf(counties, areas, cityLine),
    bounds: bounds && !bounds.isEmpty() ? bounds : boundsOf(counties.features),
    fitBoundsOptions: { padding, maxZoom: closest },
    attributionControl: false,
    dragRotate: false,
    touchPitch: false,
    pitchWithRotate: false,
    cooperativeGestures: false,
    scrollZoom: wheel,
    interactive: !still,
    renderWorldCopies: false,
    fadeDuration: 0,
    ...(pictures && { canvasContextAttributes: { preserveDrawingBuffer: true } }),
    locale: {
      ...(dataset.textTitle && { "Map.Title": dataset.textTitle }),
      ...(dataset.textZoomIn && { "NavigationControl.ZoomIn": dataset.textZoomIn }),
      ...(dataset.textZoomOut && { "NavigationControl.ZoomOut": dataset.textZoomOut }),
      ...(dataset.textClose && { "Popup.Close": dataset.textClose }),
    },
  });
  if (!still) map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  await new Promise((resolve) => map.once("load", resolve));
  onTheme(() => recolour(map, areas));
  return { map, counties };
}
