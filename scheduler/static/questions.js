// Questions that hang on another answer come and go at once; an answer that stops, and a file that is too large, say so.
"use strict";

(() => {
  const answers = (form, name) =>
    new Set([...form.querySelectorAll(`[name="${CSS.escape(name)}"]:checked`)].map((input) => input.value));
  const gives = (form, name, wanted) => {
    const given = answers(form, name);
    return JSON.parse(wanted).some((answer) => given.has(answer));
  };
  const hides = (form, name) => form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest(".depends")?.hidden;

  document.querySelectorAll("form").forEach((form) => {
    const depending = form.querySelectorAll("[data-depends]");
    const stopping = form.querySelectorAll("[data-stops]");
    if (!depending.length && !stopping.length) return;
    const update = () => {
      depending.forEach((part) => {
        const name = part.dataset.depends;
        part.hidden = Boolean(hides(form, name)) || !gives(form, name, part.dataset.answers);
      });
      stopping.forEach((notice) => {
        notice.hidden = !gives(form, notice.dataset.stops, notice.dataset.answers);
      });
    };
    form.classList.add("asks-at-once");
    form.addEventListener("change", update);
    window.addEventListener("pageshow", update);
    update();
  });

  document.querySelectorAll("input[type=file][data-most-bytes]").forEach((input) => {
    const errors = input.closest(".files").querySelector("[data-file-errors]");
    errors.setAttribute("role", "alert");
    input.addEventListener("change", () => {
      const large = [...input.files].filter((file) => file.size > Number(input.dataset.mostBytes));
      errors.replaceChildren(
        ...large.map((file) => {
          const said = document.createElement("p");
          said.className = "field-error";
          said.textContent = input.dataset.tooLarge.replace("{name}", file.name);
          return said;
        }),
      );
      if (large.length) input.value = "";
    });
  });
})();
