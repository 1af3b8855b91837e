// As much of a browser's document as the page needs: a tree of elements whose text is text.

class Element {
  constructor(name) {
    Object.assign(this, { name, attributes: {}, listeners: {}, children: [], scrollTop: 0, scrollLeft: 0 });
  }
  set textContent(text) { this.children = [text]; }
  get textContent() { return this.children.map((child) => child.textContent ?? child).join(""); }
  set className(text) { this.attributes.class = text; }
  get tagName() { return this.name.toUpperCase(); }
  setAttribute(name, value) { this.attributes[name] = String(value); }
  getAttribute(name) { return this.attributes[name] ?? null; }
  addEventListener(name, act) { this.listeners[name] = act; }
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.children = children; }
  /** All elements below that fit one of `tag`, `.class` and `[attribute]`, separated by commas. */
  querySelectorAll(selectors) {
    const wanted = selectors.split(", ");
    return everything(this).filter((each) => wanted.some((one) => fits(each, one)));
  }
}

const fits = (element, selector) =>
  selector.startsWith(".") ? (element.attributes.class ?? "").split(" ").includes(selector.slice(1))
    : selector.startsWith("[") ? selector.slice(1, -1) in element.attributes
      : element.name === selector;

export function everything(element) {
  const below = element.children.filter((child) => child instanceof Element);
  return below.flatMap((child) => [child, ...everything(child)]);
}

/** A document with elements of these ids. */
export function page(...ids) {
  const named = Object.fromEntries(ids.map((id) => [id, new Element("section")]));
  const root = new Element("html");
  root.append(...Object.values(named));
  return Object.assign(root, {
    named, hidden: false, title: "",
    createElement: (name) => new Element(name),
    createElementNS: (_, name) => new Element(name),
    getElementById: (id) => named[id],
  });
}
