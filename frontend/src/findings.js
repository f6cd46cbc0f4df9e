// The map of the findings of all layers: data-findings-map, with the address of their GeoJSON in
// data-source. Far out a finding is smaller than a pixel, so that its middle is marked.
import {
  boundsOf, collection, css, element, groundMap, load, maplibregl, nameAt, onTheme, say,
} from "./parts/ground-map.js";
import { ruleColour } from "./parts/rule-colours.js";

const MARKED_BELOW = 13;
const SHOWN_AT_MOST = 8;

const PAINTED = {
  "findings-areas": "fill-color",
  "findings-lines": "line-color",
  "findings-points": "circle-color",
  "findings-middles": "circle-color",
};

function draw(map, features) {
  const kind = (name) => ["==", ["geometry-type"], name];
  const point = { "circle-color": ruleColour(), "circle-radius": 6, "circle-stroke-color": css("--map-halo"), "circle-stroke-width": 1.5 };
  map.addSource("findings", { type: "geojson", data: collection(features) });
  map.addSource("middles", {
    type: "geojson",
    data: collection(
      features.map(({ properties }) => ({
        type: "Feature",
        properties,
        geometry: { type: "Point", coordinates: properties.middle },
      })),
    ),
  });
  map.addLayer({ id: "findings-areas", type: "fill", source: "findings", filter: kind("Polygon"), paint: { "fill-color": ruleColour(), "fill-opacity": 0.45 } });
  map.addLayer({ id: "findings-lines", type: "line", source: "findings", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": ruleColour(), "line-width": 2.5 } });
  map.addLayer({ id: "findings-points", type: "circle", source: "findings", filter: kind("Point"), paint: point });
  map.addLayer({ id: "findings-middles", type: "circle", source: "middles", maxzoom: MARKED_BELOW, paint: { ...point, "circle-radius": 5 } });
  onTheme(() => {
    for (const [layer, property] of Object.entries(PAINTED)) map.setPaintProperty(layer, property, ruleColour());
  });
}

function tell(properties) {
  const part = element("section");
  part.append(element("h3", "", `${properties.number} ${properties.rule_name}`), element("p", "", properties.reason));
  const row = document.getElementById(`finding-${properties.key}`);
  if (row) {
    const link = element("a", "", row.querySelector("a")?.textContent);
    link.href = row.querySelector("a")?.href;
    part.append(link);
  }
  return part;
}

function listen(map) {
  const layers = Object.keys(PAINTED);
  const hits = ({ x, y }) => {
    const seen = new Set();
    return map
      .queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers })
      .filter(({ properties }) => !seen.has(properties.key) && seen.add(properties.key));
  };
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = hits(event.point).length ? "pointer" : "";
  });
  map.on("click", (event) => {
    const found = hits(event.point).slice(0, SHOWN_AT_MOST);
    if (!found.length) return;
    const box = element("div", "findings-popup");
    box.append(...found.map(({ properties }) => tell(properties)));
    new maplibregl.Popup({ maxWidth: "22rem" }).setLngLat(event.lngLat).setDOMContent(box).addTo(map);
  });
}

async function start(host) {
  try {
    const [{ map, counties }, { features }] = await Promise.all([
      groundMap(host, { counties: host.dataset.counties, padding: 16 }),
      load(host.dataset.source),
    ]);
    for (const { properties } of counties.features) {
      if (properties.level === "city") nameAt(map, properties.mark, properties.name);
    }
    draw(map, features);
    listen(map);
    if (features.length) map.fitBounds(boundsOf(features), { padding: 32, maxZoom: 15, animate: false });
    host.conurbMap = map;
    host.dataset.findings = String(features.length);
    host.dataset.mapReady = "1";
  } catch {
    host.dataset.mapReady = "failed";
    say(host, host.dataset.textFailed);
  }
}

for (const host of document.querySelectorAll("[data-findings-map]")) start(host);
