// The page: asks once a second what there is, as long as somebody looks, and shows what has changed.

import { h } from "./dom.mjs";
import { card, feed, gone, nothing, sheet } from "./sheets.mjs";
import { KINDS, setClock, tick } from "./words.mjs";

const PLACE = "/_penstock/watch";
const EVERY = 1000, AT_MOST = 5000; // milliseconds between two looks, and while the server is away
const asked = new URLSearchParams(location.search);
const region = asked.get("region");
const known = new Map(); // what was told, by its address, with its tag
const logs = new Map(); // of what has ended
const shown = new WeakMap(); // what a place shows, as text
let wait = EVERY, timer = 0, lastAt = 0, isTurning = false, isWanted = false, place = "";

class Refused extends Error {}

/** What the server tells; undefined where there is nothing. */
async function ask(path, parameters = {}) {
  const query = new URLSearchParams({ ...parameters, ...(region ? { region } : {}) });
  const address = `${PLACE}/${path}?${query}`;
  const before = known.get(address);
  const answer = await fetch(address, { cache: "no-store", headers: before?.tag ? { "If-None-Match": before.tag } : {} });
  if (answer.status === 304) return before.value;
  const value = await answer.json();
  if (answer.status === 401 || answer.status === 403) throw new Refused(value.message);
  if (!answer.ok) return undefined;
  if (known.size > 200) known.clear();
  known.set(address, { tag: answer.headers.get("etag"), value });
  return value;
}

const about = (link) => (link ? ask(`about/${encodeURIComponent(link.kind)}`, { key: link.key }) : undefined);

/** The end of its log. That of what has ended is asked for once. */
async function logOf(thing) {
  if (!thing?.log) return undefined;
  const whole = `${thing.kind} ${thing.key} ${thing.ended}`;
  if (logs.has(whole)) return logs.get(whole);
  const found = await ask("log", { group: thing.log.group, prefix: thing.log.prefix ?? "" });
  if (thing.ended) {
    if (logs.size > 50) logs.clear();
    logs.set(whole, found);
  }
  return found;
}

/** What the address says is to be shown, and which box of it; undefined where that is left to what goes on. */
function chosen() {
  const [kind, key, box] = location.hash.split("/").slice(1).map(decodeURIComponent);
  return kind in KINDS && key ? { kind, key, box } : undefined;
}

/** Show something in a place, unless it is shown there already; what was scrolled stays so. */
function show(place, key, make) {
  const text = JSON.stringify(key);
  if (shown.get(place) === text) return;
  shown.set(place, text);
  const before = [...place.querySelectorAll(".graph, pre, dl, ul")].map((each) => [each.scrollLeft, each.scrollTop, each.scrollHeight - each.clientHeight]);
  place.replaceChildren(...make());
  [...place.querySelectorAll(".graph, pre, dl, ul")].forEach((each, index) => {
    const [left, top, end] = before[index] ?? [0, 0, 0];
    each.scrollLeft = left;
    each.scrollTop = each.tagName === "PRE" && top >= end - 2 ? each.scrollHeight : top;
  });
}

function say(text, tone) {
  const live = document.getElementById("live");
  live.textContent = text;
  live.className = tone;
}

async function look() {
  const state = await ask("state");
  if (state.at !== lastAt) setClock((lastAt = state.at));
  const choice = chosen(), selected = choice?.box;
  const told = await about(choice ?? state.focus);
  const node = told?.graph?.nodes.find((each) => each.id === selected);
  const inner = await about(node?.about);
  const view = { selected, isFollowing: !choice, inner, log: await logOf(told), innerLog: await logOf(inner) };
  document.getElementById("region").textContent = state.region;
  document.title = told ? `${told.status} · ${told.name}` : "Penstock";
  show(document.getElementById("sheet"), [told, view], () => [told ? sheet(told, view) : choice ? gone(choice) : nothing()]);
  show(document.getElementById("overview"), [state.entries, state.happenings], () => [
    h("div", { class: "cards" }, Object.keys(KINDS).filter((kind) => state.entries[kind]).map((kind) => card(kind, state.entries[kind]))),
    ...(state.happenings.length ? [feed(state.happenings)] : []),
  ]);
  tick(document);
}

function again() {
  clearTimeout(timer);
  void turn();
}

async function turn() {
  isWanted = isTurning; // what was chosen meanwhile is looked at right after
  if (isTurning || document.hidden) return;
  isTurning = true;
  try {
    await look();
    wait = EVERY;
    say("live", "good");
  } catch (error) {
    if (error instanceof Refused) return say(error.message, "bad");
    wait = Math.min(wait * 1.5, AT_MOST);
    say("the server does not answer; asking again", "waiting");
  } finally {
    isTurning = false;
  }
  timer = setTimeout(turn, isWanted ? 0 : wait);
}

addEventListener("hashchange", () => {
  const { kind, key } = chosen() ?? {};
  if (`${kind}/${key}` !== place) scrollTo({ top: 0 });
  place = `${kind}/${key}`;
  again();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });
setInterval(() => { if (!document.hidden) tick(document); }, 1000);
again();
