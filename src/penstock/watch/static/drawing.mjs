// Drawing: a graph whose boxes have their columns and rows, as SVG.

import { s } from "./dom.mjs";
import { duration, isGoingOn, short } from "./words.mjs";

const BOX = { width: 196, height: 56 };
const STEP = { x: 252, y: 78 };
const LETTERS = { label: 19, sort: 21 };

/** `choose` is called with the id of a box that is clicked; `selected` is that of the one that is shown in full. */
export function drawn(graph, selected, choose) {
  const top = Math.min(...graph.nodes.map((node) => node.row ?? 0));
  const place = (node) => ({ x: 2 + (node.column ?? 0) * STEP.x, y: 2 + ((node.row ?? 0) - top) * STEP.y });
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const width = Math.max(...graph.nodes.map((node) => place(node).x)) + BOX.width + 4;
  const height = Math.max(...graph.nodes.map((node) => place(node).y)) + BOX.height + 4;
  const loops = graph.edges.filter((edge) => isBack(nodes, edge)).length;
  return s(
    "svg",
    { width, height: height + (loops ? 30 : 0), viewBox: `0 0 ${width} ${height + (loops ? 30 : 0)}`, role: "img" },
    s("defs", {},
      s("marker", { id: "head", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" },
        s("path", { class: "head", d: "M0,0 L8,4 L0,8 z" }))),
    graph.edges.map((edge) => arrow(edge, nodes, place, height)),
    graph.nodes.map((node) => box(node, place(node), node.id === selected, choose)),
  );
}

const isBack = (nodes, edge) => (nodes.get(edge.end).column ?? 0) <= (nodes.get(edge.start).column ?? 0);

function arrow(edge, nodes, place, height) {
  const start = nodes.get(edge.start), end = nodes.get(edge.end);
  const path = isBack(nodes, edge) ? below(place(start), place(end), height + 22) : across(place(start), place(end));
  const isTaken = start.tone === "good" && Boolean(end.began || end.status);
  return [
    s("path", { class: isTaken ? "arrow taken" : "arrow", d: path.d, "marker-end": "url(#head)" }),
    edge.label ? s("text", { class: "arrow-label", x: path.x, y: path.y }, edge.label) : "",
  ];
}

/** From the right side of a box to the left side of another. */
function across(from, to) {
  const x1 = from.x + BOX.width, y1 = from.y + BOX.height / 2, x2 = to.x - 2, y2 = to.y + BOX.height / 2;
  const bend = Math.min(54, Math.max(24, (x2 - x1) / 2));
  return { d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`, x: (x1 + x2) / 2, y: (y1 + y2) / 2 + 3 };
}

/** Back to an earlier box, below all of them. */
function below(from, to, y) {
  const x1 = from.x + BOX.width / 2, y1 = from.y + BOX.height, x2 = to.x + BOX.width / 2, y2 = to.y + BOX.height + 2;
  return { d: `M${x1},${y1} C${x1},${y} ${x2},${y} ${x2},${y2}`, x: (x1 + x2) / 2, y: (Math.max(y1, y2) + y) / 2 };
}

function box(node, at, isSelected, choose) {
  const tone = node.tone ?? "still";
  const classes = ["box", tone, node.status ? "begun" : "", isSelected ? "selected" : ""].filter(Boolean).join(" ");
  const right = node.began ? duration(node) : node.status ?? "";
  const press = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(node.id); } };
  return s(
    "g",
    { class: classes, transform: `translate(${at.x},${at.y})`, tabindex: 0, role: "button", click: () => choose(node.id), keydown: press },
    s("title", {}, [node.label, node.sort, node.status, node.note].filter(Boolean).join(" · ")),
    s("rect", { class: "body", width: BOX.width, height: BOX.height, rx: 10 }),
    s("rect", { class: "mark", x: 8, y: 12, width: 4, height: BOX.height - 24, rx: 2 }),
    s("text", { x: 21, y: 24 }, short(node.label, LETTERS.label)),
    s("text", { class: "small", x: 21, y: 42 }, short(node.sort ?? "", LETTERS.sort)),
    s("text", { class: "small duration", x: BOX.width - 10, y: 42, "data-began": isGoingOn(node) ? node.began : undefined }, right),
  );
}
