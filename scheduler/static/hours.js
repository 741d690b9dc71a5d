// Hours in place: what the server does on each press, done without a round trip. The server reads everything again and
// decides; hours that this file can't read are left as they were typed. Words come from the page.
"use strict";

const DAY = 1440;
const NOON = 720;
const LUNCH = [720, 780];

// The readings of scheduler/catalog/typed_hours.py; null for what only the server can explain.
const readTime = (text) => {
  if (/^(noon|midday)$/.test(text)) return { minute: NOON, sure: true };
  if (text === "midnight") return { minute: 0, sure: true };
  const found = /^(\d{1,2}?)(?:[:.]?(\d\d))?\s*(?:([ap])(?:\.?m\.?)?)?$/.exec(text);
  if (!found) return null;
  const [, hours, minutes, half] = found;
  const hour = Number(hours);
  const minute = Number(minutes || 0);
  if (minute > 59 || hour * 60 + minute > DAY || (half && (hour < 1 || hour > 12))) return null;
  if (half) return { minute: (hour % 12) * 60 + minute + (half === "p" ? NOON : 0), sure: true };
  const zero = hours.length === 2 && hours[0] === "0";
  return { minute: hour * 60 + minute, sure: hour > 12 || hour === 0 || zero };
};

const readRange = (text) => {
  const parts = text.split(/\s*(?:-|\bto\b|\buntil\b|\btill\b)\s*/);
  if (parts.length !== 2) return null;
  const start = readTime(parts[0].trim());
  const end = readTime(parts[1].replace(/\(?(?:the )?next day\)?/, "").trim());
  if (!start || !end) return null;
  let begin = start.minute;
  if (!start.sure && begin < 7 * 60) {
    const early = end.sure && begin < end.minute && end.minute <= begin + NOON && (end.minute < NOON || begin >= 5 * 60);
    if (!early) begin += NOON;
  }
  if (begin >= DAY) return null;
  let close = end.minute || DAY;
  if (close <= begin && !end.sure && close < NOON) close += NOON;
  if (close <= begin && !(start.sure && end.sure)) return null;
  return [begin, close];
};

const plainly = (text) => text.normalize("NFKC").trim().toLowerCase().replace(/[\u2010-\u2015\u2212]/g, "-");

// Whole ranges, well written or not, rather than one time.
const namesRanges = (text) => {
  const plain = plainly(text);
  return ["all day", "24 hours", "24h"].includes(plain)
    || (!["", "-", "closed", "none", "off"].includes(plain) && /-|\b(?:to|until|till|and)\b|[,;&+\n]/.test(plain));
};

const readRanges = (text) => {
  const plain = plainly(text);
  if (plain.length > 500) return null;
  if (["", "-", "closed", "none", "off"].includes(plain)) return [];
  if (["all day", "24 hours", "24h"].includes(plain)) return [[0, DAY]];
  const found = plain.split(/[,;&+\n]|\band\b/).filter((part) => part.trim()).map(readRange);
  return found.includes(null) ? null : found.sort((one, two) => one[0] - two[0]);
};

const clock = (minute) => minute === DAY
  ? "midnight"
  : `${Math.floor(minute / 60) % 12 || 12}:${String(minute % 60).padStart(2, "0")} ${minute % DAY < NOON ? "AM" : "PM"}`;

const written = ([start, end]) => `${clock(start)} to ${clock(end || DAY)}${end && end <= start ? " (next day)" : ""}`;

const apart = (ranges) => ranges.every((one, place) => !place
  || (ranges[place - 1][1] <= one[0] && ranges[place - 1][1] > ranges[place - 1][0]));

document.querySelectorAll("[data-typed]").forEach((input) => {
  const echo = input.closest(".field").querySelector("[data-echo]");
  input.addEventListener("input", () => {
    if (input.dataset.typed && input.value.trim()) document.getElementById(input.dataset.typed).checked = true;
  });
  if (echo) input.addEventListener("blur", () => {
    const ranges = readRanges(input.value);
    echo.textContent = ranges && ranges.length && apart(ranges) ? ranges.map(written).join(", ") : "";
  });
});

document.querySelectorAll("[data-week]").forEach((form) => {
  const words = form.dataset;
  const template = form.querySelector("[data-template]");
  const status = form.querySelector("[data-said]");
  const days = [...form.querySelectorAll("[data-day]")];
  let dirty = "dirty" in words;

  form.classList.add("live");
  form.querySelector(".keys").hidden = false;
  const say = (text) => { status.textContent = text; };
  const rowsOf = (day) => [...day.querySelectorAll("[data-range]")];
  const input = (row, which) => row.querySelector(`[data-${which}]`);

  const readRow = (row) => {
    const [start, end] = [input(row, "start").value.trim(), input(row, "end").value.trim()];
    if (!start) return end ? null : [];
    return readRanges(end && !namesRanges(start) ? `${start} - ${end}` : start);
  };

  // Whole hours in a day's first field are the whole day: its other rows are of before.
  const isWhole = (row) => namesRanges(input(row, "start").value);
  const rowsThatCount = (day) => (isWhole(rowsOf(day)[0]) ? rowsOf(day).slice(0, 1) : rowsOf(day));

  const rangesOf = (day) => {
    const found = rowsThatCount(day).map(readRow);
    return found.includes(null) ? null : found.flat().sort((one, two) => one[0] - two[0]);
  };

  const rename = (day) => rowsOf(day).forEach((row, place) => {
    const [number, name, count] = [day.dataset.day, day.dataset.name, place + 1];
    for (const which of ["start", "end"]) {
      const label = row.querySelector(`[data-${which}-name]`);
      input(row, which).id = label.htmlFor = `day-${number}-${which}-${count}`;
      input(row, which).name = `day-${number}-${which}`;
      label.textContent = label.textContent.replace(/^.*?(, \D+)\d+/, `${name}$1${count}`);
    }
    const button = row.querySelector("[data-remove]");
    const text = row.querySelector("[data-remove-name]");
    const ranges = readRow(row);
    button.value = `remove-${number}-${place}`;
    const verb = text.textContent.split(" ")[0];
    text.textContent = `${verb} ${name} ${ranges && ranges.length ? ranges.map(written).join(", ") : `range ${count}`}`;
  });

  const refresh = (day) => {
    const open = day.querySelector("[data-switch]").checked;
    day.classList.toggle("closed", !open);
    rename(day);
    const ranges = open ? rangesOf(day) : [];
    if (!ranges || !apart(ranges)) return;
    day.querySelector("[data-words]").textContent = `${day.dataset.name}: ${ranges.map(written).join(", ") || words.closed}`;
    const bars = day.querySelector("[data-bars]");
    bars.replaceChildren(...ranges.map(([start, end]) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const shape = { class: "open", x: start, y: 3, width: (end > start ? end : DAY) - start, height: 18 };
      Object.entries(shape).forEach(([name, value]) => bar.setAttribute(name, value));
      return bar;
    }));
  };

  const addRow = (day, start = "", end = "") => {
    const row = template.content.firstElementChild.cloneNode(true);
    day.querySelector("[data-ranges]").append(row);
    input(row, "start").value = start;
    input(row, "end").value = end;
    return row;
  };

  const fill = (day, rows, open) => {
    rowsOf(day).forEach((row) => row.remove());
    (rows.length ? rows : [["", ""]]).forEach(([start, end]) => addRow(day, start, end));
    day.querySelector("[data-switch]").checked = open;
    dirty = true;
    refresh(day);
  };

  const asRows = (ranges) => ranges.map(([start, end]) => [clock(start), clock(end || DAY)]);

  // A row is read when it is left: whole hours typed into its start become rows of their own.
  const commit = (row) => {
    const day = row.closest("[data-day]");
    const ranges = readRow(row);
    if (!ranges || !ranges.length) return refresh(day);
    const whole = isWhole(row) && row === rowsOf(day)[0];
    const old = whole ? rowsOf(day).slice(1) : []; // filled anew in place, so that none loses the focus
    let after = null;
    for (const [start, end] of asRows(ranges)) {
      const next = after ? old.shift() || addRow(day) : row;
      input(next, "start").value = start;
      input(next, "end").value = end;
      if (after && next.previousElementSibling !== after) after.after(next);
      after = next;
    }
    old.forEach((one) => one.remove());
    return refresh(day);
  };

  const copy = (day, targets) => {
    const rows = rowsOf(day).map((row) => [input(row, "start").value, input(row, "end").value]);
    const open = day.querySelector("[data-switch]").checked;
    const chosen = days.filter((other) => other !== day && targets.includes(other.dataset.day));
    chosen.forEach((other) => fill(other, rows, open));
    const names = chosen.map((other) => other.dataset.name).join(", ");
    if (names) say(words.copied.replace("{day}", day.dataset.name).replace("{days}", names));
  };

  const split = (day) => {
    const ranges = rangesOf(day);
    if (!ranges || !apart(ranges)) return false;
    const parts = ranges.flatMap(([start, end]) => {
      const finish = end > start ? end : DAY + end;
      return [[start, Math.min(finish, LUNCH[0])], [Math.max(start, LUNCH[1]), finish]]
        .filter(([from, to]) => from < to).map(([from, to]) => [from, to > DAY ? to - DAY : to]);
    });
    fill(day, asRows(parts), day.querySelector("[data-switch]").checked);
    say(day.querySelector("[data-words]").textContent);
    return true;
  };

  const leave = (row) => {
    commit(row);
    const rows = days.filter((day) => !day.classList.contains("closed")).flatMap(rowsOf);
    const next = rows[rows.indexOf(row) + 1];
    (next ? input(next, "start") : form.querySelector("#preview")).focus();
  };

  const move = (field, minutes) => {
    const row = field.closest("[data-range]");
    const ranges = readRow(row);
    const isStart = field.matches("[data-start]");
    const time = ranges && ranges.length === 1 ? ranges[0][isStart ? 0 : 1] : readTime(field.value.trim().toLowerCase())?.minute;
    if (time === undefined) return;
    const moved = Math.min(Math.max(Math.round((time + minutes) / 15) * 15, 0), isStart ? DAY - 15 : DAY);
    if (ranges && ranges.length === 1) [input(row, "start").value, input(row, "end").value] = ranges[0].map(clock);
    field.value = clock(moved);
    dirty = true;
    refresh(row.closest("[data-day]"));
  };

  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches("[data-start], [data-end]")) return;
    const row = field.closest("[data-range]");
    if (event.key === "Enter") leave(row);
    else if (event.altKey && event.key === "ArrowUp") move(field, 15);
    else if (event.altKey && event.key === "ArrowDown") move(field, -15);
    else if (event.ctrlKey && event.key.toLowerCase() === "d") {
      commit(row);
      copy(row.closest("[data-day]"), ["0", "1", "2", "3", "4"]);
    } else return;
    event.preventDefault();
  });

  // New rows move what stands below them: while a finger or mouse is down, the row waits until the press has landed.
  let pressing = false;
  const waiting = new Set();
  form.addEventListener("focusout", (event) => {
    const row = event.target.closest("[data-range]");
    if (!row || !event.target.matches("[data-start], [data-end]")) return;
    if (row.contains(event.relatedTarget) && !isWhole(row)) return;
    if (pressing) waiting.add(row);
    else commit(row);
  });
  addEventListener("pointerdown", () => { pressing = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => setTimeout(() => {
      pressing = false;
      waiting.forEach((row) => { if (row.isConnected) commit(row); });
      waiting.clear();
    }), true);
  }

  form.addEventListener("input", (event) => {
    dirty = true;
    if (event.target.matches("[data-start], [data-end]")) event.target.removeAttribute("aria-invalid");
  });

  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-switch]")) return;
    const day = event.target.closest("[data-day]");
    refresh(day);
    if (event.target.checked && !input(rowsOf(day)[0], "start").value) input(rowsOf(day)[0], "start").focus();
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const day = button && button.closest("[data-day]");
    if (!day) return;
    if (button.matches("[data-add]")) {
      day.querySelector("[data-switch]").checked = true;
      const row = addRow(day);
      refresh(day);
      input(row, "start").focus();
    } else if (button.matches("[data-remove]")) {
      button.closest("[data-range]").remove();
      if (!rowsOf(day).length) addRow(day);
      refresh(day);
      day.querySelector("[data-add]").focus();
      say(day.querySelector("[data-words]").textContent);
    } else if (button.matches("[data-apply]")) {
      const box = button.closest("[data-copy-to]");
      copy(day, [...box.querySelectorAll("input:checked")].map((tick) => tick.value));
      box.open = false;
      box.querySelector("summary").focus();
    } else if (!button.matches("[data-lunch]") || !split(day)) return; // the server explains what can't be read
    dirty = true;
    event.preventDefault();
  });

  days.forEach(refresh);
  form.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
});
