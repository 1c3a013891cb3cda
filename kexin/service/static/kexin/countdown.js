// Keeps “5 h 20 min left” true while a page stands open: one timer for all of them, words from the server.
const MINUTE = 60_000;

const put = (text, name, value) => text.replace(`%(${name})s`, value);

function words(node, left) {
  const minutes = Math.floor(Math.abs(left) / MINUTE);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const { days: forDays, hours: forHours, minutes: forMinutes } = node.dataset;
  if (days) return put(forDays, "days", days) + (hours ? ` ${put(forHours, "hours", hours)}` : "");
  if (hours) return `${put(forHours, "hours", hours)} ${put(forMinutes, "minutes", rest)}`;
  return put(forMinutes, "minutes", rest);
}

function tick() {
  for (const node of document.querySelectorAll("[data-countdown]")) {
    const left = Date.parse(node.dateTime) - Date.now();
    const text = put(left < 0 ? node.dataset.late : node.dataset.left, "time", words(node, left));
    if (node.textContent !== text) node.textContent = text;
    node.classList.toggle("bad", left < 0);
    node.classList.toggle("warn", left >= 0 && left < 240 * MINUTE);
    node.classList.toggle("calm", left >= 240 * MINUTE);
  }
}

setInterval(tick, MINUTE / 4);
