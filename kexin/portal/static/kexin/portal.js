// The portal's few scripts: the token behind "#", one sending per form, a word when the network is gone.
const offline = document.querySelector("[data-offline]");
const tell = () => { if (offline) offline.hidden = navigator.onLine; };
addEventListener("online", tell);
addEventListener("offline", tell);
tell();

// The part of the address behind "#" reaches no server and no log: it is posted once and taken out of the address.
const form = document.querySelector("form[data-fragment]");
if (form) {
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (token) {
    form.elements.token.value = token;
    form.submit();
  } else {
    form.querySelector("[data-nothing]").hidden = false;
  }
}

// A second tap sends nothing twice; coming back to the page lets it be sent again.
for (const each of document.querySelectorAll("form[data-once]")) {
  each.addEventListener("submit", (event) => {
    if (each.dataset.sent) event.preventDefault();
    each.dataset.sent = "1";
    each.querySelector("button:not([type=button])")?.setAttribute("aria-busy", "true");
  });
}
addEventListener("pageshow", () => {
  for (const each of document.querySelectorAll("form[data-once]")) {
    delete each.dataset.sent;
    each.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// An answer outlives a lost network: kept on the phone, sent again until it arrives. The server keeps nothing twice.
const keep = document.querySelector("form[data-keep]");
if (keep) {
  const place = `kexin-answer:${keep.dataset.keep}`;
  const waiting = keep.querySelector("[data-waiting]");
  const problem = keep.querySelector("[data-problem]");
  const button = keep.querySelector("button");
  const field = () => keep.elements.value;
  let sending = false;
  let retry = 0;

  const value = () => new FormData(keep).get("value") ?? "";
  const remembered = sessionStorage.getItem(place);
  if (remembered !== null) field().value = remembered;

  const say = (text) => {
    problem.textContent = text;
    problem.hidden = false;
  };
  const send = async () => {
    if (sending) return;
    sending = true;
    clearTimeout(retry);
    button.setAttribute("aria-busy", "true");
    problem.hidden = true;
    sessionStorage.setItem(place, value());
    try {
      const answer = await fetch(keep.action, {
        method: "POST",
        body: new FormData(keep),
        headers: { "X-Portal-Script": "1" },
        signal: AbortSignal.timeout(15000),
      });
      if (answer.status >= 500) throw new Error(String(answer.status));
      waiting.hidden = true;
      const kind = answer.headers.get("Content-Type") ?? "";
      if (!kind.startsWith("application/json")) {
        sessionStorage.removeItem(place);
        location.assign(answer.redirected ? answer.url : location.href);
        return;
      }
      const told = await answer.json();
      sessionStorage.removeItem(place);
      if (told.next) {
        location.assign(told.next);
        return;
      }
      say(told.problem);
    } catch {
      waiting.hidden = false;
      retry = setTimeout(send, 3000);
    } finally {
      sending = false;
      button.removeAttribute("aria-busy");
    }
  };
  keep.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  addEventListener("online", () => {
    if (!waiting.hidden) send();
  });
}
