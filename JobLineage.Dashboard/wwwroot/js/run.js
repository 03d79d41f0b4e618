// The parts of a run's page that point at each other: a finding marks its stages, a chosen span of time fades the stages in which nothing happened, and the strip below lets a
// span be drawn. Only attributes that the server does not render are written.

function mark(paths) {
  const wanted = new Set(paths ?? []);
  for (const element of document.querySelectorAll("[data-page=run] [data-stage]")) element.toggleAttribute("data-marked", wanted.has(element.dataset.stage));
}

const pathsOf = (target) => {
  const card = target instanceof Element && target.closest("[data-marks]");
  return card ? JSON.parse(card.dataset.marks) : null;
};

let marked = null;
function point(target) {
  const card = target instanceof Element ? target.closest("[data-marks]") : null;
  if (card === marked) return;
  marked = card;
  mark(pathsOf(target));
}

document.addEventListener("pointerover", (event) => point(event.target));
document.addEventListener("focusin", (event) => point(event.target));

// The strip is folded by choice, and that is kept: theme.js puts the attribute on before the first paint.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-strip-toggle]")) return;
  const isClosed = document.documentElement.toggleAttribute("data-strip-closed");
  try {
    localStorage.setItem("strip", isClosed ? "closed" : "open");
  } catch { /* storage may be forbidden: it lasts as long as the page */ }
});

class RunStrip extends HTMLElement {
  #stop = null;
  #drawn = null;

  connectedCallback() {
    this.#stop = new AbortController();
    const options = { signal: this.#stop.signal };
    this.addEventListener("pointerdown", (event) => this.#down(event), options);
    this.addEventListener("keydown", (event) => this.#key(event), options);
    const observer = new MutationObserver(() => this.#fade());
    observer.observe(this, { attributes: true, attributeFilter: ["data-active"] });
    this.#stop.signal.addEventListener("abort", () => observer.disconnect());
    this.#fade();
  }

  disconnectedCallback() {
    this.#stop?.abort();
    fade(null);
  }

  get #from() {
    return Number(this.dataset.from);
  }

  get #to() {
    return Number(this.dataset.to);
  }

  #fade() {
    fade(this.dataset.active ? new Set(JSON.parse(this.dataset.active)) : null);
  }

  #down(event) {
    if (event.button !== 0) return;
    const box = this.getBoundingClientRect();
    const share = (at) => Math.min(1, Math.max(0, (at.clientX - box.left) / box.width));
    const first = share(event);
    const stop = new AbortController();
    addEventListener("pointermove", (at) => this.#draw(Math.min(first, share(at)), Math.max(first, share(at))), { signal: stop.signal });
    const end = (at) => {
      stop.abort();
      this.#drawn = null;
      const last = share(at);
      this.#draw(0, 0);
      // A click without a drag ends what was chosen.
      this.#ask(Math.abs(last - first) * box.width < 4 ? null : [Math.min(first, last), Math.max(first, last)]);
    };
    addEventListener("pointerup", end, { signal: stop.signal });
    addEventListener("pointercancel", () => {
      stop.abort();
      this.#draw(0, 0);
    }, { signal: stop.signal });
  }

  #draw(first, last) {
    const brush = this.querySelector(".brush-drawn");
    brush.hidden = first === last;
    brush.style.left = `${first * 100}%`;
    brush.style.right = `${100 - last * 100}%`;
  }

  // Arrows move a span of an eighth, with Shift its end; Enter takes it, Escape gives it up.
  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      const by = step / Number(this.dataset.steps);
      const [first, last] = this.#drawn ?? [0.4375, 0.5625];
      this.#drawn = event.shiftKey ? [first, Math.min(1, Math.max(first + Math.abs(by), last + by))] : first + by < 0 || last + by > 1 ? [first, last] : [first + by, last + by];
      this.#draw(...this.#drawn);
    } else if (event.key === "Enter" && this.#drawn) {
      event.preventDefault();
      const drawn = this.#drawn;
      this.#drawn = null;
      this.#draw(0, 0);
      this.#ask(drawn);
    } else if (event.key === "Escape") {
      this.#draw(0, 0);
      if (!this.#drawn) this.#ask(null);
      this.#drawn = null;
    }
  }

  #ask(span) {
    const ask = this.querySelector(".strip-ask");
    const at = (share) => Math.round(this.#from + (this.#to - this.#from) * share);
    const value = span ? `${at(span[0])} ${at(span[1])}` : "";
    if (!span && !this.dataset.active) return;
    ask.value = value;
    ask.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function fade(active) {
  for (const element of document.querySelectorAll("job-graph [data-stage]")) element.toggleAttribute("data-faded", active !== null && !active.has(element.dataset.stage));
}

customElements.define("run-strip", RunStrip);

// Nodes come and go while a span is chosen.
new MutationObserver((changes) => {
  if (changes.some((change) => [...change.addedNodes].some((node) => node instanceof Element && (node.matches("[data-stage]") || node.querySelector?.("[data-stage]"))))) {
    const strip = document.querySelector("run-strip");
    if (strip?.dataset.active) fade(new Set(JSON.parse(strip.dataset.active)));
  }
}).observe(document.body, { childList: true, subtree: true });
