"use strict";

/* What pages are made of. Postings are strangers' texts: every text becomes a text node, never markup. */

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isMissing = (value) => value === null || value === undefined || value === "";
const isTable = (value) => isObject(value) && Array.isArray(value.columns) && Array.isArray(value.rows)
  && value.rows.every(Array.isArray);
const named = (names, name) => (Object.hasOwn(names, name) ? names[name] : undefined);

/* An element; attributes that are functions listen; what is missing or false is left out. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => ![undefined, null, false, ""].includes(child)));
  return made;
}

const button = (text, click, attributes = {}) => element("button", { type: "button", click, ...attributes }, text);

/* A stranger's text, whose direction is its own and changes nothing beside it. */
const foreign = (text) => element("bdi", { dir: "auto" }, String(text));

/* The URL where a text as a whole is a web address that names its host plainly, else null. */
function webAddress(text) {
  if (typeof text !== "string" || !/^https?:\/\/\S+$/i.test(text)) return null;
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) && !url.username && !url.password ? url : null;
  } catch {
    return null;
  }
}

/* A link that the application opens; where it does not, the address is said so that it can be copied. */
function link(url, text, said) {
  const anchor = element("a", {
    href: url.href, target: "_blank", rel: "noopener noreferrer", title: url.href, "aria-label": said,
    click: (event) => {
      event.preventDefault();
      host.openLink(url.href).then(
        ({ isError }) => { if (isError) throw new Error("The application did not open it."); },
      ).catch((error) => {
        const told = element("span", { class: "muted", role: "alert" }, ` ${error.message} Address: `, url.href);
        if (anchor.nextSibling) anchor.nextSibling.remove();
        anchor.after(told);
      });
    },
  }, text);
  return element("span", { class: "link" }, anchor);
}

const WORDS = { on_site: "On-site", remote: "Remote", hybrid: "Hybrid" };
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::[\d.]+)?(Z|[+-][\d:]+)?$/;

/* One value that is no collection. Of an instant the minute is shown, or the day; the title keeps the whole. */
function single(value, daysOnly = false) {
  if (isMissing(value)) return element("span", { class: "muted" }, "–");
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = String(value);
  const [, day, minute, zone = ""] = INSTANT.exec(text) ?? [];
  if (day) {
    const time = daysOnly || minute === "00:00" ? "" : ` ${minute}${["Z", "+00:00"].includes(zone) ? " UTC" : zone}`;
    return element("time", { datetime: text, title: text }, day + time);
  }
  const url = webAddress(text);
  return url ? link(url, text) : foreign(named(WORDS, text) ?? text);
}

/* Any value: tables and fields as such, lists by their entries, what is nested deeper as JSON. */
function shown(value, depth = 0) {
  if (isTable(value)) return table(value);
  if (Array.isArray(value)) {
    if (!value.length) return single(null);
    if (value.every((entry) => !isObject(entry) && !Array.isArray(entry))) {
      return element("ul", { class: "plain" }, value.map((entry) => element("li", {}, single(entry))));
    }
  }
  if (isObject(value) && depth < 2) return fields(value, depth + 1);
  if (typeof value === "object" && value !== null) return element("pre", {}, JSON.stringify(value, null, 2));
  return single(value);
}

const fields = (record, depth = 0) => element("dl", {}, Object.entries(record).map(([name, value]) =>
  element("div", {}, element("dt", {}, foreign(name)), element("dd", {}, shown(value, depth)))));

/* A table as the server sends it; where it is wider than the page, it scrolls by itself. */
function table({ columns, rows }) {
  if (!rows.length) return element("p", { class: "muted" }, "None.");
  const line = (cells, name, attributes = {}) =>
    element("tr", {}, cells.map((cell) => element(name, attributes, cell)));
  return element("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "Table" }, element("table", {},
    element("thead", {}, line(columns.map(foreign), "th", { scope: "col" })),
    element("tbody", {}, rows.map((row) => line(columns.map((_, at) => shown(row[at], 2)), "td")))));
}

/* A list of sentences, or a single one. */
const sentences = (...given) => [...new Set(given.flat().filter((entry) => typeof entry === "string" && entry))];
const notesList = (notes, label) => notes.length > 0 && element("ul", { class: "notes", "aria-label": label },
  notes.map((note) => element("li", {}, foreign(note))));

/* What went wrong, in the words it came with. */
const failure = (text, ...after) => element("div", { class: "failure", role: "alert" },
  element("p", {}, foreign(text)), ...after);

const loading = (text) => element("p", { class: "loading" }, text);
