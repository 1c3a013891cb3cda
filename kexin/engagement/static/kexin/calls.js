// The call screen by keys: a digit gives the result, d dials (or begins), u takes the last result back.
const OFF = "kexin-keys-off";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.target.closest("textarea, select, [contenteditable], dialog[open], input:not([type=radio])")) return;
  if (document.querySelector("dialog[open]") || localStorage.getItem(OFF) === "1") return;
  const button = [...document.querySelectorAll("[data-call-key]")].find((each) => each.dataset.callKey === event.key);
  if (button) { event.preventDefault(); button.click(); }
});

// A result is given once, however often the button is hit; a page that the browser brings back can be used again.
const sent = new WeakSet();
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-call-form]")) return;
  if (sent.has(event.target)) event.preventDefault();
  else sent.add(event.target);
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Enter in a box gives no result by accident; in the box of a visit's time it agrees on that time.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-call-form] input")) return;
  event.preventDefault();
  if (event.target.name === "visit_at") event.target.form.querySelector('[name="visit"][value="typed"]').click();
});
document.querySelector("[data-call-visit]")?.addEventListener("toggle", (event) => {
  if (event.target.open) event.target.querySelector("button, input")?.focus();
});

// A typed day is a chosen day.
document.getElementById("call-next-at")?.addEventListener("input", () => {
  document.querySelector('[name="next"][value="typed"]').checked = true;
});
document.querySelector("[data-call-which]")?.addEventListener("change", (event) => event.target.form.submit());

// The number: a telephone dials by the same tap, a computer shows it; after its seconds the button stands there again.
const before = new WeakMap();
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  if (target?.matches(".call-answer") && !before.has(target)) before.set(target, [...target.childNodes]);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const link = event.target.querySelector?.("[data-call-link]");
  if (!link) return;
  const place = event.target;
  const note = place.querySelector("[data-hide-after]");
  setTimeout(() => place.replaceChildren(...(before.get(place) || [])), Number(note.dataset.hideAfter) * 1000);
  link.focus();
  if (matchMedia("(pointer: coarse)").matches) link.click(); // on a telephone the same tap dials
});
