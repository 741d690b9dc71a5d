// Says at once that a visit is not for somebody, with what fits instead: asks the form's own page, which says the same
// without script at the next press.
"use strict";

(() => {
  const form = document.querySelector("[data-who]");
  if (!form) return;
  const visit = form.dataset.day.split("-").map(Number);
  const [low, high] = (form.dataset.ages || "").split("-");
  const plans = "plans" in form.dataset ? form.dataset.plans.split(" ") : null;

  const ageFits = () => {
    const [year, month, day] = ["year", "month", "day"].map((part) => Number(form.elements[`birth_date-${part}`].value));
    if (!(year > 1850 && month && day)) return true;
    const before = visit[1] < month || (visit[1] === month && visit[2] < day);
    const age = visit[0] - year - (before ? 1 : 0);
    return age >= Number(low) && (high === "" || age <= Number(high));
  };
  const insuranceFits = () => !form.elements.insurance.value || plans.includes(form.elements.insurance.value);

  const say = async (code, fits) => {
    const box = form.querySelector(`[data-fits="${code}"]`);
    box.classList.toggle("shown", !fits);
    if (fits) return;
    const typed = new FormData(form);
    for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
    const answer = await fetch(form.action, { method: "POST", body: typed }).catch(() => null);
    if (!answer || answer.status !== 400) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.querySelector(`[data-fits="${code}"].shown`);
    if (!said) return;
    for (const part of ["[data-fits-said]", "[data-fits-list]"]) {
      box.querySelector(part).replaceChildren(...said.querySelector(part).childNodes);
    }
  };

  const saying = {};
  form.addEventListener("change", (event) => {
    const name = event.target.name || "";
    if (form.dataset.ages && name.startsWith("birth_date-")) saying.age = say("age", ageFits());
    if (plans && name === "insurance") saying.insurance = say("insurance", insuranceFits());
  });
})();
