// Keys of the console (ux.md 3.3). Never while somebody types, never with a modifier; a profile's switch leaves this out.
"use strict";

(() => {
  const dialog = document.getElementById("keys");
  const shown = location.pathname.match(/^\/console\/(day|week|sheet)\/(\d{4}-\d{2}-\d{2})/);
  const step = (days) => {
    const link = document.querySelector(`main a[rel=${days < 0 ? "prev" : "next"}]`);
    if (link) return link.href;
    if (!shown) return null;
    const day = new Date(`${shown[2]}T12:00:00Z`);
    day.setUTCDate(day.getUTCDate() + days * (shown[1] === "week" ? 7 : 1));
    return `/console/${shown[1]}/${day.toISOString().slice(0, 10)}`;
  };
  const on = (path) => (shown ? `${path}?date=${shown[2]}` : path);
  const typing = (element) => element.closest("input, select, textarea, [contenteditable], dialog") !== null
    && !["checkbox", "radio", "button", "submit"].includes(element.type);
  const go = {
    "/": () => "/console/find",
    "t": () => "/console/day/today",
    "[": () => step(-1),
    "]": () => step(1),
    "w": () => "/console/walk-in",
    "n": () => on("/console/new"),
    "b": () => on("/console/block"),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.defaultPrevented || !(event.target instanceof Element) || typing(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
    } else if (event.key === "u") {
      const undo = [...document.querySelectorAll(".toast form button")].pop();
      if (undo) undo.click();
    } else if (Object.hasOwn(go, event.key)) {
      event.preventDefault();
      const box = event.key === "/" ? document.getElementById("query") : null;
      if (box) {
        box.focus();
        box.select();
        return;
      }
      const address = go[event.key]();
      if (address) location.assign(address);
    }
  });
})();
