/* Builds a view's tree of elements and sends back what a reader does: one script for all views, loading nothing.
   Text is only ever set as text; tags and attributes are those of tree.py. */

const TAGS = new Set(("div span p h1 h2 h3 ul ol li dl dt dd table caption thead tbody tr th td a button code pre details " +
  "summary section header footer nav strong em time label svg g rect circle line path text title").split(" "));
const ATTRIBUTES = new Set(("class role id title scope colspan rowspan href target rel dir lang open type disabled tabindex " +
  "hidden datetime for viewBox preserveAspectRatio x y x1 y1 x2 y2 dx dy cx cy r rx width height d transform text-anchor " +
  "style").split(" "));
const REACHED = new Set(["a", "button", "summary"]);
const STYLE = /^(?:--bd-[a-z]+:-?\d+(?:\.\d+)?(?:%|px)?;?)+$/;
const SVG = "http://www.w3.org/2000/svg";
const PATIENCE = 5000; // milliseconds in which the kernel says that it heard

const UNHEARD = "The kernel does not answer: it is busy with a cell, or was restarted. If it was, run the cell again.";

const isWeb = (address) => { try { return ["http:", "https:"].includes(new URL(address).protocol); } catch { return false; } };

const isAllowed = (name, value) => {
  if (name === "href") return isWeb(value);
  if (name === "style") return STYLE.test(value.replaceAll(" ", ""));
  return ATTRIBUTES.has(name) || /^(?:aria|data)-[a-z-]+$/.test(name);
};

function build(node, inSvg = false) {
  if (typeof node === "string") return document.createTextNode(node);
  const [tag, attributes, ...children] = node;
  if (!TAGS.has(tag)) throw new Error(`A view has no element ${tag}`);
  const svg = tag === "svg" || inSvg;
  const made = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (!isAllowed(name, value)) throw new Error(`A view has no attribute ${name}`);
    if (name === "style") {
      for (const part of value.split(";").filter(Boolean)) made.style.setProperty(...part.split(":").map((each) => each.trim()));
    } else made.setAttribute(name, value);
  }
  if (tag === "button") made.setAttribute("type", "button");
  // Where the keyboard can stand, it is the view's, not that of JupyterLab's shortcuts, which look at this element alone.
  if (REACHED.has(tag) || attributes.tabindex !== undefined) made.setAttribute("data-lm-suppress-shortcuts", "true");
  made.append(...children.map((child) => build(child, svg)));
  return made;
}

/* What the keyboard stands on, to be found again in the next tree: by its data-place (where act or key are others each
   time), by its act and key, or as a cell. */
const placeOf = (element) => element?.closest?.("[data-act], [data-cell]");
const nameOf = ({ dataset: { act, place, key, cell } }) => JSON.stringify(place !== undefined ? [place] : act ? [act, key] : [cell]);
const ROVED = "[role=grid], [role=toolbar]";
/* The cell of a grid or list that is in the tab order, by what its row or button does, and its column. */
const rovedAs = (cell) => { const owner = cell.closest("[data-act]"); return owner && JSON.stringify([owner.dataset.act, owner.dataset.key, columnOf(cell)]); };

function render({ model, el, signal }) {
  const spoken = build(["div", { class: "bd-spoken", role: "status", "aria-live": "polite" }]);
  const problem = build(["p", { class: "bd-problem", role: "alert", hidden: "" }]);
  const notice = build(["p", { class: "bd-notice", role: "alert", hidden: "" }]);
  const body = build(["div", { class: "bd-body" }]);
  const view = build(["div", { class: "bd-view" }]);
  view.append(problem, notice, body, spoken);
  el.classList.add("bd-host");
  el.append(view);

  const waiting = new Map(); // acts that the kernel has not heard yet: their timers
  let number = 0;
  let told = []; // what the tree before had to say

  const show = (where, text) => {
    if (where.textContent !== text) where.textContent = text; // or it would be read out again
    where.hidden = !text;
  };

  const draw = () => {
    const active = el.getRootNode().activeElement ?? document.activeElement;
    const inside = body.contains(active);
    const held = inside && placeOf(active);
    const name = held && nameOf(held);
    const scrolled = [...body.querySelectorAll(".bd-scroll")].map((each) => [each.dataset.of, each.scrollLeft, each.scrollTop]);
    const before = body.querySelector("[data-reveal]")?.dataset.reveal;
    const opened = [...body.querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
    const roved = [...body.querySelectorAll("[data-cell]")].filter((each) => each.getAttribute("tabindex") === "0").map(rovedAs);
    body.replaceChildren(...model.get("tree").map((node) => build(node)));
    for (const [id, open] of opened) {
      const found = [...body.querySelectorAll("details[id]")].find((each) => each.id === id);
      if (found) found.open = open;
    }
    body.querySelectorAll(".bd-scroll").forEach((each, at) => {
      const [of, ...place] = scrolled[at] ?? [];
      if (place.length && of === each.dataset.of) each.scrollTo(...place); // what is another begins at its top
    });
    const brought = body.querySelector("[data-reveal]");
    if (brought && brought.dataset.reveal !== before && el.closest(".bd-explorer")?.contains(active)) reveal(brought);
    for (const grid of body.querySelectorAll(ROVED)) {
      const cells = [...grid.querySelectorAll("[data-cell]")];
      rove(grid, cells.find((each) => roved.includes(rovedAs(each)) && isReached(each, body)) ?? cells[0]);
    }
    if (inside) {
      const all = [...body.querySelectorAll("[data-act], [data-cell]")];
      const other = held?.dataset.act === "again" ? null : body.querySelector("[data-cell], [data-act]"); // what it asked for stands elsewhere
      const next = all.find((each) => nameOf(each) === name) ?? other;
      if (next?.dataset.cell !== undefined) rove(next.closest(ROVED), next);
      next?.focus({ preventScroll: true });
    }
    const telling = [...body.querySelectorAll("[data-say]")].map((each) => each.dataset.say);
    const news = telling.filter((each) => !told.includes(each));
    if (news.length) spoken.textContent = news.join(". ");
    told = telling;
  };

  // What a click brought may stand below what is in sight, and is shown only a moment later.
  const reveal = (element) => new ResizeObserver((_, watch) => {
    if (element.isConnected && !element.offsetParent) return;
    watch.disconnect();
    element.scrollIntoView({ block: "nearest" });
  }).observe(element);

  const mark = () => {
    view.classList.toggle("bd-busy", model.get("busy"));
    body.setAttribute("aria-busy", String(model.get("busy")));
    show(problem, model.get("problem"));
  };

  const send = (act, key, generation = model.get("generation"), clicked = true) => {
    number += 1;
    const mine = number;
    const unheard = () => {
      waiting.delete(mine);
      show(notice, UNHEARD);
      if (clicked) notice.scrollIntoView({ block: "nearest" }); // not at every letter that is typed
    };
    waiting.set(mine, setTimeout(unheard, PATIENCE));
    try { model.send({ act, key, generation, number: mine }); } catch { clearTimeout(waiting.get(mine)); unheard(); return false; }
    return true;
  };
  // Of no tree, so that Python does nothing but say that it heard.
  const ping = (clicked) => send("ping", "", -1, clicked);

  const heard = (content) => {
    if (content?.heard === undefined) return;
    for (const [mine, timer] of waiting) {
      if (mine <= content.heard) { clearTimeout(timer); waiting.delete(mine); }
    }
    show(notice, "");
  };

  const copy = async (element) => {
    const text = element.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
      spoken.textContent = "Copied.";
      const before = element.textContent;
      element.textContent = "Copied";
      setTimeout(() => { element.textContent = before; }, 1500);
    } catch {
      show(notice, "This page may not use the clipboard: select the code and copy it by hand.");
    }
  };

  const chosen = (event) => {
    const element = event.target.closest?.("[data-act], [data-copy]");
    return element && !event.target.closest("a") && element.getAttribute("aria-disabled") !== "true" ? element : null;
  };
  const isSelecting = () => { const selected = document.getSelection(); return String(selected) !== "" && body.contains(selected.anchorNode); };

  body.addEventListener("click", (event) => {
    const element = chosen(event);
    if (!element) return;
    const cell = event.target.closest("[data-cell]");
    if (cell) { rove(cell.closest(ROVED), cell); cell.focus({ preventScroll: true }); }
    if (element.dataset.copy !== undefined) copy(element);
    else if (element.tagName === "BUTTON" || !isSelecting()) send(element.dataset.act, element.dataset.key ?? "");
  }, { signal });

  body.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (cell && move(cell, event)) return;
    const element = chosen(event);
    if (element && ["Enter", " "].includes(event.key) && !["BUTTON", "A", "SUMMARY"].includes(event.target.tagName)) {
      event.preventDefault();
      send(element.dataset.act, element.dataset.key ?? "");
    }
  }, { signal });

  model.on("change:generation", draw);
  model.on("change:busy", mark);
  model.on("change:problem", mark);
  model.on("msg:custom", heard);
  draw();
  mark();
  const leave = attend(el, ping, signal);
  return () => {
    leave();
    model.off("change:generation", draw);
    model.off("change:busy", mark);
    model.off("change:problem", mark);
    model.off("msg:custom", heard);
    waiting.forEach(clearTimeout);
  };
}

/* An explorer is made of views and of the notebook's own fields and buttons. Its first view looks after these: their
   keys are not JupyterLab's, a kernel that does not hear them is noticed, and where what the keyboard stands on goes out
   of sight, it comes to stand on something near. Listened for at the document: a view is made before it has a place. */
const FIELDS = "button, input, select";
const isUsable = (element) => element.isConnected && !element.disabled && element.checkVisibility();

function attend(el, ping, signal) {
  const rootOf = (target) => {
    const root = target.closest?.(".bd-explorer");
    return root?.querySelector(".bd-host") === el ? root : null;
  };
  const listen = (kind, listener) => document.addEventListener(kind, listener, { capture: true, signal });
  let stood = null; // { root, on, near }: what the keyboard stands on, and the fields of the same bar

  const shelter = ({ root, on, near }) => {
    const way = (each) => Math.abs(near.indexOf(each) - near.indexOf(on));
    const places = [
      ...near.toSorted((one, other) => way(one) - way(other)),
      ...root.querySelectorAll("[role=grid] [aria-selected=true] [data-cell]"),
      ...root.querySelectorAll("[role=grid] [data-cell][tabindex='0']"),
      ...root.querySelectorAll("[role=toolbar] [data-cell][tabindex='0']"),
      ...root.querySelectorAll(FIELDS),
    ];
    return places.find(isUsable);
  };
  const watch = new MutationObserver(() => {
    if (!stood || isUsable(stood.on)) return;
    const active = document.activeElement;
    const place = [null, document.body, stood.on].includes(active) ? shelter(stood) : null;
    stood = null;
    rove(place?.closest(ROVED), place);
    place?.focus();
  });

  listen("focusin", ({ target }) => {
    const root = rootOf(target);
    stood = root && { root, on: target, near: [...target.closest(".bd-save")?.querySelectorAll(FIELDS) ?? []] };
    watch.disconnect();
    if (!root) return;
    target.setAttribute("data-lm-suppress-shortcuts", "true");
    watch.observe(root, { subtree: true, childList: true, attributeFilter: ["class", "disabled", "style"] });
  });
  listen("pointerdown", ({ target }) => { if (!stood?.on.contains(target)) stood = null; });
  listen("keydown", ({ key, keyCode, target, isComposing, repeat, altKey, ctrlKey, metaKey, shiftKey }) => {
    const root = !isComposing && keyCode !== 229 && rootOf(target); // 229: the end of a composition, in Safari
    if (!root) return;
    const alone = !repeat && !altKey && !ctrlKey && !metaKey && !shiftKey;
    if (key === "Enter" && alone && target.matches(".bd-save input")) target.closest(".bd-save").querySelector(".bd-write").click();
    // To the notebook's cell; but who is in a field may only want to be rid of what it suggests, and goes on typing.
    if (key === "Escape" && !target.matches("input")) root.parentElement.closest("[tabindex]")?.focus({ preventScroll: true });
  });
  for (const kind of ["input", "change", "click"]) {
    listen(kind, (event) => {
      const { target } = event;
      if (!rootOf(target) || target.closest(".bd-view") || !target.closest(kind === "click" ? "button" : FIELDS)) return;
      if (!ping(kind === "click") && kind === "click") event.stopPropagation(); // the button's own sending would only throw
    });
  }
  return () => watch.disconnect();
}

// Not the cells of a column that is left out where it is narrow.
const isReached = (cell, within) => cell.checkVisibility() || !within.checkVisibility();

/* Within a grid, or a list of buttons (role=toolbar), one cell is in the tab order; arrow keys, Home, End, Page Up and
   Page Down move between cells. A row may have a cell for several columns of another: up and down keep to the column,
   as data-cell="ROW/COLUMN" says. */
const columnOf = (cell) => Number(cell.dataset.cell.split("/")[1]);

function rove(grid, cell) {
  if (!grid || !cell) return;
  for (const each of grid.querySelectorAll("[data-cell]")) each.tabIndex = each === cell ? 0 : -1;
}

function move(cell, event) {
  const grid = cell.closest(ROVED);
  const rows = [...grid.querySelectorAll("[role=row], li")].map((row) => [...row.querySelectorAll("[data-cell]")].filter((each) => isReached(each, grid)));
  const row = rows.findIndex((cells) => cells.includes(cell));
  const at = rows[row].indexOf(cell);
  const last = rows.length - 1;
  const column = columnOf(cell);
  const all = event.ctrlKey || rows[row].length === 1;
  const across = (next) => { const cells = rows[next] ?? []; return cells.findLast((each) => columnOf(each) <= column) ?? cells[0]; };
  const found = {
    ArrowUp: () => across(row - 1), ArrowDown: () => across(row + 1),
    ArrowLeft: () => rows[row][at - 1], ArrowRight: () => rows[row][at + 1],
    PageUp: () => across(Math.min(row, 1)), PageDown: () => across(last),
    Home: () => rows[all ? 0 : row][0], End: () => rows[all ? last : row].at(-1),
  }[event.key];
  if (!found) return false;
  event.preventDefault();
  event.stopPropagation();
  const next = found();
  if (next) { rove(grid, next); next.focus(); }
  return true;
}

export default { render };
