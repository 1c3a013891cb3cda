// Forms: unsaved changes are not lost by accident, nothing is sent twice, amounts are said in words of size.
import { compact, say } from "./words.js";

const dirty = new Set();
let library = null;

function loadSelect() {
  library ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.documentElement.dataset.tomselect;
    script.onload = () => resolve(window.TomSelect);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

async function dressSelect(select) {
  const TomSelect = await loadSelect();
  if (select.tomselect) return;
  const url = select.dataset.searchSelect;
  const label = select.labels?.[0];
  const settings = { maxOptions: 200, hideSelected: false, plugins: select.multiple ? ["remove_button"] : [] };
  if (!select.multiple) settings.maxItems = 1;
  if (url && url !== "local") {
    settings.load = (query, done) => fetch(`${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(query)}`)
      .then((answer) => answer.json()).then((found) => done(found.results || found)).catch(() => done());
  }
  settings.render = { no_results: () => Object.assign(document.createElement("div"), { className: "no-results", textContent: say("nothing") }) };
  const made = new TomSelect(select, settings);
  const name = label?.textContent.replace("*", "").trim() || select.getAttribute("aria-label") || "";
  select.setAttribute("aria-hidden", "true"); // what remains of the plain select is hidden and not focusable
  made.control_input.setAttribute("aria-label", name);
  made.dropdown_content.setAttribute("aria-label", name);
  const described = select.getAttribute("aria-describedby");
  if (described) made.control_input.setAttribute("aria-describedby", described);
}

function hint(input) {
  const box = document.getElementById(`${input.id}_hint`);
  if (!box) return;
  const number = Number(input.value.replace(/[,，\s]/g, ""));
  box.textContent = input.value.trim() && Number.isFinite(number) && Math.abs(number) >= 10000 ? `= ${compact.format(number)}` : "";
}

export function dressForms(root) {
  root.querySelectorAll("select[data-search-select]").forEach(dressSelect);
  root.querySelectorAll("[data-money]").forEach(hint);
  const first = root.querySelector("[data-first-error]");
  if (first) (root.querySelector("[aria-invalid=true]") || first).focus();
}

export function wireForms() {
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-money]")) hint(event.target);
    const form = event.target.closest("form[data-form]");
    if (form) dirty.add(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    dirty.delete(form);
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.hasAttribute("data-download")) return;
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    });
  });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) dirty.delete(event.detail.elt); });
}
