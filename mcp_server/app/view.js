"use strict";

/* The two pages: results of a search, and the record of a posting. Which one a result is, its shape says. */

const page = document.getElementById("page");
const COLUMNS = [ // what stands together in a row of results, and above it
  ["Location", ["location_text", "workplace_type"]],
  ["Pay", ["pay"]],
  ["Dates", ["source_posted_at", "first_seen_at"]],
];
const DATES = { source_posted_at: "posted", first_seen_at: "seen" };
const HEADINGS = { facts: "Facts", description: "Description", events: "Lifecycle events", org: "Organisation",
  source: "Source", raw: "Full record", reproduce: "Get this with the API" };
const ELSEWHERE = ["job_id", "title", "company", "url", "source_url", "notices", "notes", "cut", "backend", "applied"];
let asked; // arguments of the call that this page shows
let current = 0; // counts what was opened: an answer to an earlier opening is dropped
let underWay = 0; // calls of this page: an application may report their results, too
let lastOwn = ""; // and what the last of them gave

const say = (text) => { document.getElementById("spoken").textContent = text; };
const count = (number) => Number(number).toLocaleString("en");

function show(...content) {
  page.style.minHeight = "";
  page.replaceChildren(...content.filter(Boolean));
}

/* Structured content, or the text where an application passes on only that: JSON in it is as good. */
function read(result) {
  const text = (Array.isArray(result?.content) ? result.content : [])
    .filter((part) => part?.type === "text").map((part) => String(part.text)).join("\n\n");
  if (result?.isError) throw new Error(text || "The server reported an error without a word on it.");
  if (isObject(result?.structuredContent)) return result.structuredContent;
  try {
    const parsed = JSON.parse(text);
    if (isObject(parsed)) return parsed;
  } catch { /* prose */ }
  return { text };
}

async function call(name, given) {
  underWay += 1;
  try {
    const result = await host.callTool(name, given);
    lastOwn = JSON.stringify(result?.structuredContent);
    return read(result);
  } finally {
    underWay -= 1;
  }
}

/* --- results ------------------------------------------------------------------------------------------------- */

function countLine(answer, rows) {
  const total = typeof answer.total === "number" ? answer.total : null;
  if (!rows) return total > 0 ? `None shown of ${count(total)} matching postings` : "No posting matches";
  const noun = (number) => (number === 1 ? "posting" : "postings");
  if (total === null) return `${count(rows)} ${noun(rows)}, ${answer.complete ? "all that match" : "more may match"}`;
  if (answer.total_capped) return `${count(rows)} of at least ${count(total)} matching postings`;
  if (rows >= total) return total === 1 ? "1 matching posting" : `All ${count(total)} matching postings`;
  return `${count(rows)} of ${count(total)} matching ${noun(total)}`;
}

function backendLine(backend) {
  if (typeof backend !== "string" || !backend) return null;
  const synthetic = /synthetic/i.test(backend);
  const capital = backend[0].toUpperCase() + backend.slice(1);
  return element("p", { class: synthetic ? "backend synthetic" : "backend" }, capital,
    synthetic && element("span", { class: "muted" }, " – the companies and postings are fictional"));
}

const chips = (applied) => {
  const entries = Object.entries(isObject(applied) ? applied : {}).filter(([, value]) => !isMissing(value));
  const text = (value) => (isObject(value) ? JSON.stringify(value) : [value].flat().join(", "));
  return entries.length > 0 && element("ul", { class: "chips", "aria-label": "Filters applied" }, entries.map(
    ([name, value]) => element("li", {}, element("span", { class: "muted" }, `${name} `), foreign(text(value)))));
};

/* One posting: a stretched button opens its record, a link of its own the original. */
function resultRow(columns, cells, headings, open) {
  const row = Object.fromEntries(columns.map((name, at) => [name, cells[at]]));
  const url = webAddress(row.source_url);
  const id = isMissing(row.job_id) ? url?.href : row.job_id;
  const untitled = isMissing(row.title);
  const title = untitled ? (columns.includes("title") ? "Untitled posting" : "Posting") : row.title;
  const opener = isMissing(id) ? foreign(title)
    : button(foreign(title), () => open(id, row, opener), { class: "opener" });
  const known = ["title", "company", "job_id", url && "source_url", ...COLUMNS.flatMap(([, names]) => names)];
  const others = columns.filter((name) => !known.includes(name) && !isMissing(row[name]));
  const plain = (name) => typeof row[name] === "object" ? JSON.stringify(row[name])
    : named(DATES, name) ? String(row[name]).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3") : row[name];
  const value = (name) => [named(DATES, name) && element("span", { class: "muted" }, `${DATES[name]} `),
    single(plain(name), true)].filter(Boolean);
  const made = element("tr", { role: "row" },
    element("td", { role: "cell", class: "posting" },
      element("div", { class: untitled ? "title untitled" : "title" }, opener),
      !isMissing(row.company) && element("div", {}, foreign(row.company)),
      others.length > 0 && element("div", { class: "others" }, others.map((name) => element("span", {},
        element("span", { class: "muted" }, `${name} `), value(name))))),
    headings.map(([label, names]) => {
      const present = names.filter((name) => !isMissing(row[name]));
      return element("td", { role: "cell", class: present.length ? label.toLowerCase() : "none" },
        present.length ? present.map((name) => element("div", {}, value(name))) : single(null));
    }),
    element("td", { role: "cell", class: url ? "original" : "none" },
      url && link(url, "Original ↗", `Original of ${title} on ${url.hostname}`)));
  return { made, opener };
}

function showResults(answer, given) {
  let rows = 0;
  let notes = [];
  const heading = element("h1", { tabindex: "-1" });
  const body = element("tbody", { role: "rowgroup" });
  const after = element("div", { class: "after" });
  const noteBox = element("div");
  const columns = answer.jobs.columns;
  const headings = COLUMNS.filter(([, names]) => names.some((name) => columns.includes(name)));
  const results = element("section", { class: "results" },
    element("header", {}, heading, backendLine(answer.backend), chips(answer.applied)));

  const open = (id, row, opener) => openRecord({ job_id: id }, row, answer.backend, () => {
    current += 1;
    show(results);
    opener.focus();
  });

  function add(more) {
    const added = more.jobs.rows.map((cells) => resultRow(more.jobs.columns, cells, headings, open));
    body.append(...added.map(({ made }) => made));
    rows += added.length;
    heading.textContent = countLine({ ...answer, ...more }, rows);
    notes = sentences(notes, more.notes, more.cut);
    noteBox.replaceChildren(...[notesList(notes, "Notes")].filter(Boolean));
    offer(more.next_cursor);
    return added[0]?.opener;
  }

  function offer(cursor) {
    after.replaceChildren(...(isMissing(cursor) ? [] : [button("More", () => more(cursor), { class: "more" })]));
  }

  async function more(cursor) {
    after.replaceChildren(loading("Fetching more postings…"));
    try {
      const next = await call("search_jobs", { ...(given ?? answer.applied), cursor });
      if (!isTable(next.jobs)) throw new Error(next.text || "The answer holds no postings.");
      const first = add(next);
      say(heading.textContent);
      (first?.focus ? first : heading).focus();
    } catch (error) {
      after.replaceChildren(failure(error.message, button("Try again", () => more(cursor))));
    }
  }

  if (answer.jobs.rows.length) {
    const names = ["Posting", ...headings.map(([label]) => label)];
    const attributes = { role: "table", class: `list columns-${headings.length}`, "aria-label": "Postings" };
    results.append(element("table", attributes,
      element("thead", { role: "rowgroup" }, element("tr", { role: "row" },
        names.map((name) => element("th", { role: "columnheader", scope: "col" }, name)),
        element("th", { role: "columnheader", scope: "col" }, element("span", { class: "unseen" }, "Original")))),
      body));
  } else {
    results.append(element("p", { class: "empty" }, answer.total > 0 ? "The rest is on the next page."
      : typeof answer.loosen === "string" ? answer.loosen
        : "Loosen a filter, or ask the assistant to search otherwise."));
    for (const [name, value] of Object.entries(answer.did_you_mean || {})) {
      results.append(element("p", { class: "empty" }, `Did you mean ${name} ${value}?`));
    }
  }
  results.append(after, noteBox);
  add(answer);
  show(results);
  say(heading.textContent);
}

/* --- a record ------------------------------------------------------------------------------------------------ */

const backButton = (back) => back && button("← Results", back, { class: "back" });

/* The posting's text, as its publisher wrote it; a long one goes on where the last answer stopped. */
function descriptionOf(given, record) {
  const first = isObject(record.description) ? record.description : { untrusted_text: record.description };
  const textOf = (part) => String(part.untrusted_text ?? part.text ?? "");
  const text = element("div", { class: "description", dir: "auto" }, textOf(first));
  const after = element("div", { class: "after" });
  const offer = (offset) => after.replaceChildren(
    ...(isMissing(offset) ? [] : [button("Read on", () => readOn(offset), { class: "more" })]));
  async function readOn(offset) {
    after.replaceChildren(loading("Fetching the rest…"));
    try {
      const job_id = record.job_id ?? given.job_id;
      const next = (await call("get_job", { ...given, job_id, sections: ["description"], offset })).description;
      if (!isObject(next)) throw new Error("The answer holds no more of the description.");
      const added = element("span", { tabindex: "-1" }, textOf(next));
      text.append(added);
      offer(next.next_offset === offset ? null : next.next_offset);
      added.focus();
    } catch (error) {
      after.replaceChildren(failure(error.message, button("Try again", () => readOn(offset))));
    }
  }
  offer(first.next_offset);
  return [element("p", { class: "muted" }, "The posting's own text, written by its publisher."), text, after];
}

function showRecord(record, given, backend, back) {
  const title = element("h1", { tabindex: "-1" }, foreign(isMissing(record.title) ? "Untitled posting" : record.title));
  const url = webAddress(record.url) ?? webAddress(record.source_url);
  const sections = [...new Set([...Object.keys(HEADINGS), ...Object.keys(record)])]
    .filter((name) => !ELSEWHERE.includes(name) && !isMissing(record[name]));
  show(element("article", { keydown: (event) => { if (back && event.key === "Escape") back(); } },
    backButton(back),
    element("header", {}, title,
      !isMissing(record.company) && element("p", { class: "company" }, foreign(record.company)),
      backendLine(record.backend ?? backend),
      url && element("p", {}, link(url, `Original posting on ${url.hostname} ↗`))),
    notesList(sentences(record.notices, record.notes, record.cut), "Notices"),
    sections.map((name) => element("section", {},
      element("h2", {}, foreign(named(HEADINGS, name) ?? name)),
      name === "description" ? descriptionOf(given, record) : shown(record[name]))),
    !isMissing(record.job_id) && element("p", { class: "muted identifier" }, "job_id ", foreign(record.job_id))));
  if (back) title.focus();
  say(`Record of ${record.title ?? "a posting"}`);
}

async function openRecord(given, row, backend, back) {
  const opening = ++current;
  const heading = element("h1", { tabindex: "-1" }, foreign(isMissing(row.title) ? "Posting" : row.title));
  const frame = (...content) => element("article", {
    keydown: (event) => { if (event.key === "Escape") back(); },
  }, backButton(back), element("header", {}, heading), ...content);
  const height = page.offsetHeight;
  show(frame(loading("Fetching the posting…")));
  page.style.minHeight = `${height}px`; // until the answer comes, so that the conversation around it does not jump
  heading.focus();
  try {
    const record = await call("get_job", given);
    if (opening !== current) return;
    showAnswer(record, given, backend, back);
  } catch (error) {
    if (opening !== current) return;
    show(frame(failure(error.message, button("Try again", () => openRecord(given, row, backend, back)))));
    heading.focus();
  }
}

/* --- what the application reports ------------------------------------------------------------------------------ */

function showAnswer(answer, given, backend, back) {
  if (isTable(answer.jobs)) showResults(answer, given);
  else if (["job_id", "facts", "description"].some((name) => !isMissing(answer[name]))) {
    showRecord(answer, given ?? {}, backend, back);
  } else {
    const text = typeof answer.text === "string" && answer.text;
    show(backButton(back), text ? element("div", { class: "description", dir: "auto" }, text) : fields(answer));
  }
}

function showFailure(text) {
  show(element("h1", {}, "This did not work"), failure(text));
  say("This did not work");
}

host.on("tool-input", (params) => {
  asked = isObject(params.arguments) ? params.arguments : undefined;
  if (page.firstChild?.className === "loading") {
    show(loading(asked && "job_id" in asked ? "Fetching the posting…" : "Searching postings…"));
  }
});

host.on("tool-result", (result) => {
  if (underWay || (lastOwn && JSON.stringify(result.structuredContent) === lastOwn)) return;
  current += 1;
  try {
    showAnswer(read(result), asked);
  } catch (error) {
    showFailure(error.message);
  }
});

host.on("tool-cancelled", (params) => {
  const reason = params.reason || "The call was cancelled before it was answered.";
  show(element("h1", {}, "Cancelled"), element("p", { class: "empty" }, foreign(reason)));
});

show(loading("Waiting for the answer…"));
if (window.parent === window) showFailure("An assistant's application shows this page; alone it is empty.");
else host.connect({ name: "bluedoor", version: "1" }).catch((error) => showFailure(error.message));
