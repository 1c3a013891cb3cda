// One tap copies a prepared phrase, to be put into an answer or a message.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no secure context, or the browser refuses: the old way
    const box = document.createElement("textarea");
    box.value = text;
    box.style.position = "fixed";
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy-phrase]");
  if (!button) return;
  await copy(button.closest("details").querySelector("[data-phrase]").innerText.trim());
  const label = button.querySelector("span");
  const before = label.textContent;
  if (before === button.dataset.done) return;
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 2000);
  button.focus();
});
