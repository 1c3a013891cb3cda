// What is due, begins soon or has come is told without a reload.
import { make, toast } from "./words.js";

const EVERY = 60_000;
const PULSE = 2_000;
const TOLD = "kexin-told";
const LEAVING = 5_000; // the page is on its way out, perhaps by signing out; a download leaves it where it is
let left = 0;

const quiet = () => document.hidden || Date.now() - left < LEAVING;

function tell(html, address) {
  const told = new Set(JSON.parse(localStorage.getItem(TOLD) || "[]"));
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = [...page.querySelectorAll("[data-notice]")].filter((each) => !told.has(each.dataset.notice));
  for (const each of fresh) {
    const link = each.dataset.url;
    toast(each.textContent.trim(), address.dataset.open, () => location.assign(link));
    told.add(each.dataset.notice);
  }
  if (fresh.length) localStorage.setItem(TOLD, JSON.stringify([...told].slice(-200)));
  const count = page.querySelectorAll("[data-notice]").length;
  document.querySelectorAll("[data-notice-count]").forEach((badge) => badge.remove());
  const bell = document.querySelector(".bell");
  if (bell && count) bell.append(make("span", { class: "notice-count", "data-notice-count": "" }, String(count)));
}

export function wireNotices() {
  const dialog = document.getElementById("quick");
  if (!dialog) return;
  const ask = async () => {
    if (quiet()) return;
    try {
      const answer = await fetch(dialog.dataset.notices, { redirect: "manual" }); // signed out: led away, nothing to tell
      if (answer.status === 200) tell(await answer.text(), dialog);
      else if (answer.status === 204) tell("", dialog);
    } catch { /* no network now: asked again in a minute */ }
  };
  let beat = null;
  let asking = false;
  const feel = async () => { // has anybody come anywhere? a token that differs is worth asking
    if (quiet() || asking) return;
    asking = true;
    try {
      const answer = await fetch(dialog.dataset.pulse, { cache: "no-store" });
      const now = answer.status === 200 ? await answer.text() : null;
      if (now !== null && beat !== null && now !== beat) await ask();
      beat = now ?? beat;
    } catch { /* no network now: felt again in two seconds */ } finally { asking = false; }
  };
  addEventListener("beforeunload", () => { left = Date.now(); });
  feel().then(ask);
  setInterval(feel, PULSE);
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
}
