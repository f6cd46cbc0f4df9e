// Builds what the browser loads into src/conurb/portal/static/build: bundles, styles, one icon sprite.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, "..", "src", "conurb");
const target = path.join(source, "portal", "static", "build");
const resolve = createRequire(import.meta.url).resolve;

async function* filesBelow(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(full);
    else yield full;
  }
}

// Icons are named in templates ({% icon "home" %}) and, in Python and JavaScript, in ICONS-like
// places; any quoted word that is the name of a Tabler icon and follows the word icon is meant.
async function iconNames() {
  const names = new Set(JSON.parse(await readFile(path.join(here, "src", "icons.json"), "utf8")));
  for await (const file of filesBelow(source)) {
    if (!file.endsWith(".html")) continue;
    const text = await readFile(file, "utf8");
    for (const [, name] of text.matchAll(/\{%\s*icon\s+["']([a-z0-9-]+)["']/g)) names.add(name);
  }
  return [...names].sort();
}

async function sprite(names) {
  const symbols = [];
  for (const name of names) {
    const file = path.join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
    const svg = await readFile(file, "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    symbols.push(
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
        `stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${inner.trim()}</symbol>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const entries = (await readdir(path.join(here, "src")))
  .filter((name) => name.endsWith(".js") || name.endsWith(".css"))
  .map((name) => path.join(here, "src", name));
await build({
  entryPoints: entries,
  outdir: target,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2021",
  legalComments: "none",
  logLevel: "warning",
});
// The worker is taken as it is, without the pointer to a source map that is not served.
const worker = await readFile(resolve("maplibre-gl/dist/maplibre-gl-csp-worker.js"), "utf8");
await writeFile(
  path.join(target, "maplibre-worker.js"),
  worker.replace(/\n?\/\/# sourceMappingURL=.*$/m, ""),
);
await writeFile(path.join(target, "icons.svg"), await sprite(await iconNames()));
