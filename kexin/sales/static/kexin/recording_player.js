// Playing a recording for its inspection: nodes jump to their second, and a fault takes the second that is playing.
const player = document.querySelector("[data-player]");
if (player) {
  const second = document.querySelector("[data-second-field]");
  // A recording made in the browser does not say how long it is until its end was looked for.
  const measure = () => {
    if (player.duration !== Infinity) return;
    const back = () => {
      if (!Number.isFinite(player.duration)) return;
      player.removeEventListener("durationchange", back);
      player.currentTime = 0;
    };
    player.addEventListener("durationchange", back);
    player.currentTime = 1e7;
  };
  if (player.readyState > 0) measure();
  else player.addEventListener("loadedmetadata", measure, { once: true });
  const problem = () => { document.querySelector("[data-player-problem]").hidden = false; };
  if (player.error) problem();
  player.addEventListener("error", problem);
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => {
      player.currentTime = Number(button.dataset.jump);
      player.play().catch(() => {});
    });
  }
  document.querySelector("[data-take-second]")?.addEventListener("click", () => {
    second.value = (Math.floor(player.currentTime * 10) / 10).toFixed(1);
    second.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const marks = [...document.querySelectorAll("[data-from]")];
  player.addEventListener("timeupdate", () => {
    for (const each of marks) {
      const on = player.currentTime >= Number(each.dataset.from) && player.currentTime < Number(each.dataset.to);
      each.classList.toggle("on", on);
    }
  });
}
