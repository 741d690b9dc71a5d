// Passwords that can be looked at while they are typed; a word about a picture that is too large before it is sent.
"use strict";

document.querySelectorAll("[data-password]").forEach((box) => {
  const button = box.querySelector("[data-password-button]");
  const control = box.querySelector("input");
  const show = (shown) => {
    control.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(control.type === "password"));
  // a password manager keeps what a password field holds
  control.form.addEventListener("submit", () => show(false));
});

document.querySelectorAll("[data-file]").forEach((control) => {
  const status = document.getElementById(control.dataset.file);
  control.addEventListener("change", () => {
    const [file] = control.files;
    const large = file && file.size > Number(control.dataset.most);
    status.textContent = large ? control.dataset.large : "";
    control.toggleAttribute("aria-invalid", Boolean(large));
  });
});
