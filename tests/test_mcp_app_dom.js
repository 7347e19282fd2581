// As much of a browser as the page of the MCP App uses, and an application that shows it. Reads from standard input
// {scripts, answers, steps}, prints what the page sent, what it showed after each step, and what was thrown.
// Markup as text (innerHTML and the like) is not there at all: a page that used it would show nothing.
"use strict";

const { readFileSync } = require("node:fs");
const { runInThisContext } = require("node:vm");

class Element {
  constructor(name) { Object.assign(this, { name, attributes: {}, children: [], listeners: {}, parent: null, offsetHeight: 9 }); }
  style = { setProperty(key, value) { this[key] = value; }, removeProperty(key) { delete this[key]; } };
  get className() { return this.attributes.class ?? ""; }
  get firstChild() { return this.children[0] ?? null; }
  get nextSibling() { return this.parent.children[this.parent.children.indexOf(this) + 1] ?? null; }
  get textContent() { return this.children.map((child) => (typeof child === "string" ? child : child.textContent)).join(""); }
  set textContent(text) { this.replaceChildren(text); }
  setAttribute(key, value) { this.attributes[key] = String(value); }
  addEventListener(kind, listener) { this.listeners[kind] = listener; }
  append(...added) {
    for (const child of added) {
      if (child instanceof Element) { child.remove(); child.parent = this; }
      this.children.push(child instanceof Element ? child : String(child));
    }
  }
  replaceChildren(...added) {
    for (const child of this.children) if (child instanceof Element) child.parent = null;
    this.children = [];
    this.append(...added);
  }
  after(added) { this.parent.children.splice(this.parent.children.indexOf(this) + 1, 0, added); added.parent = this.parent; }
  remove() { if (this.parent) this.parent.children.splice(this.parent.children.indexOf(this), 1); this.parent = null; }
  focus() { focused = this; }
  getBoundingClientRect() { return { height: 321.4 }; }
  all() { return [this, ...this.children.flatMap((child) => (child instanceof Element ? child.all() : []))]; }
  toJSON() { return [this.name, this.attributes, ...this.children]; }
}

const { scripts, answers, steps } = JSON.parse(readFileSync(0, "utf8"));
const known = { page: new Element("main"), spoken: new Element("p") };
const sent = [], shown = [], thrown = [], held = [];
const root = new Element("html");
let focused = null, hear;
const keep = (error) => thrown.push(String(error?.stack ?? error));
process.on("uncaughtException", keep).on("unhandledRejection", keep);

const application = { postMessage(message) {
  sent.push(message);
  const given = answers[message.method === "tools/call" ? message.params.name : message.method];
  if (message.id === undefined || message.method === undefined || given === undefined) return;
  const answer = Array.isArray(given) ? given.shift() : given;
  const deliver = () => post({ id: message.id, ...answer });
  if (answer.held) held.push(deliver); else queueMicrotask(deliver);
} };
const post = (message, source = application) => {
  try { hear({ source, data: { jsonrpc: "2.0", ...message } }); } catch (error) { keep(error); }
};

Object.assign(globalThis, {
  document: { createElement: (name) => new Element(name), getElementById: (id) => known[id], documentElement: root },
  window: { parent: application, innerWidth: 640, addEventListener: (kind, listener) => { hear = listener; } },
  requestAnimationFrame: queueMicrotask,
  setTimeout: () => 0,
  ResizeObserver: class { observe() {} },
});
for (const script of scripts) runInThisContext(script);

const settled = () => new Promise((resolve) => setImmediate(resolve));
(async () => {
  await settled();
  for (const [what, ...given] of steps) {
    const find = () => known.page.all().filter((element) => element.textContent.includes(given[0]));
    if (what === "post") post(given[0]);
    if (what === "post from elsewhere") post(given[0], {});
    if (what === "click") {
      const target = find().findLast((element) => element.listeners.click);
      if (target) target.listeners.click({ preventDefault() {} }); else thrown.push(`nothing to click on: ${given[0]}`);
    }
    if (what === "key") known.page.all().find((element) => element.listeners.keydown).listeners.keydown({ key: given[0] });
    if (what === "release") held.splice(0).forEach((deliver) => deliver());
    await settled();
    shown.push({ page: known.page, text: known.page.textContent, spoken: known.spoken.textContent,
      focused: focused?.textContent ?? null, style: { ...root.style }, height: known.page.style.minHeight ?? "" });
    shown.push(JSON.parse(JSON.stringify(shown.pop())));
  }
  process.stdout.write(JSON.stringify({ sent, shown, thrown }));
})();
