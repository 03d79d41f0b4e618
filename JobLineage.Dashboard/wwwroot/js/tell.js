// The tab says how its run stands: the icon by the state, and a notification where somebody asked for one.

const colours = { "▶": "#1f6bc4", "⧗": "#b04a00", "✗": "#bf2222", "✓": "#17795a" };
const icon = document.querySelector("link[rel=icon]");
const plain = icon?.href;

function paint() {
  if (!icon) return;
  const mark = document.title[0];
  const colour = colours[mark];
  const drawing = colour && `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${colour}"/><text x="16" y="23" font-size="20" text-anchor="middle" fill="#fff" font-family="sans-serif">${mark}</text></svg>`;
  const href = colour ? `data:image/svg+xml,${encodeURIComponent(drawing)}` : plain;
  if (icon.href !== href) icon.href = href;
}

// The title's element is another after a navigation.
new MutationObserver(paint).observe(document.head, { childList: true, subtree: true, characterData: true });
paint();

// Runs that somebody wants to hear of, as long as the tab is open.
const asked = new Map();
const words = { finished: "has finished", failed: "has failed", failing: "has failures", stuck: "is stuck" };

const shown = () => document.querySelector("[data-page=run]");
const key = () => location.pathname;

document.addEventListener("click", async (event) => {
  const run = shown();
  if (!event.target.closest("[data-tell-me]") || !run) return;
  if (!("Notification" in window)) return say("This browser has no notifications.");
  const answer = Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
  if (answer !== "granted") return say("The browser does not allow notifications for this page.");
  asked.set(key(), run.dataset.stateOfRun);
  say("You will be told, as long as this tab is open.");
});

// What the snackbar of the page would say, without asking the server.
function say(text) {
  const line = document.getElementById("told");
  if (!line) return;
  line.textContent = text;
  line.hidden = false;
  setTimeout(() => (line.hidden = true), 5000);
}

function look() {
  const run = shown();
  const before = run && asked.get(key());
  const now = run?.dataset.stateOfRun;
  if (!before || before === now) return;
  asked.set(key(), now);
  if (!(now in words)) return;
  const note = new Notification(`${run.dataset.name} ${run.dataset.root} ${words[now]}`, { tag: key() });
  note.addEventListener("click", () => window.focus());
  if (now === "finished" || now === "failed") asked.delete(key());
}

new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-state-of-run"] });
