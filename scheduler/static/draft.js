// Keeps what is typed as it is typed, so that a reload or a tab that the phone throws away loses nothing. Without script
// each press keeps it.
"use strict";

(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const typed = () => {
    const found = new FormData(form);
    for (const [name, value] of [...found]) if (value instanceof File) found.delete(name);
    return new URLSearchParams(found).toString();
  };
  let kept = typed();
  let timer = 0;
  let flight = null;

  const keep = (leaving = false) => {
    clearTimeout(timer);
    const now = typed();
    if (now === kept || (flight && !leaving)) return;
    flight = fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(now), keepalive: true })
      .then((answer) => { if (answer.ok) kept = now; })
      .catch(() => {}) // the next keystroke tries again
      .finally(() => {
        flight = null;
        if (typed() !== kept && now === kept) soon();
      });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 1000);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(true); });
  addEventListener("pagehide", () => keep(true));

  // A press keeps everything itself; what is still on its way, and older, must not come after it.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    clearTimeout(timer);
    kept = typed();
    if (!flight) return;
    event.preventDefault();
    const pressed = event.submitter;
    const longEnough = new Promise((go) => { setTimeout(go, 3000); });
    Promise.race([flight, longEnough]).then(() => {
      flight = null;
      delete form.dataset.sent;
      form.requestSubmit(pressed);
    });
  });
})();
