"use strict";

/* The application that shows this page: JSON-RPC over postMessage, as MCP Apps 2026-01-26 has it.
   The page knows nothing of the network; everything it asks for goes through here. */
const host = (() => {
  const waiting = new Map(); // id of a request -> what its answer settles
  const listeners = new Map(); // method of a notification -> function
  const LONGEST = 120_000; // milliseconds; a person may have to allow a call first
  let context = {};
  let nextId = 1;

  const send = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const notify = (method, params) => send({ method, params });

  function request(method, params) {
    const id = nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error("No answer came within two minutes."));
      }, LONGEST);
      waiting.set(id, { resolve, reject, timer });
      send({ id, method, params });
    });
  }

  function settle({ id, result, error }) {
    const asked = waiting.get(id);
    if (!asked) return;
    waiting.delete(id);
    clearTimeout(asked.timer);
    if (!error) return asked.resolve(result ?? {});
    const refused = error.code === -32601;
    asked.reject(new Error(refused ? "This application does not offer that to pages. Ask the assistant instead."
      : String(error.message || "The application reported an error.")));
  }

  /* A request of the application: it may ask whether the page is there, and say that the page will go. */
  function answer({ id, method }) {
    if (method === "ping" || method === "ui/resource-teardown") send({ id, result: {} });
    else send({ id, error: { code: -32601, message: `Method not found: ${method}` } });
  }

  window.addEventListener("message", (event) => {
    const message = event.data;
    if (event.source !== window.parent || message?.jsonrpc !== "2.0") return;
    if (message.method === undefined) settle(message);
    else if (message.id !== undefined) answer(message);
    else listeners.get(message.method)?.(message.params ?? {});
  });

  /* Theme: light or dark, the application's two main colours (one alone could not be read on ours) and its type. */
  function apply(change) {
    context = { ...context, ...change };
    const style = document.documentElement.style;
    const given = context.styles?.variables ?? {};
    const set = (name, value) => value ? style.setProperty(name, value) : style.removeProperty(name);
    style.colorScheme = ["light", "dark"].includes(context.theme) ? context.theme : "";
    const paired = given["--color-background-primary"] && given["--color-text-primary"];
    set("--host-background", paired && given["--color-background-primary"]);
    set("--host-text", paired && given["--color-text-primary"]);
    set("--host-sans", given["--font-sans"]);
    set("--host-mono", given["--font-mono"]);
    for (const side of ["top", "right", "bottom", "left"]) {
      const inset = Number(context.safeAreaInsets?.[side]);
      set(`--inset-${side}`, inset > 0 ? `${inset}px` : "");
    }
  }

  /* The page's own height, whatever the frame's: a height read from the frame would chase itself. */
  function reportSize() {
    let last = "";
    let planned = false;
    const report = () => {
      planned = false;
      const width = Math.ceil(window.innerWidth);
      const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
      if (width < 2 || last === (last = `${width} ${height}`)) return; // a frame without width is hidden
      notify("ui/notifications/size-changed", { width, height });
    };
    const plan = () => {
      if (!planned) requestAnimationFrame(report);
      planned = true;
    };
    new ResizeObserver(plan).observe(document.documentElement);
    plan();
  }

  return {
    on: (method, listener) => listeners.set(`ui/notifications/${method}`, listener),
    callTool: (name, given) => request("tools/call", { name, arguments: given }),
    openLink: (url) => request("ui/open-link", { url }),
    async connect(appInfo) {
      listeners.set("ui/notifications/host-context-changed", apply);
      const { hostContext } = await request("ui/initialize", {
        appInfo, appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] }, protocolVersion: "2026-01-26",
      });
      apply(hostContext ?? {});
      notify("ui/notifications/initialized", {});
      reportSize();
    },
  };
})();
