// Passkeys: fetches or reads the server's options, lets the browser make or show a credential, sends the form.
(() => {
  const options = async (form) => {
    const data = document.getElementById("js_data");
    if (data) return JSON.parse(data.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok) throw new Error(`no options: ${answer.status}`);
    return answer.json();
  };
  const make = async (form) => {
    const given = (await options(form)).creation_options;
    const alone = form.querySelector("[name=passwordless]")?.checked;
    Object.assign(given.publicKey.authenticatorSelection, alone
      ? { residentKey: "required", requireResidentKey: true, userVerification: "required" }
      : { residentKey: "discouraged", requireResidentKey: false });
    return window.webauthnJSON.create(given);
  };
  const show = async (form) => window.webauthnJSON.get((await options(form)).request_options);
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const said = document.querySelector("[data-passkey-error]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (said) said.hidden = true;
      try {
        const credential = form.dataset.passkey === "create" ? await make(form) : await show(form);
        form.querySelector("[name=credential]").value = JSON.stringify(credential);
        form.submit(); // past this listener, and past the one that guards against sending twice
      } catch {
        if (said) said.hidden = false;
      }
    }, true);
  });
})();
