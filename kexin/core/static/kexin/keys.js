// Single-key shortcuts; they can be switched off in the help dialog (WCAG 2.1.4).
import { openPalette } from "./palette.js";
import { openQuick } from "./quick.js";
import { peek } from "./shell.js";

const OFF = "kexin-keys-off";
const rows = () => [...document.querySelectorAll("table.t tbody tr[data-href]")];
const here = () => document.querySelector("tr.here");

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.indexOf(here());
  const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step))];
  here()?.classList.remove("here");
  next.classList.add("here");
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const press = (selector) => { const element = document.querySelector(selector); element?.click(); return Boolean(element); };

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => { if (here()) location.assign(here().dataset.href); },
  p: () => { if (here()?.dataset.peek) peek(here().dataset.peek, here().dataset.href); },
  x: () => here()?.querySelector('input[name="pk"]')?.click(),
  c: () => press('[data-key="c"]'),
  n: () => openQuick("note"),
  e: () => press('[data-key="e"]'),
  r: () => openQuick("reminder"),
  v: () => press('[data-key="v"]'),
  "[": () => press("[data-record-prev]"),
  "]": () => press("[data-record-next]"),
  "/": () => { const search = document.querySelector("[data-list-search]"); if (search) search.focus(); else openPalette(); },
  "?": () => document.getElementById("help")?.showModal(),
};

export function wireKeys() {
  const wanted = document.querySelector("[data-keys-on]");
  if (wanted) {
    wanted.checked = localStorage.getItem(OFF) !== "1";
    wanted.addEventListener("change", () => localStorage.setItem(OFF, wanted.checked ? "0" : "1"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    if (document.querySelector("dialog[open]") || localStorage.getItem(OFF) === "1") return;
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
}
