/**
 * What this device remembers: two stores, `outbox` (records with a `cid`) and `kept` (records with a `key`).
 * IndexedDB where it is allowed; else memory with a copy in localStorage; else memory alone (`durable` is false).
 */
const STORES = { outbox: "cid", kept: "key" };

/**
 * Opens the device's memory under `name`; it never fails, at worst it forgets on reload.
 * `update(store, key, change)` reads and writes in one step; nothing is written where there is no such record.
 */
export async function openDevice({ name = "rembuk-room", db = safely("indexedDB"), local = safely("localStorage") } = {}) {
  const open = db ? await database(db, name).catch(() => null) : null;
  return open ? inDatabase(open) : inMemory(local, name);
}

/** Reading the property alone throws where a browser forbids storage. */
function safely(property) {
  try {
    return globalThis[property] ?? null;
  } catch {
    return null;
  }
}

function database(db, name) {
  return new Promise((resolve, reject) => {
    const request = db.open(name, 1);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) request.result.createObjectStore(store, { keyPath });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

function inDatabase(open) {
  /** One transaction: `act` gives a request; its result once the transaction is complete. */
  function run(store, mode, act) {
    return new Promise((resolve, reject) => {
      const options = mode === "readwrite" ? { durability: "strict" } : {};
      const transaction = open.transaction(store, mode, options);
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }
  open.onversionchange = () => open.close();
  return {
    durable: true,
    all: (store) => run(store, "readonly", (rows) => rows.getAll()),
    get: (store, key) => run(store, "readonly", (rows) => rows.get(key)),
    put: (store, record) => run(store, "readwrite", (rows) => rows.put(record)),
    remove: (store, key) => run(store, "readwrite", (rows) => rows.delete(key)),
    update: (store, key, change) =>
      run(store, "readwrite", (rows) => {
        const request = rows.get(key);
        request.onsuccess = () => {
          const next = request.result === undefined ? undefined : change(request.result);
          if (next !== undefined) rows.put(next);
        };
        return request;
      }),
  };
}

function inMemory(local, name) {
  const rows = Object.fromEntries(Object.keys(STORES).map((store) => [store, read(store)]));
  let durable = local !== null;

  function read(store) {
    try {
      const text = local?.getItem(`${name}.${store}`);
      return new Map(text ? JSON.parse(text).map((record) => [record[STORES[store]], record]) : []);
    } catch {
      return new Map();
    }
  }

  /** Another tab may have written meanwhile: what it did is read before this tab's change goes on top. */
  function change(store, act) {
    if (durable) rows[store] = read(store);
    act(rows[store]);
    try {
      local?.setItem(`${name}.${store}`, JSON.stringify([...rows[store].values()]));
    } catch {
      durable = false;
    }
  }

  function current(store) {
    if (durable) rows[store] = read(store);
    return rows[store];
  }

  return {
    get durable() {
      return durable;
    },
    all: async (store) => [...current(store).values()],
    get: async (store, key) => current(store).get(key),
    put: async (store, record) => change(store, (map) => map.set(record[STORES[store]], structuredClone(record))),
    remove: async (store, key) => change(store, (map) => map.delete(key)),
    update: async (store, key, alter) => {
      const record = current(store).get(key);
      const next = record === undefined ? undefined : alter(structuredClone(record));
      if (next !== undefined) change(store, (map) => map.set(key, next));
    },
  };
}
