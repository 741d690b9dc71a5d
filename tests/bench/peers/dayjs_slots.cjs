// A zone-aware dayjs object per candidate, as scheduling tools written in JavaScript compute slots.
// Kinder than most: what is taken is padded and sorted before the clock starts, and compared as whole numbers.
const dayjs = require("dayjs");
dayjs.extend(require("dayjs/plugin/utc"));
dayjs.extend(require("dayjs/plugin/timezone"));

function prepare(work) {
  const after = work.after * 60000;
  const taken = work.bookings.map(([start, end]) => [start * 1000, end * 1000 + after]);
  for (const [start, end] of work.busy) taken.push([start * 1000, end * 1000]);
  return taken.sort((one, other) => one[0] - other[0]);
}

function compute(work, taken) {
  const found = [];
  const earliest = Math.max(work.since, work.now + work.notice * 60) * 1000;
  const length = (work.duration + work.after) * 60000;
  let day = dayjs.utc(work.first);
  for (let number = 0; number < work.days; number++, day = day.add(1, "day")) {
    const date = day.format("YYYY-MM-DD");
    for (const [opens, closes] of work.windows) {
      const end = dayjs.tz(`${date} ${closes}`, work.zone);
      let at = dayjs.tz(`${date} ${opens}`, work.zone);
      while (!at.add(work.duration, "minute").isAfter(end)) {
        const start = at.valueOf();
        if (start >= earliest && start < work.until * 1000 && isFree(taken, start, start + length)) found.push(at);
        at = at.add(work.step, "minute");
      }
    }
  }
  return found;
}

function isFree(taken, start, end) {
  for (const [begins, ends] of taken) {
    if (begins >= end) return true;
    if (ends > start) return false;
  }
  return true;
}

function median(numbers) {
  numbers.sort((one, other) => one - other);
  const half = numbers.length >> 1;
  return numbers.length % 2 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
}

let work, taken;
require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const message = JSON.parse(line);
    if (!work) {
      work = message;
      taken = prepare(work);
      console.log(JSON.stringify({ starts: compute(work, taken).map((at) => at.unix()) }));
      return;
    }
    const spent = [];
    const began = process.hrtime.bigint();
    do {
      const before = process.cpuUsage();
      compute(work, taken);
      const { user, system } = process.cpuUsage(before);
      spent.push((user + system) / 1e6);
    } while (Number(process.hrtime.bigint() - began) / 1e9 < message.seconds);
    console.log(JSON.stringify({ seconds: median(spent) }));
  });
