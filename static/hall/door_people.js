/* The list at the door: who somebody is by name or by what was scanned, without asking the server. */
import { fold } from "./roster.js";

const MOST = 8;
const TOKEN = /^[a-z2-7]{32}$/;

export class People {
  constructor() {
    this.all = [];
    this.salt = "";
  }

  use(people, salt) {
    this.all = people.map((one) => ({ ...one, text: fold(`${one.name} ${one.capacity ?? ""}`) }));
    this.salt = salt;
  }

  named(id) {
    return this.all.find((one) => one.id === id);
  }

  like(wish) {
    const words = fold(wish).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    return this.all.filter((one) => words.every((word) => one.text.includes(word))).slice(0, MOST);
  }

  async behind(code) {
    if (!this.salt || !globalThis.crypto?.subtle) return undefined;
    const mark = await print(this.salt, written(code));
    const found = this.all.filter((one) => one.prints.includes(mark));
    return found.length === 1 ? found[0] : undefined;
  }
}

export function looksLikeCode(text) {
  return /^https?:|\/|^[A-Za-z0-9]{4}[- ][A-Za-z0-9]{4}$|^[A-Za-z0-9]{4}(?=[A-Za-z]*[0-9])[A-Za-z0-9]{4}$/.test(text) || TOKEN.test(text);
}

function written(code) {
  const last = code.trim().split("?")[0].split("#")[0].replace(/\/+$/, "").split("/").pop();
  if (TOKEN.test(last)) return last;
  const signs = last.slice(0, 40).toUpperCase().replace(/[^A-Z0-9]/g, "");
  return `${signs.slice(0, 4)}-${signs.slice(4)}`;
}

async function print(salt, code) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${salt}|${code}`)));
  return [...bytes.slice(0, 3)].map((one) => one.toString(16).padStart(2, "0")).join("");
}
