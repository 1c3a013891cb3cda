// Parts of a page that keep themselves up to date: asked every moment while the page is in sight (docs/adr/0018).
// What is being typed stays; a form that answers is sent without leaving the page.
const title = document.title;

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
const down = (box) => { box.scrollTop = box.scrollHeight; };

async function refresh(box, force = false) {
  if (document.hidden && !force) return;
  if (box.dataset.asking) { // what is on its way may be older than what has just changed
    box.dataset.again = "1";
    return;
  }
  box.dataset.asking = "1";
  try {
    const address = new URL(box.dataset.live, location.href);
    address.searchParams.set("version", box.dataset.version);
    const answer = await fetch(address, { cache: "no-store", redirect: "manual" });
    if (answer.status !== 200 || !answer.headers.has("X-Version")) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const keep = box.hasAttribute("data-bottom") && (force || atEnd(box));
    const count = box.querySelectorAll(".theirs").length;
    const open = [...box.querySelectorAll("details")].map((each) => each.open);
    box.replaceChildren(...page.body.childNodes);
    box.querySelectorAll("details").forEach((each, place) => { each.open = Boolean(open[place]); });
    box.dataset.version = answer.headers.get("X-Version");
    if (keep) { down(box); box.querySelector(".bubbles li:last-child")?.scrollIntoView({ block: "nearest" }); }
    if (box.querySelectorAll(".theirs").length > count && !document.hasFocus()) document.title = `● ${title}`;
  } catch { /* no network now: asked again in a moment */ } finally {
    delete box.dataset.asking;
    if (box.dataset.again) {
      delete box.dataset.again;
      refresh(box, force);
    }
  }
}

// One stream tells at once that something changed; while it is open the page asks only now and then, to say it is here.
const SELDOM = 8000;
const boxes = [...document.querySelectorAll("[data-live]")];
const address = document.querySelector("[data-stream]")?.dataset.stream;
let stream = null;

function listen() {
  if (!address || document.hidden || (stream && stream.readyState !== EventSource.CLOSED)) return;
  stream = new EventSource(address);
  stream.addEventListener("changed", () => boxes.forEach((box) => refresh(box)));
  stream.addEventListener("open", () => boxes.forEach((box) => refresh(box)));
}
function deaf() { // a hidden page keeps nothing of the server
  stream?.close();
  stream = null;
}
for (const box of boxes) {
  let asked = Date.now();
  const every = Number(box.dataset.every) || 2000;
  if (box.hasAttribute("data-bottom")) down(box);
  setInterval(() => {
    const pause = stream?.readyState === EventSource.OPEN ? SELDOM : every;
    if (Date.now() - asked < pause - 50) return;
    asked = Date.now();
    refresh(box);
  }, every);
}
listen();
addEventListener("pagehide", deaf);
addEventListener("pageshow", listen);
document.addEventListener("visibilitychange", () => (document.hidden ? deaf() : listen()));
addEventListener("focus", () => { document.title = title; });
document.addEventListener("visibilitychange", () => document.querySelectorAll("[data-live]").forEach((box) => refresh(box)));

function told(form, text) {
  const wrong = form.querySelector("[data-wrong]");
  wrong.hidden = !text;
  wrong.querySelector("span").textContent = text;
}

for (const form of document.querySelectorAll("form[data-reply]")) {
  const words = form.elements.text;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    form.querySelector("button:not([type=button])")?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.type === "opaqueredirect") { // taken: the server would lead back to this page
        told(form, "");
        words.value = "";
        const file = form.querySelector("[data-file]");
        if (file) { file.value = ""; file.dispatchEvent(new Event("change")); }
        if (!document.querySelector("[data-live][data-bottom]")) location.reload();
      } else {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        told(form, page.querySelector("[data-wrong]")?.textContent.trim() || form.dataset.failed || answer.statusText);
      }
      const box = document.querySelector("[data-live][data-bottom]");
      if (box) await refresh(box, true);
    } catch {
      told(form, form.dataset.failed || "…");
    } finally {
      delete form.dataset.sent;
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
      words.focus();
    }
  });
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  const file = form.querySelector("[data-file]");
  const name = form.querySelector("[data-file-name]");
  const before = name?.textContent;
  file?.addEventListener("change", () => { name.textContent = file.files[0]?.name || before; });
}

for (const choice of document.querySelectorAll("[data-prepared]")) {
  choice.addEventListener("change", () => {
    const words = document.getElementById(choice.dataset.prepared);
    if (choice.value) words.value = words.value.trim() ? `${words.value.trimEnd()}\n${choice.value}` : choice.value;
    choice.value = "";
    words.focus();
  });
}
for (const choice of document.querySelectorAll("select[data-submit-on-change]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
