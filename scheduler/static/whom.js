// Whom the visit is for decides what the name and the birth date are called, and whether the browser may fill in its
// owner's. Without script the next press does it.
"use strict";

(() => {
  const form = document.querySelector("[data-whom]");
  if (!form) return;
  const own = { given: "given-name", family: "family-name" };
  ["month", "day", "year"].forEach((part) => { own[`birth_date-${part}`] = `bday-${part}`; });

  const say = () => {
    const whom = ["child", "other"].find((one) => one === form.elements.for_whom.value) || "me";
    for (const name of ["given", "family", "birth_date"]) {
      const text = form.getAttribute(`data-${whom}-${name}`);
      const label = form.querySelector(`label[for="${name}"]`)
        || form.elements[`${name}-month`].closest("fieldset").querySelector("legend");
      if (label.firstChild.nodeValue !== text) label.firstChild.nodeValue = text;
    }
    for (const [name, token] of Object.entries(own)) {
      form.elements[name].autocomplete = whom === "me" ? token : "off";
    }
  };
  form.addEventListener("change", (event) => { if (event.target.name === "for_whom") say(); });
  window.addEventListener("pageshow", say); // a browser may bring back an earlier answer
})();
