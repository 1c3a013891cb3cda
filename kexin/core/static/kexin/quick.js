// A note or a reminder from anywhere: `n` or `r`, type, Enter. On a page about a customer it is about that customer.
import { toast } from "./words.js";

const dialog = document.getElementById("quick");
let open = "";
let waiting = null;

function about() {
  const marked = document.querySelector("[data-about-customer]")?.dataset.aboutCustomer;
  return marked || location.pathname.match(/^\/customers\/(\d+)\//)?.[1] || "";
}

const typed = () => dialog.querySelector("[name=text]")?.value || "";

function focus() {
  const box = dialog.querySelector("[aria-invalid=true]") || dialog.querySelector("[name=text]");
  box?.focus();
}

export function openQuick(kind) {
  if (!dialog || !window.htmx) return false;
  const wanted = kind || (open && typed() ? open : "note");
  const button = dialog.querySelector(`[data-quick="${wanted}"]`);
  const before = typed();
  dialog.querySelectorAll("[data-quick]").forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
  if (!dialog.open) dialog.showModal();
  if (open === wanted && before) { focus(); return true; } // what was typed and not sent is still there
  open = wanted;
  const box = dialog.querySelector("[data-body]");
  const customer = dialog.querySelector("[name=customer]")?.value || about();
  window.htmx.ajax("GET", button.dataset.form + (customer ? `?customer=${customer}` : ""), { target: box, swap: "innerHTML" }).then(() => {
    const text = box.querySelector("[name=text]");
    if (text && before) { text.value = before; text.dispatchEvent(new Event("input", { bubbles: true })); }
  });
  return true;
}

async function read(input) {
  const place = dialog.querySelector("[data-reading]");
  const body = new URLSearchParams({ text: input.value });
  const headers = { "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers")) };
  try {
    const answer = await fetch(place.dataset.reading, { method: "POST", body, headers });
    if (!answer.ok || !place.isConnected) return;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...parsed.body.childNodes);
  } catch { /* no network now: the line is read again when it is sent */ }
}

export function wireQuick() {
  if (!dialog) return;
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-quick]");
    if (opener) openQuick(opener.dataset.quick);
    const quick = event.target.closest("[data-quick-time]");
    if (quick) { quick.form.elements.due_at.value = quick.dataset.quickTime; quick.form.requestSubmit(quick.form.querySelector(".btn-do")); }
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("[data-enter-sends]")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  dialog.addEventListener("input", (event) => {
    if (event.target.name !== "text" || !dialog.querySelector("[data-reading]")) return;
    clearTimeout(waiting);
    waiting = setTimeout(read, 150, event.target);
  });
  dialog.addEventListener("htmx:afterSettle", () => { // not at afterSwap: the form would send itself
    const done = dialog.querySelector("[data-quick-done]");
    if (!done) { focus(); return; }
    toast(done.dataset.quickDone);
    dialog.querySelector("[data-body]").replaceChildren();
    open = "";
    dialog.close();
  });
}
