// Keeps the inspector's page usable without a network. Served at /check/worker.js, which puts two
// names before it: KEPT, the addresses of what to keep, and STATE, a name of their contents.
//
// The page is kept as anybody sees it, once in each language: nobody's name lies in the cache.
/* global KEPT, STATE */
const NAME = `conurb-check-${STATE}`;
const CHOICES = "conurb-check-choices"; // survives a new state; holds the language
const PAGE = "/check/";
const LISTS = "/check/lists.json";
const PATIENCE = 4000; // milliseconds for a page from a network that hangs

const pageIn = (language) => `${PAGE}?lang=${language}`;

async function keep(cache, address) {
  const response = await fetch(address, { credentials: "omit", cache: "no-cache" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  await cache.put(address, response);
}

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => Promise.all(KEPT.map((address) => keep(cache, address))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("conurb-check-") && name !== NAME && name !== CHOICES))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

function inTime(promise, milliseconds) {
  return Promise.race([
    promise,
    new Promise((_, refuse) => setTimeout(() => refuse(new Error("too slow")), milliseconds)),
  ]);
}

async function language() {
  const chosen = await (await caches.open(CHOICES)).match("/check/language");
  return chosen ? chosen.text() : "zh-hans";
}

async function page(request) {
  try {
    return await inTime(fetch(request), PATIENCE);
  } catch {
    const cache = await caches.open(NAME);
    const asked = new URL(request.url).searchParams.get("lang");
    const kept = (await cache.match(pageIn(asked || (await language())))) || (await cache.match(pageIn("zh-hans")));
    return kept || Response.error();
  }
}

// Lists come from the network where there is one; the page judges how old they are.
async function lists(request) {
  const cache = await caches.open(NAME);
  try {
    const response = await inTime(fetch(request), PATIENCE);
    if (response.ok) await cache.put(LISTS, response.clone());
    return response;
  } catch {
    const kept = await cache.match(LISTS);
    // the page must know that these are not of now
    return kept ? new Response(kept.body, { headers: { "Content-Type": "application/json", "X-Conurb-Kept": "1" } }) : Response.error();
  }
}

async function asset(request) {
  const kept = await (await caches.open(NAME)).match(request);
  return kept || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && address.pathname === PAGE) event.respondWith(page(request));
  else if (address.pathname === LISTS) event.respondWith(lists(request));
  else if (KEPT.includes(address.pathname)) event.respondWith(asset(request));
});
