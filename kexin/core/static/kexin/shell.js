// Side bar, theme, little menus, dialogs, watermark.
const root = document.documentElement;
const year = 60 * 60 * 24 * 365;
const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax`; };

function turnTheme() {
  const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  root.dataset.bsTheme = next;
  keep("kexin_theme", next);
}

function fold() {
  const folded = root.dataset.side !== "folded";
  if (folded) root.dataset.side = "folded"; else delete root.dataset.side;
  document.querySelector("[data-side-fold]")?.setAttribute("aria-expanded", String(!folded));
  keep("kexin_side", folded ? "folded" : "open");
}

// What stands folded on a narrow screen: a button shows and hides it.
function unfold(button) {
  const on = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(on));
  document.getElementById(button.getAttribute("aria-controls")).classList.toggle("unfolded", on);
}

function openSide(opener) {
  root.setAttribute("data-side-open", "");
  const side = document.getElementById("side");
  side.dataset.opener = opener.closest(".bottom") ? ".bottom [data-side-open]" : ".bar [data-side-open]";
  side.querySelector("a, button")?.focus();
}

function closeSide() {
  if (!root.hasAttribute("data-side-open")) return;
  root.removeAttribute("data-side-open");
  document.querySelector(document.getElementById("side").dataset.opener)?.focus();
}

export function confirmed(text, danger = false) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(window.confirm(text));
  dialog.querySelector("[data-text]").textContent = text;
  dialog.querySelector("[data-yes]").classList.toggle("danger", danger);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function peek(url, href) {
  const dialog = document.getElementById("peek");
  if (!dialog || !window.htmx) return;
  const open = dialog.querySelector("[data-peek-open]");
  open.hidden = !href;
  if (href) open.href = href;
  dialog.querySelector("#peek-body").replaceChildren();
  if (!dialog.open) dialog.showModal();
  window.htmx.ajax("GET", url, { target: "#peek-body", swap: "innerHTML" });
}

// A click beside an open dialog: pressed and let go there, not on its edge and not on a list that just closed.
let pressed = null;
function beside(event) {
  if (!(event.target instanceof HTMLDialogElement) || pressed !== event.target) return false;
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

export function wireShell() {
  document.addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
  document.addEventListener("click", async (event) => {
    const at = (selector) => event.target.closest(selector);
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    if (at("[data-theme-turn]")) turnTheme();
    else if (at("[data-side-fold]")) fold();
    else if (at("[data-side-open]:not(html)")) openSide(at("[data-side-open]:not(html)"));
    else if (at("[data-side-close]")) closeSide();
    else if (at("[data-dismiss]")) at(".note")?.remove();
    else if (at("[data-print]")) print();
    else if (at("[data-unfold]")) unfold(at("[data-unfold]"));
    else if (at("[data-close]")) at("dialog")?.close();
    else if (at("[data-help-open]")) document.getElementById("help")?.showModal();
    else if (beside(event) && event.target.id !== "conflict") event.target.close("no");
    const peeker = at("[data-peek]:not(tr)");
    if (peeker) { event.preventDefault(); peek(peeker.dataset.peek, peeker.getAttribute("href")); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    closeSide();
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  // A button, link or form marked data-confirm asks before it acts.
  document.addEventListener("submit", async (event) => {
    const asks = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (!asks || event.target.dataset.confirmed) { delete event.target.dataset.confirmed; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const form = event.target, button = event.submitter;
    const danger = button?.classList.contains("danger") || button?.hasAttribute("data-danger");
    if (await confirmed(asks, danger)) { form.dataset.confirmed = "yes"; form.requestSubmit(button || undefined); }
  }, true);
  document.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    if (await confirmed(event.detail.question)) event.detail.issueRequest(true);
  });
}

// Who looked and when, faintly across the page: a photograph of a screen can be traced (PBOC Order 2025-3, Art. 33).
export function watermark() {
  const text = document.body.dataset.watermark;
  if (!text) return;
  const canvas = document.createElement("canvas");
  canvas.width = 360;
  canvas.height = 200;
  const pen = canvas.getContext("2d");
  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.save();
    pen.translate(20, 150);
    pen.rotate(-0.36);
    pen.font = "15px system-ui, sans-serif";
    pen.fillStyle = root.dataset.bsTheme === "dark" ? "#fff" : "#0d2a33";
    pen.fillText(text, 0, 0);
    pen.restore();
    layer.style.backgroundImage = `url(${canvas.toDataURL()})`;
  };
  const layer = document.createElement("div");
  layer.className = "watermark";
  layer.setAttribute("aria-hidden", "true");
  document.body.append(layer);
  draw();
  new MutationObserver(draw).observe(root, { attributeFilter: ["data-bs-theme"] });
}
