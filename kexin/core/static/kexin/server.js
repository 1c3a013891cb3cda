// What happens when the server says no: expired session, conflict, rule, database away, no network.
import { make, say, toast } from "./words.js";

const root = document.documentElement;
const signIn = () => {
  location.assign(`${root.dataset.login}?next=${encodeURIComponent(location.pathname + location.search)}`);
};

function failed(event, text) {
  const element = event.detail.elt;
  const again = () => window.htmx.trigger(element, "again");
  const panel = element.closest("[data-panel]");
  if (panel && panel === element) {
    const button = make("button", { type: "button", class: "btn-quiet" }, say("retry"));
    button.addEventListener("click", again);
    const box = panel.querySelector("[data-panel-body]") || panel;
    box.replaceChildren(make("div", { class: "trouble small", role: "alert" }, make("p", {}, text), button));
    return;
  }
  if (event.detail.requestConfig?.verb === "get" && element.isConnected) {
    const config = event.detail.requestConfig;
    toast(text, say("retry"), () => window.htmx.ajax("GET", config.path, { source: element, target: config.target }));
  } else toast(text);
}

function conflict(xhr) {
  const dialog = document.getElementById("conflict");
  if (!dialog) return location.reload();
  const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const table = answer.querySelector("table.diff");
  dialog.querySelector("[data-body]").replaceChildren(...(table ? [table] : []));
  dialog.addEventListener("close", () => { if (dialog.returnValue === "reload") location.reload(); }, { once: true });
  dialog.showModal();
}

export function wireServer() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 401 || (root.dataset.login && new URL(xhr.responseURL || location.href).pathname === root.dataset.login && location.pathname !== root.dataset.login)) {
      event.detail.shouldSwap = false;
      signIn();
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 401) return;
    if (xhr.status === 409) return conflict(xhr);
    const text = { 403: say("denied"), 404: say("missing"), 503: say("away"), 502: say("away"), 504: say("away") };
    failed(event, text[xhr.status] || say("failed"));
  });
  document.addEventListener("htmx:sendError", (event) => failed(event, say("offline")));
  document.addEventListener("htmx:timeout", (event) => failed(event, say("away")));
  document.addEventListener("toast", (event) => toast(event.detail.value || event.detail));
}
