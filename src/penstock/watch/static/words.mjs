// Words: how kinds are called and times are told. What `data-began` and `data-at` say is told anew every second.

import { h } from "./dom.mjs";

export const KINDS = {
  execution: ["Model pipelines", "pipeline execution"],
  delivery: ["Delivery pipelines", "delivery pipeline"],
  endpoint: ["Endpoints", "endpoint"],
  package: ["Model packages", "model package"],
  build: ["Builds", "build"],
  monitor: ["Monitoring", "monitoring schedule"],
  machine: ["State machines", "state machine execution"],
  project: ["Projects", "project"],
  stack: ["Stacks", "stack"],
  job: ["Jobs", "job"],
};

/** A name without its middle, if it has too many letters: what tells names apart is mostly at their ends. */
export const short = (name, most = 27) =>
  name.length > most ? `${name.slice(0, Math.floor(most / 3))}…${name.slice(-Math.ceil((2 * most) / 3) + 1)}` : name;

/** How far the server's clock is ahead of this one, in seconds. */
let ahead = 0;
export const setClock = (at) => { ahead = at - Date.now() / 1000; };
export const now = () => Date.now() / 1000 + ahead;

export function length(seconds) {
  if (seconds < 0.05) return "0 s";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export function ago(at) {
  const seconds = Math.max(0, now() - at);
  if (seconds < 2) return "now";
  for (const [unit, many] of [["s", 60], ["min", 3600], ["h", 172800]]) {
    if (seconds < many) return `${Math.floor(seconds / (many === 60 ? 1 : many === 3600 ? 60 : 3600))} ${unit} ago`;
  }
  return new Date(at * 1000).toLocaleDateString();
}

export function duration(thing) {
  if (!thing.began) return "";
  return length(Math.max(0, (thing.ended || now()) - thing.began));
}

export const isGoingOn = (thing) => Boolean(thing.began) && !thing.ended && (thing.tone === "busy" || thing.tone === "waiting");

/** How long something took, or takes; of what just stays there nothing. */
export const took = (thing) =>
  thing.ended || isGoingOn(thing)
    ? h("span", { class: "time", "data-began": isGoingOn(thing) ? thing.began : undefined }, duration(thing))
    : "";

/** When something was. */
export const when = (at) => h("span", { class: "time", "data-at": at, title: new Date(at * 1000).toLocaleString() }, ago(at));

/** Tell the times anew. */
export function tick(root) {
  for (const each of root.querySelectorAll("[data-began]")) each.textContent = duration({ began: Number(each.getAttribute("data-began")) });
  for (const each of root.querySelectorAll("[data-at]")) each.textContent = ago(Number(each.getAttribute("data-at")));
}
