// Ctrl-K: find anything, do anything. The server answers with options; recent ones live for this tab only.
import { make, say, toast } from "./words.js";

const RECENT = "kexin-recent";
const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
let waiting = null;
let asked = null;
let number = 0;

const options = () => [...list.querySelectorAll('[role="option"]')];

function choose(position) {
  const all = options();
  if (!all.length) { input.removeAttribute("aria-activedescendant"); return; }
  const index = (position + all.length) % all.length;
  all.forEach((option, place) => {
    option.setAttribute("aria-selected", String(place === index));
    option.id ||= `palette-${++number}`;
    option.tabIndex = -1;
  });
  input.setAttribute("aria-activedescendant", all[index].id);
  all[index].scrollIntoView({ block: "nearest" });
}

const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

function recent() {
  try { return JSON.parse(sessionStorage.getItem(RECENT)) || []; } catch { return []; }
}

function remember(option) {
  if (!option.href || option.dataset.forget !== undefined) return;
  const one = { href: option.getAttribute("href"), text: option.querySelector("b")?.textContent || option.textContent.trim() };
  sessionStorage.setItem(RECENT, JSON.stringify([one, ...recent().filter((r) => r.href !== one.href)].slice(0, 6)));
}

async function ask() {
  const query = input.value.trim();
  asked?.abort();
  asked = new AbortController();
  try {
    const url = `${document.documentElement.dataset.palette}?q=${encodeURIComponent(query)}`;
    const answer = await fetch(url, { signal: asked.signal, headers: { "HX-Request": "true" } });
    const elsewhere = answer.headers.get("HX-Redirect"); // signed out meanwhile, or a second factor is asked for
    if (elsewhere) return location.assign(elsewhere);
    if (answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...parsed.body.childNodes);
    if (!query && recent().length) {
      const group = make("div", { role: "group", "aria-label": say("recent") }, make("div", { class: "group", role: "presentation" }, say("recent")));
      for (const one of recent()) group.append(make("a", { role: "option", href: one.href }, make("b", {}, one.text)));
      list.prepend(group);
    }
    if (!options().length) list.replaceChildren(make("div", { class: "empty" }, say("nothing")));
    choose(0);
  } catch (error) {
    if (error.name !== "AbortError") toast(say("failed"));
  }
}

export function openPalette() {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  input.select();
  ask();
}

export function wirePalette() {
  if (!dialog) return;
  document.addEventListener("click", (event) => { if (event.target.closest("[data-palette-open]")) openPalette(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    }
  });
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); choose(chosen() + step); }
    if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); options()[chosen()]?.click(); }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) remember(option);
  });
  list.addEventListener("mousemove", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option && option.getAttribute("aria-selected") !== "true") choose(options().indexOf(option));
  });
  document.addEventListener("submit", (event) => { if (/logout/.test(event.target.action)) sessionStorage.removeItem(RECENT); });
}
