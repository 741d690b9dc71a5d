// Setup without round trips: a preset fills the form in, the first week follows what is typed, the zone is the browser's.
"use strict";

document.querySelectorAll("[data-setup]").forEach((form) => {
  const week = form.querySelector("[data-week]");
  const status = form.querySelector("[data-week-status]");
  let asked = 0;
  let waiting = 0;
  let going = null;

  const ask = async () => {
    const turn = ++asked;
    const sent = new URLSearchParams(new FormData(form));
    sent.set("part", "week");
    week.setAttribute("aria-busy", "true");
    going = new AbortController();
    const asking = { method: "POST", body: sent, redirect: "error", signal: going.signal };
    try {
      const answer = await fetch("/console/setup/preview", asking);
      if (turn === asked && (answer.ok || answer.status === 400)) {
        const text = await answer.text();
        if (turn !== asked) return;
        const box = new DOMParser().parseFromString(text, "text/html").querySelector("[data-said]");
        if (box) {
          week.replaceChildren(box);
          status.textContent = box.dataset.said;
        }
      }
    } catch {
      // The list stays as it was; saving checks everything again.
    } finally {
      if (turn === asked) week.removeAttribute("aria-busy");
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  };
  // What is saved needs no preview, and once it is saved there is none.
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    if (going) going.abort();
  });
  form.addEventListener("change", (event) => { if (!event.target.closest("[data-identity]")) soon(); });
  form.querySelectorAll("[data-preview]").forEach((button) => { button.hidden = true; });
  if (week.querySelector("[data-unasked]")) soon();

  const presets = form.querySelectorAll("[data-preset]");
  presets.forEach((button) => {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      Object.entries(JSON.parse(button.dataset.preset)).forEach(([name, value]) => {
        if (form.elements[name]) form.elements[name].value = value;
      });
      form.elements.preset.value = button.value;
      presets.forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
      soon();
    });
  });

  const field = form.querySelector("[data-zone-field]");
  if (!field) return;
  const choice = field.querySelector("select");
  const said = form.querySelector("[data-zone-said]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...choice.options].find((option) => option.value === own);
  if ("fresh" in field.dataset && known && choice.value !== own) {
    choice.value = own;
    soon();
  }
  if (!("fresh" in field.dataset) || known) {
    said.querySelector("[data-zone-name]").textContent = choice.selectedOptions[0].text;
    said.hidden = false;
    field.hidden = true;
  }
  said.querySelector("[data-zone-change]").addEventListener("click", () => {
    said.hidden = true;
    field.hidden = false;
    choice.focus();
  });
});
