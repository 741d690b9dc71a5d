// The editor of a type: what is typed is said back in words, by the server's own reading, and leaving with changes asks.
"use strict";

(() => {
  const form = document.querySelector("[data-type-form]");
  if (!form) return;
  const sentence = document.querySelector("[data-rules]");
  const state = () => new URLSearchParams(new FormData(form)).toString();
  const before = state();
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && state() !== before) event.preventDefault();
  });

  const lengths = [...form.elements].filter((control) => "length" in control.dataset);
  const places = new Map(lengths.map((control) => {
    const said = document.createElement("p");
    said.className = "said";
    said.id = `${control.id}-said`;
    control.after(said);
    control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") || ""} ${said.id}`.trim());
    return [control.name, said];
  }));
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.words, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok || mine !== asked) return;
      const said = await answer.json();
      if (said.rules) sentence.textContent = said.rules;
      for (const [name, place] of places) {
        const typed = form.elements[name].value.trim();
        place.textContent = said.fields[name] && said.fields[name] !== typed ? said.fields[name] : "";
      }
    } catch {
      // without an answer the page stays as the server made it
    }
  };
  addEventListener("change", (event) => { if (event.target.form === form) ask(); });
})();
