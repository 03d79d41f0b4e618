// Ctrl-K opens the search from everywhere, whatever is typed into; its list is gone through with arrows. The server finds and renders; here is only which one is meant.

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!document.querySelector(".mud-dialog")) document.querySelector("[data-search]")?.click();
    return;
  }

  if (event.target.id !== "find-all" || event.isComposing) return;
  const options = [...document.querySelectorAll("#find-results [role=option]")];
  const at = options.findIndex((option) => option.getAttribute("data-meant") !== null);
  switch (event.key) {
    case "ArrowDown":
    case "ArrowUp": {
      event.preventDefault();
      if (options.length === 0) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      return mean(options, at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length);
    }
    case "Enter":
      event.preventDefault();
      return options[Math.max(0, at)]?.querySelector("a")?.click();
  }
}, true);

// The dialog comes with the server's answer: its box has the focus then.
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) {
      const box = node instanceof Element && (node.id === "find-all" ? node : node.querySelector("#find-all"));
      if (box) requestAnimationFrame(() => box.focus());
    }
  }
}).observe(document.body, { childList: true, subtree: true });

// An attribute of its own: the server does not render it, and so does not take it away.
function mean(options, at) {
  for (const [place, option] of options.entries()) {
    option.toggleAttribute("data-meant", place === at);
    option.setAttribute("aria-selected", String(place === at));
  }
  document.getElementById("find-all")?.setAttribute("aria-activedescendant", options[at].id);
  options[at].scrollIntoView({ block: "nearest" });
}

// Another text has another list: nothing in it is meant yet.
document.addEventListener("input", (event) => {
  if (event.target.id !== "find-all") return;
  for (const option of document.querySelectorAll("[data-meant]")) {
    option.removeAttribute("data-meant");
    option.setAttribute("aria-selected", "false");
  }
  event.target.removeAttribute("aria-activedescendant");
});

// A dialog without a first field gives the focus to a frame of its own, some moments later: that passes it on.
document.addEventListener("focusin", (event) => {
  const { target } = event;
  if (target instanceof Element && target.matches(".search-dialog .pointer-events-none")) document.getElementById("find-all")?.focus();
});
