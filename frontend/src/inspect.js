// The inspector's page: reads a code by camera, picture or paste and tells what it is worth, with or
// without a network. What it says in words stands in the page, in the page's language.
import decodeQR from "qr/decode.js";
import { QRCanvas, frameLoop, rearCamera } from "qr/dom.js";
import { openLists } from "./checking/lists.js";
import * as unsent from "./checking/unsent.js";
import { judge } from "./checking/verdict.js";
import { inLanguage, momentWords, valueWords } from "./checking/words.js";

const LISTS = "/check/lists.json";
const PAGE = "/check/";
const PERSONAL = new Set(["resident"]); // kinds of subjects of whom a check is noted
const AT_ONCE = 100; // scans in one report
const PATIENCE = 5000;
const RENEWED = 5 * 60_000;
const SOON = 8_000; // after which a node that did not answer is asked again
const PINNED = "conurb-region-key";
const CITY = "conurb-check-city";
const LATEST = "conurb-check-latest";
const LARGEST = 2400; // pixels of the longer side of a picture; a code on A4 reads at less

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const english = document.documentElement.lang === "en";
const word = (name) => document.querySelector(`[data-word="${name}"]`)?.textContent.trim() ?? name;
const kept = {
  get(name) {
    try {
      return localStorage.getItem(name) ?? "";
    } catch {
      return ""; // storage may be forbidden
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // then it is asked again
    }
  },
};

let lists = null;
let believed = true; // whether the last lists that came could be believed
let reached = navigator.onLine; // whether the node answered last time
let gotAt = 0; // when lists last came from the node, by this clock
let camera = null;
let sending = false;
let asking = 0;

// A clock that was set back would make old lists young: time never goes behind what was seen.
function now() {
  const clock = Date.now();
  const latest = Math.max(clock, Number(kept.get(LATEST)) || 0);
  kept.set(LATEST, String(latest));
  return latest;
}

async function getLists() {
  const raw = await fetched();
  if (raw) {
    try {
      const opened = await openLists(raw, kept.get(PINNED));
      kept.set(PINNED, opened.first);
      lists = opened;
      believed = true;
    } catch (fault) {
      // lists that cannot be believed never take the place of those that could
      believed = false;
      console.warn(`lists refused: ${fault.message}`);
    }
  }
  tellState();
  if (reached) send(); // nobody waits for it
  else askSoon();
}

// A network that is back may be slow at first: what waits on the phone is not left for minutes.
async function askSoon() {
  clearTimeout(asking);
  if (!navigator.onLine || (await unsent.count()) === 0) return;
  asking = setTimeout(() => !document.hidden && getLists(), SOON);
}

// What the node sends, or the service worker kept of it; null where neither has anything.
async function fetched() {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(LISTS, { signal: stop.signal, cache: "no-cache" });
    if (!response.ok) return null;
    const raw = await response.json();
    reached = !response.headers.has("X-Conurb-Kept");
    if (reached) gotAt = Date.now();
    return raw;
  } catch {
    reached = false;
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const when = (milliseconds) => momentWords(milliseconds, lists?.zone ?? "Asia/Shanghai", english);

function tellState() {
  const offline = !navigator.onLine || !reached;
  const state = part("state");
  state.dataset.state = !believed ? "refused" : lists === null ? "none" : offline ? "offline" : "online";
  const name = { refused: "state-refused", none: "state-none", offline: "state-offline", online: "state-online" }[state.dataset.state];
  part("state-words").textContent = fill(word(name), { time: lists ? when(lists.at) : "" });
}

// —— the verdict ————————————————————————————————————————————————————————————

function row(list, name, text, held = false) {
  const group = document.createElement("div");
  const term = document.createElement("dt");
  const value = document.createElement("dd");
  term.textContent = name;
  value.textContent = text;
  if (held) group.dataset.held = "";
  group.append(term, value);
  list.append(group);
}

function facts(list, seen) {
  const { code, type } = seen;
  if (!code || !type || !lists) return;
  row(list, word("type"), inLanguage(type.name, english));
  if (code.subject) row(list, word("about"), code.subject);
  for (const claim of type.claims) {
    if (!code.claims.has(claim.label)) continue;
    const value = valueWords(code.claims.get(claim.label), claim.schema, lists.zone, english);
    row(list, inLanguage(claim.name, english), value, claim.held);
  }
  const end = code.until === null ? word("no-end") : when(code.until * 1000);
  row(list, word("validity"), `${when(code.validFrom * 1000)} – ${end}`);
  row(list, word("issuer"), cityName(code.city));
  if (seen.verdict === "valid" && seen.agreement) {
    row(list, word("agreement"), `${cityName(seen.agreement.from)} → ${cityName(seen.agreement.in)} (${seen.agreement.key})`);
    const effects = seen.effects.map((effect) => inLanguage(effect, english));
    if (effects.length) row(list, word("effects"), effects.join(english ? ", " : "、"));
  }
}

const cityName = (code) => (lists?.cities.has(code) ? inLanguage(lists.cities.get(code).name, english) : code);

function tell(seen) {
  const result = part("result");
  const adverse = Boolean(seen.type?.adverse);
  const look = adverse && seen.verdict === "valid" ? "adverse" : seen.verdict;
  const card = part("verdict").content.cloneNode(true).firstElementChild;
  card.dataset.verdict = seen.verdict;
  card.dataset.reason = seen.reason;
  card.classList.add(`verdict-${look}`);
  card.querySelector("[data-slot=icon]").append(part(`icon-${look}`).content.cloneNode(true));
  card.querySelector("[data-slot=word]").textContent = word(`verdict-${look}`);
  const where = { city: cityName(city()), time: seen.listsAt ? when(seen.listsAt) : "" };
  card.querySelector("[data-slot=reason]").textContent = fill(word(`reason-${seen.reason}`), where);
  facts(card.querySelector("[data-slot=facts]"), seen);
  const lines = [fill(word("checked-in"), { city: where.city, time: when(Date.now()) })];
  if (seen.listsAt) lines.push(fill(word(reached ? "lists-of" : "lists-of-offline"), where));
  card.querySelector("[data-slot=lists]").textContent = lines.join(english ? ". " : "。");
  result.replaceChildren(card);
  result.hidden = false;
  result.focus({ preventScroll: true });
  result.scrollIntoView({ block: "start" });
}

const city = () => part("city").value;

async function check(text) {
  stopCamera();
  if (!text.trim()) return;
  // the newest lists that can be had; without a network those that are kept
  if (navigator.onLine && Date.now() - gotAt > 2000) await getLists();
  let seen = judge(text, lists, city(), now());
  let answered = reached;
  // the node hears of every genuine code, so that a person can read of checks that came out badly too
  if (seen.genuine && reached) {
    const reason = await objection(text);
    answered = reason !== null;
    if (reason && seen.verdict === "valid") seen = { ...seen, verdict: reason.startsWith("unknown") ? "unknown" : "invalid", reason };
  }
  tell(seen);
  if (!answered) await keepScan(seen);
}

// What the node's logs have against a genuine code; "" where nothing, null where the
// node does not answer: then the lists alone count, and the node has to be told later.
async function objection(text) {
  const body = new FormData();
  body.set("text", text.trim());
  body.set("city", city());
  try {
    const response = await post(document.querySelector("[data-confirm]").dataset.confirm, body);
    return response.ok ? (await response.json()).reason : null;
  } catch {
    return null;
  }
}

// A page that was opened without a network has nobody's token: then one is fetched and used.
async function post(address, body) {
  const meta = document.querySelector("meta[name=csrf-token]");
  const sent = () => inTime((signal) => fetch(address, { method: "POST", body, headers: { "X-CSRFToken": meta.content }, signal }));
  const response = await sent();
  if (response.status !== 403) return response;
  const page = await inTime((signal) => fetch(PAGE, { signal, cache: "no-store" }));
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  meta.content = fresh.querySelector("meta[name=csrf-token]")?.content ?? meta.content;
  return sent();
}

async function inTime(asked) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await asked(stop.signal);
  } finally {
    clearTimeout(timer);
  }
}

// —— checks of people without a network, told to the node later ————————————————————

async function keepScan(seen) {
  if (!seen.genuine || !PERSONAL.has(seen.type.subject)) return;
  await unsent.keep(seen.code, seen.verdict, city(), now());
  await tellUnsent("");
}

async function tellUnsent(why) {
  const number = await unsent.count();
  part("unsent-words").textContent = fill(word("unsent"), { count: number });
  part("unsent-why").textContent = why && word(why);
  part("unsent").hidden = number === 0;
}

async function send() {
  if (sending || (await unsent.count()) === 0) return;
  sending = true;
  let why = "";
  try {
    for (let some = await unsent.first(AT_ONCE); some.length && !why; some = await unsent.first(AT_ONCE)) {
      const body = new Blob([JSON.stringify({ scans: some })], { type: "application/json" });
      const response = await post(document.querySelector("[data-scans]").dataset.scans, body);
      if (response.status === 401 || response.status === 403) why = "unsent-login";
      else if (!response.ok) why = "unsent-later";
      else {
        const { noted, refused } = await response.json();
        for (const [key, reason] of Object.entries(refused)) console.warn(`scan ${key} was not taken: ${reason}`);
        const over = [...noted, ...Object.keys(refused)];
        if (over.length === 0) why = "unsent-later";
        await unsent.remove(over);
      }
    }
  } catch {
    why = reached ? "unsent-later" : "";
    askSoon();
  } finally {
    sending = false;
  }
  await tellUnsent(why);
}

// —— camera, picture, paste ————————————————————————————————————————————————

function say(name) {
  const note = part("camera-note");
  note.textContent = name ? word(name) : "";
  note.hidden = !name;
}

async function startCamera() {
  say("");
  if (!navigator.mediaDevices?.getUserMedia) return say("camera-none");
  const video = part("video");
  part("camera").hidden = false;
  try {
    const source = await rearCamera(video);
    const canvas = new QRCanvas();
    const cancel = frameLoop(async () => {
      if (!camera) return;
      const found = await source.readFrame(canvas);
      const text = Array.isArray(found) ? found[0] : found;
      if (camera && typeof text === "string" && text) {
        navigator.vibrate?.(60);
        await check(text);
      }
    });
    camera = { source, cancel };
    part("camera-start").hidden = true;
    part("camera-stop").focus();
  } catch (fault) {
    part("camera").hidden = true;
    say(fault.name === "NotAllowedError" ? "camera-refused" : "camera-none");
  }
}

function stopCamera() {
  if (!camera) return;
  const { source, cancel } = camera;
  camera = null;
  cancel();
  source.stop();
  part("camera").hidden = true;
  part("camera-start").hidden = false;
}

function pixels(bitmap, longest) {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff"; // a picture may be transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

async function readPicture(file) {
  say("");
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return say("picture-bad");
  }
  for (const longest of [LARGEST, 1200, 800]) {
    try {
      const text = decodeQR(pixels(bitmap, longest), { effort: Infinity, timeLimit: 4000 });
      return check(text);
    } catch {
      // no code found at this size; a smaller picture is less noisy
    }
  }
  say("picture-none");
}

// —— a number, which only the node can check ————————————————————————————————

async function checkNumber(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (response.status === 403) return tell({ verdict: "unknown", reason: "page-too-old" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("[data-part=number]");
    if (!fresh) return tell({ verdict: "unknown", reason: "node-failed" });
    part("number").replaceWith(fresh);
    listen();
    const result = page.querySelector("[data-part=result]");
    part("result").replaceWith(result);
    if (!result.hidden) {
      result.focus({ preventScroll: true });
      result.scrollIntoView({ block: "start" });
    } else fresh.querySelector("[role=alert]")?.scrollIntoView({ block: "center" });
  } catch {
    tell({ verdict: "unknown", reason: "number-offline" });
  } finally {
    button.disabled = false;
    delete form.dataset.sent;
  }
}

// The purpose is asked only where the chosen type is about a person.
function askPurpose() {
  const form = part("number");
  const chosen = form?.querySelector("[name=type]")?.selectedOptions[0];
  const purpose = form?.querySelector("[data-part=purpose]");
  if (!purpose) return;
  const personal = (purpose.dataset.personal ?? "").split(" ").includes(chosen?.value);
  purpose.hidden = !personal;
  purpose.querySelector("[name=purpose]").required = personal;
}

function listen() {
  const form = part("number")?.querySelector("form");
  if (!form) return;
  form.addEventListener("submit", checkNumber);
  form.querySelector("[name=type]")?.addEventListener("change", askPurpose);
  form.querySelector("[name=city]").value = city();
  form.querySelector("[data-part=typed-city]").hidden = true; // the choice above serves
  askPurpose();
}

// —— at work ————————————————————————————————————————————————————————————————

async function workWithoutNetwork() {
  if (!("serviceWorker" in navigator)) return;
  try {
    const choices = await caches.open("conurb-check-choices");
    await choices.put("/check/language", new Response(english ? "en" : "zh-hans"));
    await navigator.serviceWorker.register("/check/worker.js");
    await navigator.serviceWorker.ready;
    part("ready").hidden = false;
  } catch {
    // a browser that keeps nothing still checks while it has a network
  }
}

part("city").value = kept.get(CITY) || part("city").value;
part("city").addEventListener("change", () => {
  kept.set(CITY, city());
  const typed = part("number")?.querySelector("[name=city]");
  if (typed) typed.value = city();
  part("result").hidden = true;
});
part("camera-start").addEventListener("click", startCamera);
part("camera-stop").addEventListener("click", () => {
  stopCamera();
  part("camera-start").focus();
});
part("picture").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) await readPicture(file);
  event.target.value = "";
});
part("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  check(new FormData(event.target).get("text"));
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-part=again]")) return;
  part("result").hidden = true;
  part("camera-start").focus();
});
part("send").addEventListener("click", send);
window.addEventListener("online", getLists);
window.addEventListener("offline", () => {
  reached = false;
  tellState();
});
window.addEventListener("pagehide", stopCamera);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stopCamera();
  else if (Date.now() - gotAt > RENEWED) getLists();
});
setInterval(() => !document.hidden && getLists(), RENEWED);
listen();
tellUnsent("");
getLists().then(workWithoutNetwork);
