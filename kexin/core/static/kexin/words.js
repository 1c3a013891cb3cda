// Sentences come from the server in the reader's language: data attributes of #words.
const words = document.getElementById("words");
export const say = (key, value = "") => (words?.dataset[key] || key).replace("%s", value);
export const language = document.documentElement.lang || "zh-Hans";
export const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 2 });
export const exact = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function toast(text, action = "", act = null) {
  const box = document.getElementById("toasts");
  if (!box) return;
  const note = make("div", { class: "toast-note" }, make("span", {}, text));
  if (action) {
    const button = make("button", { type: "button" }, action);
    button.addEventListener("click", () => { note.remove(); act(); });
    note.append(button);
  }
  const close = make("button", { type: "button", "aria-label": say("dismiss") }, "×");
  close.addEventListener("click", () => note.remove());
  note.append(close);
  box.append(note);
  if (!action) setTimeout(() => note.remove(), 8000);
}
