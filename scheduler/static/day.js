// Comfort on Day, Week and bookings: the place on the page after a press, toasts that step aside, printing.
"use strict";

// A press on a card loads the same page again: stay where the hand was.
const PLACE = "place on the page";
for (const form of document.querySelectorAll(".visit-acts, .toast form")) {
  form.addEventListener("submit", () => sessionStorage.setItem(PLACE, `${location.pathname} ${scrollY}`));
}
const kept = (sessionStorage.getItem(PLACE) || "").split(" ");
sessionStorage.removeItem(PLACE);
if (kept[0] === location.pathname) addEventListener("load", () => scrollTo(0, Number(kept[1])));

// A toast stays ten seconds, longer while it is looked at; its act stays on the card.
for (const toast of document.querySelectorAll(".toast")) {
  let timer;
  const leave = () => { timer = setTimeout(() => { toast.hidden = true; }, 10000); };
  const stay = () => clearTimeout(timer);
  for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, stay);
  for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, leave);
  leave();
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Typing a day or a time means that time; picking one of the list means that one.
const other = document.querySelector("#slot-other");
for (const field of document.querySelectorAll("#day, #time")) {
  field.addEventListener("input", () => { other.checked = true; });
}
