// Optional comfort for pages that work without it. All words come from the page, so that they can be translated.
"use strict";

const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

// "2 minutes" in the page's language; digits are 0 to 9 in all of them, as the server writes them.
const lengthOf = (count, unit) => {
  try {
    const how = { style: "unit", unit, unitDisplay: "long", numberingSystem: "latn" };
    return new Intl.NumberFormat(document.documentElement.lang, how).format(count);
  } catch {
    return String(count); // an old browser without units
  }
};

// "1 hour 42 minutes"
const lengthOfMinutes = (count) => {
  const hours = Math.floor(count / 60);
  const rest = count % 60;
  return [hours ? lengthOf(hours, "hour") : "", rest || !hours ? lengthOf(rest, "minute") : ""].filter(Boolean).join(" ");
};

// Hold bar: minutes left, a spoken status at 5, 2 and 1 minutes, a lasting warning at 2.
each("[data-hold]", (bar) => {
  const words = bar.dataset;
  const left = bar.querySelector("[data-hold-left]");
  const status = bar.querySelector("[role=status]");
  const alert = bar.querySelector("[data-hold-alert]");
  const began = Date.now();
  const whole = (Number(words.ends) - Number(words.now)) * 1000; // by the server's clock: the device's may be wrong
  let before = Infinity;
  const tick = () => {
    const rest = Math.max(0, whole - (Date.now() - began));
    const minutes = Math.ceil(rest / 60000);
    if (rest <= 0) {
      left.textContent = words.over;
      status.textContent = "";
      alert.textContent = words.lapsed;
      bar.classList.add("ended");
      return;
    }
    left.textContent = words.left.replace("{time}", rest <= 60000
      ? lengthOf(Math.ceil(rest / 1000), "second")
      : lengthOfMinutes(minutes));
    if (before !== Infinity) {
      for (const mark of [5, 2, 1]) {
        if (before > mark * 60000 && rest <= mark * 60000) {
          status.textContent = words.status.replace("{time}", lengthOf(mark, "minute"));
        }
      }
    }
    if (rest <= 120000 && !alert.textContent) {
      alert.textContent = rest > 60000 ? words.warning : words.status.replace("{time}", lengthOf(1, "minute"));
    }
    before = rest;
    setTimeout(tick, rest <= 61000 ? 1000 : Math.min(rest % 60000 || 60000, 15000));
  };
  tick();
});

// Zone line: when the device's clocks differ from the clinic's at that instant, say by how much.
each("[data-zone-note]", (line) => {
  const words = line.dataset;
  const at = new Date(Number(words.instant) * 1000);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own) return;
  const wall = (zone) => {
    const parts = {};
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    }).formatToParts(at).forEach((part) => { parts[part.type] = Number(part.value); });
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute) / 60000;
  };
  const nameOf = (zone) => {
    const part = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: zone, timeZoneName: "longGeneric" })
      .formatToParts(at).find((item) => item.type === "timeZoneName");
    return part.value.replace(/ Time$/, " time");
  };
  try {
    const minutes = wall(own) - wall(words.zone);
    if (minutes === 0) return;
    const length = lengthOfMinutes(Math.abs(minutes));
    const text = minutes < 0 ? words.earlier : words.later;
    line.textContent = text.replace("{device}", nameOf(own)).replace("{length}", length);
  } catch {
    // An old browser without these names keeps the clinic's line, which is true for everybody.
  }
});

// Copy buttons: shown only where they can work.
each("[data-copy]", (box) => {
  const button = box.querySelector("[data-copy-button]");
  const text = box.querySelector("input, textarea");
  const status = box.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      text.select();
      if (!document.execCommand("copy")) return;
      button.focus();
    }
    status.textContent = "";
    setTimeout(() => { status.textContent = button.dataset.done; }, 50);
  });
  text.addEventListener("focus", () => text.select());
});

// Light or dark, kept in a cookie that the server reads.
each("[data-theme-switch]", (button) => {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const label = () => { button.textContent = dark() ? button.dataset.toLight : button.dataset.toDark; };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    label();
  });
  label();
});

// A press that is on its way is not sent twice by an impatient thumb; the server would not book twice either.
each("form[method=post]", (form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 4000) event.preventDefault();
    else form.dataset.sent = Date.now();
  });
});
addEventListener("pageshow", () => each("form[data-sent]", (form) => { delete form.dataset.sent; }));

// A page that answers a form at its own address is kept in the history as if it had been asked for: Back and reload then
// ask for it again instead of warning about a form.
if (document.querySelector("[data-own-address]")) history.replaceState(history.state, "", location.href);

// The error summary takes focus where the autofocus attribute alone does not do it.
addEventListener("load", () => {
  const summary = document.querySelector("[data-focus]");
  if (summary && document.activeElement === document.body) summary.focus();
});
