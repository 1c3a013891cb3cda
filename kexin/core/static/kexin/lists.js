// Lists: a row is a link, ticked rows bring the bulk bar, the column chooser writes the address.
import { say } from "./words.js";

function count(form) {
  const boxes = [...form.querySelectorAll('input[name="pk"]')];
  const ticked = boxes.filter((box) => box.checked);
  const everything = form.elements.everything.value === "1";
  form.querySelector(".bulk").hidden = !ticked.length;
  form.querySelector("[data-bulk-text]").textContent = everything ? say("everything") : say("chosen", String(ticked.length));
  const all = form.querySelector("[data-tick-all]");
  if (all) { all.checked = ticked.length === boxes.length; all.indeterminate = ticked.length > 0 && !all.checked; }
  boxes.forEach((box) => box.closest("tr").classList.toggle("chosen", box.checked));
}

export function wireLists() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-bulk]");
    if (!form) return;
    form.elements.everything.value = "";
    if (event.target.matches("[data-tick-all]")) {
      form.querySelectorAll('input[name="pk"]').forEach((box) => { box.checked = event.target.checked; });
    }
    count(form);
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("form[data-bulk]");
    if (form && event.target.closest("[data-bulk-all]")) { form.elements.everything.value = "1"; count(form); return; }
    if (form && event.target.closest("[data-bulk-none]")) {
      form.querySelectorAll('input[name="pk"]').forEach((box) => { box.checked = false; });
      form.elements.everything.value = "";
      count(form);
      return;
    }
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, select, summary, form:not([data-bulk])")) return;
    if (String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-columns]")) return;
    form.elements.cols.value = [...form.querySelectorAll("[data-column]:checked")].map((box) => box.dataset.column).join(",");
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-bulk]").forEach(count));
}
