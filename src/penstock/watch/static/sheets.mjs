// Sheets: all about one thing, and the cards of the overview.

import { addressOf, h } from "./dom.mjs";
import { drawn } from "./drawing.mjs";
import { KINDS, short, took, when } from "./words.mjs";

const pill = (thing) => (thing.status ? h("span", { class: `pill ${thing.tone ?? "still"}` }, thing.status) : "");
const note = (thing) => (thing.note ? h("p", { class: `note ${thing.tone === "bad" ? "bad" : ""}` }, thing.note) : "");

function fact(each) {
  return [h("dt", {}, each.label), h("dd", {}, each.link ? h("a", { href: addressOf(each.link) }, each.value) : each.value)];
}

function table(each) {
  const entries = each.entries?.length ? h("ul", {}, each.entries.map((entry) => h("li", {}, line(entry)))) : "";
  const facts = each.facts?.length ? h("dl", {}, each.facts.map(fact)) : "";
  return h("div", { class: entries ? "card" : "" }, h("h3", {}, each.title), facts, entries);
}

function logOf(tail) {
  const streams = (tail?.streams ?? []).filter((stream) => stream.lines?.length);
  if (!streams.length) return "";
  return h("div", { class: "log" }, streams.map((stream) => [h("h3", {}, stream.name), h("pre", { class: "tail" }, stream.lines.join("\n"))]));
}

/** What a sheet says below its graph. */
const rest = (sheet, log) => [
  h("div", { class: "tables" }, (sheet.tables ?? []).filter((each) => each.facts?.length || each.entries?.length).map(table)),
  logOf(log),
];

/** A box of the graph in full, with what it leads to. */
function detail(node, inner, innerLog) {
  const facts = node.facts?.length ? h("div", { class: "tables" }, h("div", {}, h("dl", {}, node.facts.map(fact)))) : "";
  const onward = node.about ? h("a", { class: "follow", href: addressOf(node.about) }, `open the ${KINDS[node.about.kind][1]}`) : "";
  return h(
    "div", { class: "detail" },
    h("div", { class: "title" }, h("span", { class: "kind" }, node.sort ?? ""), h("h2", {}, node.label), pill(node), took(node), onward),
    note(node), facts, inner ? rest(inner, innerLog) : "",
  );
}

/** All about a thing. `view` says which box is chosen, and what was found out about it. */
export function sheet(told, view) {
  const choose = (id) => { location.hash = addressOf(told, id === view.selected ? "" : id); };
  const node = told.graph?.nodes.find((each) => each.id === view.selected);
  return h(
    "article", {},
    h("div", { class: "title" },
      h("span", { class: "kind" }, KINDS[told.kind][1]), h("h1", {}, told.name), pill(told), took(told),
      view.isFollowing ? "" : h("a", { class: "follow", href: "#" }, "follow what goes on")),
    note(told),
    told.graph?.nodes.length ? h("div", { class: "graph" }, drawn(told.graph, view.selected, choose)) : "",
    node ? detail(node, view.inner, view.innerLog) : "",
    rest(told, view.log),
  );
}

/** An entry as a line that leads to its sheet. */
function line(entry) {
  const parts = (entry.parts ?? []).map((each) =>
    h("span", { class: `part ${each.tone ?? "still"}`, title: each.status }, each.status?.endsWith("%") ? `${each.name} ${each.status}` : each.name));
  return h(
    "a", { class: "entry", href: addressOf(entry) },
    h("span", { class: "name", title: entry.name }, short(entry.name, 24)), pill(entry),
    h("span", { class: "note", title: entry.note }, entry.note ?? ""),
    took(entry) || (entry.changed ? when(entry.changed) : ""),
    parts.length ? h("span", { class: "parts" }, parts) : "",
  );
}

/** The entries of a kind. */
export const card = (kind, entries) =>
  h("section", { class: "card" }, h("h2", {}, KINDS[kind][0]), h("ul", {}, entries.map((entry) => h("li", {}, line(entry)))));

/** What changed last. */
export const feed = (happenings) =>
  h("section", { class: "card feed" }, h("h2", {}, "What happened"), h("ul", {}, happenings.map((each) => h("li", {}, happening(each)))));

const happening = (each) =>
  h(
    "a", { class: `happening ${each.tone}`, href: addressOf(each.link) },
    h("span", { class: "name", title: each.what }, short(each.what)), when(each.at),
    h("span", { class: "note" }, `${each.text} · ${KINDS[each.link.kind][1]}`),
  );

/** What there is to see of what is not there. */
export const gone = (choice) =>
  h("div", { class: "nothing" }, `There is no ${KINDS[choice.kind][1]} `, h("code", {}, choice.key), " (any more). ", h("a", { class: "follow", href: "#" }, "follow what goes on"));

/** What there is to see before anything has run. */
export const nothing = () =>
  h("div", { class: "nothing" }, "Nothing has run here yet. Run a pipeline (", h("code", {}, "penstock run FILE"), "), start a project (",
    h("code", {}, "penstock new NAME"), "), or point any AWS client at this address.");
