// What needs no server: keys, theme, relative times, the reconnect bar.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector(".mud-dialog, .mud-popover-open")) return;
  switch (event.key) {
    case "/": return act(event, () => document.getElementById("search")?.select());
    case "?": return act(event, showKeys);
    case "j": return act(event, () => moveRow(1));
    case "k": return act(event, () => moveRow(-1));
    default: {
      const link = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
      return link && act(event, () => link.click());
    }
  }
});

function act(event, action) {
  event.preventDefault();
  action();
}

// What had the focus in a dialog may be gone, and the dialog hears keys within it alone.
document.addEventListener("keydown", (event) => {
  const inside = [...document.querySelectorAll(".mud-dialog-content")].at(-1);
  if (event.key !== "Escape" || !inside || event.target.closest?.(".mud-dialog")) return;
  inside.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", code: "Escape", bubbles: true, cancelable: true }));
});

function moveRow(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next].focus({ preventScroll: true });
  rows[next].scrollIntoView({ block: "nearest" });
}

function showKeys() {
  document.querySelector("[data-keys]")?.click();
}

// What is found is worked with keys again, so the box lets go of them.
document.addEventListener("submit", (event) => {
  if (event.target.matches(".find")) document.getElementById("search").blur();
});

// Theme: automatic, light, dark; remembered.

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch { /* storage may be forbidden: it lasts as long as the page */ }
}

// Times in UTC or in the browser's zone: the server writes them, so it is told by a cookie.
function setTimes(times) {
  const zone = times === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : "utc";
  document.cookie = `times=${encodeURIComponent(zone)};path=${new URL(document.baseURI).pathname};max-age=31536000;samesite=lax`;
  location.reload();
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-set-theme]");
  if (theme) setTheme(theme.dataset.setTheme);
  const times = event.target.closest("[data-set-times]");
  if (times) setTimes(times.dataset.setTimes);
  if (event.target.closest("[data-reconnect]")) reconnect();
});

// Copies a text that the server has made. Outside of https and localhost there is no clipboard but the old one.

window.jobLineageCopy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
};

// A link that changes the view of the page, and not the page, leaves the page where it is: the router would scroll it to
// its top with the next rendering. The scroll event comes before that is painted.

document.addEventListener("click", (event) => {
  const y = scrollY;
  if (y === 0 || !event.target.closest("a[data-stay]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const stop = new AbortController();
  addEventListener("scroll", () => {
    stop.abort();
    if (scrollY === 0) scrollTo(0, y);
  }, { signal: stop.signal });
  setTimeout(() => stop.abort(), 2000);
}, true);

// And one that leads to another page of the same list leads to its head: the router leaves it where it is while only the query changes.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]:not([data-stay], [download], [target])");
  if (!(link instanceof HTMLAnchorElement) || scrollY === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.origin !== location.origin || link.pathname !== location.pathname || link.hash || link.search === location.search) return;
  const before = location.href;
  const shown = new MutationObserver(() => {
    if (location.href === before) return;
    shown.disconnect();
    scrollTo(0, 0);
  });
  shown.observe(document.getElementById("main"), { childList: true, subtree: true, characterData: true, attributes: true });
  setTimeout(() => shown.disconnect(), 5000);
}, true);

// Relative times go on between updates, by the server's clock. The words are those of Show.Ago.

const skew = Number(document.documentElement.dataset.now) - (performance.timeOrigin + performance.now());

function ago(time, now) {
  const seconds = Math.floor(Math.abs(now - time) / 1000);
  if (seconds < 1) return "now";
  const text = seconds < 60 ? `${seconds} s`
    : seconds < 3600 ? `${Math.floor(seconds / 60)} min`
    : seconds < 172800 ? `${Math.floor(seconds / 3600)} h`
    : `${Math.floor(seconds / 86400)} d`;
  return time > now ? `in ${text}` : `${text} ago`;
}

// The text node is changed, not replaced: it belongs to the renderer.
function setText(element, text) {
  if (element.firstChild && element.firstChild.nodeValue !== text) element.firstChild.nodeValue = text;
}

// The words of Show.Duration.
function duration(seconds) {
  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  return seconds < 60 ? `${Math.floor(seconds)} s`
    : seconds < 3600 ? `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
    : seconds < 172800 ? `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} min`
    : `${Math.floor(seconds / 86400)} d ${two((seconds % 86400) / 3600)} h`;
}

// Where the data stands still, time does: a duration that went on would look like news.
const stands = () => document.querySelector('[data-clock="stopped"], #components-reconnect-modal:is(.components-reconnect-show, .components-reconnect-failed, .components-reconnect-rejected)');

setInterval(() => {
  if (document.hidden || stands()) return;
  const now = Date.now() + skew;
  for (const element of document.querySelectorAll("[data-since]")) setText(element, duration(Math.max(0, now - Date.parse(element.dataset.since)) / 1000));
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const time = Date.parse(element.dateTime);
    // What has happened is never ahead, whatever clock said when; only what is due may be.
    setText(element, ago(element.dataset.ago === "ahead" ? time : Math.min(time, now), now));
  }
}, 5000);

// The connection. The server sends a heartbeat every four seconds (JobLineageUi); when none has come for ten the network is gone,
// whatever the operating system still believes, and the page says so.

Blazor.start({ circuit: { configureSignalR: (builder) => builder.withServerTimeout(10_000) } });

// The connection: come back by oneself when the network or the tab does.

const modal = document.getElementById("components-reconnect-modal");

async function reconnect() {
  try {
    if (!(await Blazor.reconnect())) location.reload();
  } catch { /* still away: the bar stays */ }
}

// Who has signed out, in another tab or at another replica, is not to leave what was seen on the screen.
async function leaveIfSignedOut() {
  if (!("session" in document.documentElement.dataset)) return;
  try {
    // The form is shown to who is not signed in; everybody else is led away from it.
    const answer = await fetch("login", { method: "HEAD", redirect: "manual", cache: "no-store" });
    if (answer.status === 200) location.reload();
  } catch { /* the server is away: the bar says so */ }
}

function retryIfFailed() {
  if (!document.hidden && modal?.classList.contains("components-reconnect-failed")) reconnect();
}

if (modal) {
  addEventListener("online", retryIfFailed);
  document.addEventListener("visibilitychange", retryIfFailed);
  setInterval(retryIfFailed, 15000);
  new MutationObserver(() => {
    // The circuit is gone for good, as after a restart. The address is the whole view, so a reload loses nothing.
    if (modal.classList.contains("components-reconnect-rejected")) location.reload();
    if (modal.classList.contains("components-reconnect-show") || modal.classList.contains("components-reconnect-failed")) leaveIfSignedOut();
  }).observe(modal, { attributes: true, attributeFilter: ["class"] });
}
