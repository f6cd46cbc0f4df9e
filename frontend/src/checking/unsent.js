// Checks of people that this phone made without a network and has not reported yet: in IndexedDB, so
// that they outlive the page. Of each only what names the record and what was answered.
const DATABASE = "conurb-check";
const STORE = "unsent";
const KEY = 15; // random bytes of a scan's key

let memory = null; // where the browser keeps nothing, they live as long as the page

function done(request) {
  return new Promise((resolve, refuse) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => refuse(request.error);
  });
}

async function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
  return done(request);
}

// Does something with the store; `act` gets it and returns a request, or nothing.
async function within(mode, act) {
  const database = await opened();
  try {
    const change = database.transaction(STORE, mode);
    const request = act(change.objectStore(STORE));
    const result = request ? await done(request) : undefined;
    if (mode === "readwrite") {
      await new Promise((resolve, refuse) => {
        change.oncomplete = resolve;
        change.onabort = change.onerror = () => refuse(change.error);
      });
    }
    return result;
  } finally {
    database.close();
  }
}

async function kept(act, otherwise) {
  if (memory === null) {
    try {
      return await act();
    } catch {
      memory = [];
    }
  }
  return otherwise();
}

// Keeps what `judge` found of a genuine code, for the city in which it was checked.
export async function keep(code, verdict, city, now) {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY));
  const key = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  const scan = { key, city: code.city, list: code.list, index: code.index, in: city, at: Math.floor(now / 1000), verdict };
  await kept(
    async () => {
      // a write transaction is over when it is on the disk, not when its request is answered
      await within("readwrite", (store) => void store.put(scan));
    },
    () => memory.push(scan),
  );
}

export const count = () => kept(() => within("readonly", (store) => store.count()), () => memory.length);

export const first = (most) =>
  kept(() => within("readonly", (store) => store.getAll(null, most)), () => memory.slice(0, most));

export const remove = (keys) =>
  kept(
    () => within("readwrite", (store) => keys.forEach((key) => store.delete(key))),
    () => {
      memory = memory.filter((scan) => !keys.includes(scan.key));
    },
  );
