// Runs before the first paint, so that what was chosen never flashes.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  document.documentElement.toggleAttribute("data-strip-closed", localStorage.getItem("strip") === "closed");
} catch { /* storage may be forbidden: the system's theme is used */ }
