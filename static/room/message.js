/** One entry of the stream as an element: cards for what counts, bare text for talk, one's own at the right. */
import { stamp } from "./clock.js";
import { el, icon } from "./dom.js";
import { announced, knows, t } from "./words.js";

const HEADS = {
  aspiration: ["megaphone", "", "kind_aspiration"],
  question: ["help", "question", "kind_question"],
  response: ["institution", "neutral", "kind_response"],
  spoken: ["note", "neutral", "kind_spoken"],
};
const STAFF = new Set(["moderator", "operator", "secretariat", "responder"]);
const TAGS = {
  new: ["dashed-circle", ""], checked: ["magnifier", "notice"], verified: ["check-circle", "good"], agreed: ["handshake", "good"],
  not_agreed: ["minus-circle", ""], returned: ["arrow-back", "attention"], declined: ["cross-circle", "bad"],
  forwarded: ["arrow-up", "accent"], complaint: ["phone-out", "soga"], merged: ["merge", ""], split: ["split", ""],
};

/**
 * The element of an entry or of an item of the outbox (`mark` is then the element that says what became of it).
 * `scene`: `{me, find(id), proposalUrl, sites {code: name}, actions(entry) and vote(entry) → element or null}`.
 */
export function messageNode(entry, scene, mark = null) {
  if (entry.t === "room") return noticeNode(entry);
  const mine = mark !== null || (scene.me !== null && entry.by?.id === scene.me && entry.by.via === "online");
  const node = el("li", { class: `entry ${entry.gone ? "gone" : entry.kind}${mine ? " mine" : ""}`, "data-key": entry.key });
  if (entry.gone) node.append(...goneParts(entry));
  else node.append(isCard(entry) ? card(entry, scene, mine, mark) : talk(entry, scene, mine, mark));
  const actions = mark === null ? scene.actions(entry) : null;
  if (actions) node.append(actions);
  return node;
}

/** A short line for reading aloud: who said what. */
export function aloud(entry) {
  const kind = entry.kind === "chat" ? "" : `${t(headOf(entry)[2])}. `;
  return `${kind}${entry.by?.name ?? ""}: ${entry.text}`;
}

/** The tag of a proposal's status, or null for one that this page does not know. */
export function statusTag(status) {
  if (!(status in TAGS) || !knows(`status_${status}`)) return null;
  const [name, kind] = TAGS[status];
  return el("span", { class: `tag ${kind}` }, icon(name), t(`status_${status}`));
}

/** A link to a proposal's page. */
export function proposalLink(number, scene) {
  return el("a", { href: scene.proposalUrl.replace("{number}", encodeURIComponent(number)), class: "number" }, number);
}

function isCard(entry) {
  return (entry.kind ?? "chat") !== "chat" || fromHall(entry);
}

function fromHall(entry) {
  return entry.by?.via === "hall" && entry.kind !== "spoken";
}

function headOf(entry) {
  if (entry.kind === "response") return HEADS.response;
  if (fromHall(entry)) return ["mic", "soga", "from_hall"];
  if (entry.by?.via === "relay") return ["share", "soga", "from_relay"];
  return HEADS[entry.kind] ?? ["chat", "neutral", "kind_chat"];
}

function card(entry, scene, mine, mark) {
  const [name, ground, word] = headOf(entry);
  const own = mine && entry.kind === "aspiration";
  const beside = entry.kind === "response" ? (entry.by?.capacity ?? entry.by?.name) : (scene.sites[entry.by?.site] ?? entry.by?.site);
  return el(
    "article",
    { class: "card" },
    el("header", { class: `card-head ${ground}` }, icon(name), el("b", {}, t(own ? "my_proposal" : word)),
      !own && beside && el("span", { class: "beside" }, beside), moment(entry.at)),
    !mine && entry.kind !== "response" && who(entry),
    quote(entry, scene),
    el("p", { class: entry.kind === "response" ? "text" : "text said" }, entry.text, edited(entry)),
    foot(entry, scene, mark),
  );
}

function talk(entry, scene, mine, mark) {
  if (mine) {
    const sent = el("span", { class: "mark" }, icon("check"), t("sent"), " ", entry.at ? moment(entry.at) : null);
    return el("div", { class: "bubble" }, quote(entry, scene), el("p", { class: "text" }, entry.text, edited(entry)),
      el("p", { class: "became" }, mark ?? sent));
  }
  return el("article", { class: "talk" }, el("header", { class: "talk-head" }, who(entry), moment(entry.at)), quote(entry, scene),
    el("p", { class: "text" }, entry.text, edited(entry)));
}

function who(entry) {
  const by = entry.by ?? {};
  const office = STAFF.has(by.role) && by.via === "online" ? t(`role_${by.role}`) : null;
  const typed = by.via === "hall" && entry.kind !== "spoken" ? t("typed_by_operator") : null;
  const beside = [by.capacity, typed, entry.on_behalf && t("on_behalf", { whom: entry.on_behalf })].filter(Boolean).join(", ");
  return el("p", { class: "who" }, el("b", {}, by.name ?? t("somebody")), office && el("b", { class: "accent-text" }, ` ${office}`),
    beside && el("span", { class: "soft" }, ` ${beside}`));
}

function quote(entry, scene) {
  if (!entry.re) return null;
  const to = scene.find(entry.re);
  if (!to) return el("p", { class: "quote" }, t("quote_older"));
  return el("p", { class: "quote" }, to.gone ? t(`gone_${to.gone}`) : shortened(to.text));
}

function shortened(text) {
  const letters = [...text];
  return letters.length > 90 ? `${letters.slice(0, 90).join("").trimEnd()} …` : text;
}

function foot(entry, scene, mark) {
  const number = entry.proposal?.number;
  const vote = mark === null ? scene.vote(entry) : null;
  if (!number && !mark && !vote) return null;
  return el("div", { class: "foot-row" }, number && proposalLink(number, scene), number && entry.proposal.status && statusTag(entry.proposal.status),
    vote, mark);
}

function edited(entry) {
  return entry.edited ? el("span", { class: "soft" }, ` (${t("edited")})`) : null;
}

function moment(at) {
  return at ? el("time", { datetime: new Date(at).toISOString() }, stamp(at)) : null;
}

function goneParts(entry) {
  return [icon("eye-off"), el("span", {}, t(`gone_${entry.gone}`)), moment(entry.at)].filter(Boolean);
}

function noticeNode(entry) {
  const state = entry.op === "state";
  const text = state ? t(`told_${entry.v?.to}`) : announced(entry.v);
  return el("li", { class: "entry told", "data-key": entry.key }, icon(state ? "info" : "megaphone"), el("span", {}, text));
}
