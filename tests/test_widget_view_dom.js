// As much of a browser as view.js uses, and a model of a widget. Reads {script, tree, steps} from standard input, does
// the steps, and prints what was shown after each, what was sent, and what was thrown.
// Markup as text (innerHTML and the like) is not there at all: a view that used it would show nothing.
"use strict";

const { readFileSync } = require("node:fs");

const matchesOne = (element, simple) =>
  simple.match(/\[[^\]]*\]|\.[\w-]+|^[\w-]+/g).every((part) => {
    if (part.startsWith(".")) return (element.attributes.class ?? "").split(" ").includes(part.slice(1));
    if (!part.startsWith("[")) return element.name === part;
    const [name, value] = part.slice(1, -1).split("=");
    return name in element.attributes && (value === undefined || element.attributes[name] === value);
  });
const dashed = (name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

class Text { constructor(text) { this.textContent = text; } toJSON() { return this.textContent; } }

class Element {
  constructor(name) {
    Object.assign(this, { name, attributes: {}, children: [], listeners: {}, parent: null, tagName: name.toUpperCase(), scrollLeft: 0, scrollTop: 0 });
    const { attributes } = this;
    this.dataset = new Proxy({}, { get: (_, key) => attributes[dashed(key)] });
    this.style = { setProperty: (key, value) => { attributes.style = `${attributes.style ?? ""}${key}:${value};`; } };
    const classes = () => (attributes.class ?? "").split(" ").filter(Boolean);
    this.classList = {
      add: (given) => { attributes.class = [...classes(), given].join(" "); },
      toggle: (given, on) => { attributes.class = [...classes().filter((each) => each !== given), ...(on ? [given] : [])].join(" "); },
    };
  }
  setAttribute(key, value) { this.attributes[key] = String(value); }
  getAttribute(key) { return this.attributes[key] ?? null; }
  addEventListener(kind, listener) { this.listeners[kind] = listener; }
  append(...added) { for (const child of added) { child.parent = this; this.children.push(child); } }
  replaceChildren(...added) { this.children = []; this.append(...added); }
  matches(selector) { return selector.split(",").some((simple) => matchesOne(this, simple.trim())); }
  closest(selector) { return this.matches(selector) ? this : this.parent?.closest(selector) ?? null; }
  all() { return this.children.flatMap((child) => (child instanceof Element ? [child, ...child.all()] : [])); }
  querySelectorAll(selector) { return this.all().filter((each) => each.matches(selector)); }
  querySelector(selector) { return this.querySelectorAll(selector)[0] ?? null; }
  contains(other) { return other !== null && (other === this || this.all().includes(other)); }
  getRootNode() { return document; }
  checkVisibility() { return !this.matches("[hidden]") && (this.parent?.checkVisibility() ?? true); }
  scrollIntoView() { this.attributes["data-in-sight"] = ""; }
  focus() { document.activeElement = this; }
  scrollTo(left, top) { this.scrollLeft = left; this.scrollTop = top; }
  set tabIndex(value) { this.attributes.tabindex = String(value); }
  get open() { return "open" in this.attributes; }
  set open(value) { if (value) this.attributes.open = ""; else delete this.attributes.open; }
  get hidden() { return "hidden" in this.attributes; }
  set hidden(value) { if (value) this.attributes.hidden = ""; else delete this.attributes.hidden; }
  get textContent() { return this.children.map((child) => child.textContent).join(""); }
  set textContent(text) { this.replaceChildren(new Text(text)); }
  toJSON() { return [this.name, this.attributes, ...this.children]; }
}

const copied = [], timers = new Map(), around = {}; // around: who listens at the document
globalThis.document = {
  activeElement: null,
  createElement: (name) => new Element(name),
  createElementNS: (_, name) => new Element(name),
  createTextNode: (text) => new Text(text),
  getSelection: () => ({ toString: () => "", anchorNode: null }),
  addEventListener: (kind, listener, { signal }) => {
    (around[kind] ??= []).push(listener);
    signal.addEventListener("abort", () => { around[kind] = around[kind].filter((each) => each !== listener); });
  },
};
globalThis.MutationObserver = class { observe() {} disconnect() {} };
globalThis.setTimeout = (then) => { timers.set(timers.size + 1, then); return timers.size; };
globalThis.clearTimeout = (timer) => timers.delete(timer);
Object.defineProperty(globalThis, "navigator", { value: { clipboard: { writeText: async (text) => copied.push(text) } } });

const { script, tree, steps } = JSON.parse(readFileSync(0, "utf8"));
const state = { tree, generation: 1, busy: false, problem: "" };
const sent = [], shown = [], thrown = [], heard = {};
const model = {
  get: (name) => state[name],
  on: (name, listener) => { heard[name] = listener; },
  off: (name) => { delete heard[name]; },
  send: (content) => sent.push(content),
};
const attempt = (act) => { try { return act(); } catch (error) { thrown.push(String(error.message)); return undefined; } };

(async () => {
  const { default: view } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
  const el = new Element("div"), left = new AbortController();
  const leave = attempt(() => view.render({ model, el, signal: left.signal }));
  const settled = () => new Promise((resolve) => { setImmediate(resolve); });
  const look = () => shown.push(JSON.parse(JSON.stringify({
    el, focused: document.activeElement, scrolled: el.querySelector(".bd-scroll")?.scrollTop,
  })));
  look();
  for (const [what, given, more] of steps) {
    const body = el.querySelector(".bd-body");
    const target = what === "click" || what === "focus" ? body.all().findLast((each) => each.textContent.includes(given) || each.dataset.key === given) : document.activeElement;
    const event = { target, key: given, preventDefault() {}, stopPropagation() {}, ctrlKey: more === "ctrl" };
    if (what === "click") attempt(() => body.listeners.click(event));
    if (what === "focus") target.focus();
    if (what === "key") attempt(() => body.listeners.keydown(event));
    if (what === "scroll") body.querySelector(".bd-scroll").scrollTo(0, given);
    if (what === "open") body.querySelector(given).open = true;
    if (what === "set") { Object.assign(state, given); for (const name of Object.keys(given)) attempt(() => heard[`change:${name}`]?.()); }
    if (what === "say") heard["msg:custom"](given);
    if (what === "wait") for (const [timer, then] of [...timers]) { timers.delete(timer); then(); }
    if (what === "leave") { leave(); left.abort(); }
    await settled();
    look();
  }
  process.stdout.write(JSON.stringify({ sent, shown, thrown, copied, listening: [...Object.keys(heard), ...Object.values(around).flat().map(String)] }));
})();
