// Runs before the first paint: a reader who chose "auto" gets the system's light or dark without a flash.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const draw = () => {
    const chosen = root.dataset.theme || "auto";
    root.dataset.bsTheme = chosen === "auto" ? (system.matches ? "dark" : "light") : chosen;
  };
  draw();
  system.addEventListener("change", draw);
})();
