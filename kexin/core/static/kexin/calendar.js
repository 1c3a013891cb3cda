// Moving appointments: drag with the mouse, or Shift with the arrow keys; a click on free time makes a new one.
import { confirmed } from "./shell.js";
import { toast } from "./words.js";

const board = document.querySelector("[data-calendar]");
const FIRST_HOUR = 7, QUARTERS = 56;
const pad = (n) => String(n).padStart(2, "0");
const text = (quarter) => `${pad(FIRST_HOUR + Math.floor(quarter / 4))}:${pad((quarter % 4) * 15)}`;
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

async function move(entry, startsAt, anyway = false) {
  const body = new URLSearchParams({ starts_at: startsAt, version: entry.dataset.version });
  if (anyway) body.set("anyway", "on");
  const answer = await fetch(entry.dataset.entry, { method: "POST", body, headers: { "X-CSRFToken": token(), "X-Calendar": "1" } });
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (answer.status === 422 && told.anyway) {
    if (await confirmed(`${told.text} ${board.dataset.anyway}`)) return move(entry, startsAt, true);
    return entry.focus();
  }
  if (!answer.ok) {
    toast(told.text || board.dataset.elsewhere);
    if (answer.status === 409) setTimeout(() => location.reload(), 2500);
    return undefined;
  }
  sessionStorage.setItem("kexin-moved", JSON.stringify({ url: entry.getAttribute("href"), at: startsAt.replace("T", " ") }));
  location.reload();
  return undefined;
}

function told() {
  const kept = sessionStorage.getItem("kexin-moved");
  if (!kept) return;
  sessionStorage.removeItem("kexin-moved");
  const { url, at } = JSON.parse(kept);
  toast(`${board.dataset.moved} ${at}`);
  board.querySelector(`a[href="${CSS.escape(url)}"], a[href="${url}"]`)?.focus();
}

// Which day and quarter of an hour lie under the pointer.
function under(x, y) {
  const rows = [...board.querySelectorAll(".cal-col .cal-rows")].find((each) => { const box = each.getBoundingClientRect(); return x >= box.left && x < box.right; });
  if (!rows) return null;
  const box = rows.getBoundingClientRect();
  const quarter = Math.max(0, Math.min(QUARTERS - 1, Math.floor(((y - box.top) / box.height) * QUARTERS)));
  return { rows, quarter };
}

function drag(event) {
  const entry = event.target.closest("[data-entry]");
  if (!entry || event.button !== 0 || event.pointerType === "touch") return;
  const from = { x: event.clientX, y: event.clientY };
  const grabbed = under(from.x, from.y);
  const start = Number(entry.className.match(/\bs(\d+)\b/)[1]) - 1;
  const offset = grabbed ? grabbed.quarter - start : 0;
  let shadow = null, to = null;
  const moved = (now) => {
    if (!shadow && Math.hypot(now.clientX - from.x, now.clientY - from.y) < 6) return;
    now.preventDefault();
    if (!shadow) { shadow = entry.cloneNode(true); shadow.classList.add("carried"); shadow.removeAttribute("data-entry"); entry.classList.add("dragged"); }
    const found = under(now.clientX, now.clientY);
    if (!found) return;
    to = { day: found.rows.dataset.day, quarter: Math.max(0, Math.min(QUARTERS - 1, found.quarter - offset)) };
    shadow.className = shadow.className.replace(/\bs\d+\b/, `s${to.quarter + 1}`).replace(/\bl\d+\b/, "l1");
    shadow.querySelector("small").textContent = text(to.quarter);
    if (shadow.parentElement !== found.rows) found.rows.append(shadow);
  };
  const done = () => {
    removeEventListener("pointermove", moved);
    removeEventListener("pointerup", done);
    entry.classList.remove("dragged");
    shadow?.remove();
    if (!shadow) return;
    addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
    setTimeout(() => {
      const startsAt = to && `${to.day}T${text(to.quarter)}`;
      if (startsAt && startsAt !== entry.dataset.starts) move(entry, startsAt);
    }, 0);
  };
  addEventListener("pointermove", moved);
  addEventListener("pointerup", done);
}

function keys(event) {
  const entry = event.target.closest("[data-entry]");
  const steps = { ArrowUp: [0, -15], ArrowDown: [0, 15], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  if (!entry || !event.shiftKey || !steps[event.key]) return;
  event.preventDefault();
  const [days, minutes] = steps[event.key];
  const at = new Date(`${entry.dataset.starts}:00Z`); // arithmetic on the wall clock
  at.setUTCDate(at.getUTCDate() + days);
  at.setUTCMinutes(at.getUTCMinutes() + minutes);
  move(entry, at.toISOString().slice(0, 16));
}

if (board) {
  told();
  if (board.dataset.move) {
    board.addEventListener("pointerdown", drag);
    board.addEventListener("keydown", keys);
  }
  if (board.dataset.new) {
    board.addEventListener("click", (event) => {
      if (!event.target.matches(".cal-col .cal-rows")) return;
      const found = under(event.clientX, event.clientY);
      if (!found) return;
      const query = new URLSearchParams({ starts_at: `${found.rows.dataset.day}T${text(found.quarter - (found.quarter % 2))}` });
      if (Number(found.rows.dataset.post)) query.set("post", found.rows.dataset.post);
      location.assign(`${board.dataset.new}?${query}`);
    });
  }
}
document.querySelector("[data-cal-who] select")?.addEventListener("change", (event) => event.target.form.requestSubmit());
