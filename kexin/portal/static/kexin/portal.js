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
