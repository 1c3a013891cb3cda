// What one's own telephone does: told by a stream at once, else asked every other second. Nothing where one has none.
const box = document.getElementById("calls");
const NONE = "kexin-no-telephone"; // asked again after five minutes
const REST = 300_000;
const PAUSE = 2_000;
let stream = null;
let version = "";
let asking = false;
let again = false;
let none = Date.now() - Number(sessionStorage.getItem(NONE) || 0) < REST;

async function ask() {
  if (none || document.hidden) return;
  if (asking) { again = true; return; } // it rang while the last answer was under way
  asking = true;
  try {
    const address = new URL(box.dataset.now, location.href);
    if (version) address.searchParams.set("version", version);
    const answer = await fetch(address, { cache: "no-store", redirect: "manual" });
    if (answer.headers.get("X-Telephone") === "none") {
      none = true;
      sessionStorage.setItem(NONE, String(Date.now()));
      deaf();
    } else if (answer.status === 200 && answer.headers.has("X-Version")) {
      version = answer.headers.get("X-Version");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const call of page.querySelectorAll(".call-now")) { // its own page shows it already
        if (call.querySelector(".call-acts a")?.pathname === location.pathname) call.remove();
      }
      box.replaceChildren(...page.body.childNodes);
      box.hidden = !box.querySelector(".call-now");
    }
  } catch { /* no network now: asked again in a moment */ } finally {
    asking = false;
    if (again) { again = false; ask(); }
  }
}

function listen() {
  if (none || document.hidden || (stream && stream.readyState !== EventSource.CLOSED)) return;
  stream = new EventSource(box.dataset.stream);
  stream.addEventListener("changed", ask);
  stream.addEventListener("open", ask);
}
function deaf() { // a hidden page keeps nothing of the server
  stream?.close();
  stream = null;
}

if (box) {
  box.addEventListener("click", (event) => {
    if (!event.target.closest("[data-hide]")) return;
    event.target.closest(".call-now").remove(); // until it changes
    box.hidden = !box.querySelector(".call-now");
  });
  ask().then(listen);
  setInterval(() => { if (!stream || stream.readyState === EventSource.CLOSED) ask(); }, PAUSE);
  addEventListener("pagehide", deaf);
  addEventListener("pageshow", listen);
  document.addEventListener("visibilitychange", () => { if (document.hidden) deaf(); else { ask(); listen(); } });
}
