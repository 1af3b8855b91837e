// Elements. What is shown comes from people: it becomes text and attributes, and never markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ""));
  return element;
}

export const h = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

/** Where a thing, or a box of its graph, is shown: an address inside this page, whatever it is called. */
export const addressOf = (link, box = "") =>
  `#/${[link.kind, link.key, box].filter(Boolean).map(encodeURIComponent).join("/")}`;
