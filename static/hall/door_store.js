/* What the door keeps on the device: presses until they are with the server, and the list by which people are recognised without the line. */

const PRESSES = "presses";
const KEPT = "kept";
const RECENT = 40;

export async function openStore(name) {
  try {
    return await openDatabase(name);
  } catch {
    return new Memory();
  }
}

async function openDatabase(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(PRESSES, { keyPath: "nonce" });
    request.result.createObjectStore(KEPT);
  };
  return new Store(await answered(request));
}

class Store {
  constructor(database) {
    this.database = database;
  }

  read(name, work) {
    return answered(work(this.database.transaction(name).objectStore(name)));
  }

  async write(name, work) {
    const transaction = this.database.transaction(name, "readwrite", { durability: "strict" });
    work(transaction.objectStore(name));
    await new Promise((done, failed) => {
      transaction.oncomplete = done;
      transaction.onabort = transaction.onerror = () => failed(transaction.error);
    });
  }

  async presses() {
    const all = await this.read(PRESSES, (store) => store.getAll());
    return all.sort((one, other) => (one.at < other.at ? -1 : 1));
  }

  keep(press) {
    return this.write(PRESSES, (store) => store.put(press));
  }

  drop(nonce) {
    return this.write(PRESSES, (store) => store.delete(nonce));
  }

  async forgetOld(presses) {
    const old = presses.filter((one) => !["waiting", "practice"].includes(one.state)).slice(0, -RECENT);
    if (old.length) await this.write(PRESSES, (store) => old.forEach((one) => store.delete(one.nonce)));
  }

  get(key) {
    return this.read(KEPT, (store) => store.get(key));
  }

  set(key, value) {
    return this.write(KEPT, (store) => store.put(value, key));
  }
}

/* A browser that stores nothing (a private window): the same as long as the page stays open. */
class Memory {
  constructor() {
    this.passing = true;
    this.all = new Map();
    this.kept = new Map();
  }

  async presses() {
    return [...this.all.values()];
  }

  async keep(press) {
    this.all.set(press.nonce, press);
  }

  async drop(nonce) {
    this.all.delete(nonce);
  }

  async forgetOld() {}

  async get(key) {
    return this.kept.get(key);
  }

  async set(key, value) {
    this.kept.set(key, value);
  }
}

function answered(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}
