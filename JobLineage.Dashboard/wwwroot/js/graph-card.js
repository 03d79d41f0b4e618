// Asks for an edge's card when somebody looks at the edge, and puts it where it is seen whole. What stands in it comes
// from the server.

const rest = 180, leave = 350;

export class EdgeCard {
  #graph;
  #place;
  #ask;
  #edge = null;
  #at = null;
  #isHeld = false;
  #enters = false;
  #timer = 0;

  constructor(graph, signal) {
    this.#graph = graph;
    this.#place = graph.querySelector(".graph-card");
    this.#ask = graph.querySelector(".graph-ask");
    const options = { signal };
    graph.svg.addEventListener("pointerover", (event) => this.#over(event), options);
    graph.svg.addEventListener("pointerout", (event) => event.target.closest(".edge") && this.#leaveSoon(), options);
    graph.svg.addEventListener("click", (event) => {
      const edge = event.target.closest(".edge");
      if (edge) this.#open(edge, true, { x: event.clientX, y: event.clientY });
    }, options);
    graph.addEventListener("focusin", (event) => this.#focused(event.target), options);
    this.#place.addEventListener("pointerenter", () => clearTimeout(this.#timer), options);
    this.#place.addEventListener("pointerleave", () => this.#leaveSoon(), options);
    this.#place.addEventListener("click", (event) => event.target.closest("[data-card-close]") && this.close(true), options);
    document.addEventListener("pointerdown", (event) => {
      if (this.isOpen && !event.target.closest(".edge, .graph-card")) this.close(false);
    }, options);
    graph.viewport.addEventListener("scroll", () => !this.#isHeld && this.isOpen && this.close(false), { ...options, passive: true });
    const filled = new MutationObserver(() => this.#settle());
    filled.observe(this.#place, { childList: true, subtree: true });
    signal.addEventListener("abort", () => {
      filled.disconnect();
      clearTimeout(this.#timer);
    });
  }

  get isOpen() {
    return this.#edge !== null;
  }

  // With Enter: into the card.
  enter(edge) {
    this.#enters = true;
    this.#open(edge, true);
    this.#settle();
  }

  close(isByHand) {
    clearTimeout(this.#timer);
    const edge = this.#edge;
    if (isByHand && this.#place.contains(document.activeElement)) edge?.focus({ preventScroll: true });
    this.#edge = null;
    this.#isHeld = this.#enters = false;
    this.#tell("");
  }

  #over(event) {
    const edge = event.target.closest(".edge");
    if (!edge || event.pointerType !== "mouse" || event.buttons > 0) return;
    clearTimeout(this.#timer);
    if (edge === this.#edge || this.#isHeld) return;
    const at = { x: event.clientX, y: event.clientY };
    this.#timer = setTimeout(() => this.#open(edge, false, at), rest);
  }

  #leaveSoon() {
    clearTimeout(this.#timer);
    if (!this.#isHeld) this.#timer = setTimeout(() => this.close(false), leave);
  }

  #focused(target) {
    const edge = target.closest(".edge");
    if (edge) {
      if (edge !== this.#edge && edge.matches(":focus-visible")) this.#open(edge, true);
    } else if (this.isOpen && this.#isHeld && !this.#place.contains(target)) {
      this.close(false);
    }
  }

  #open(edge, isHeld, at = null) {
    clearTimeout(this.#timer);
    const label = (edge.querySelector(".edge-label") ?? edge).getBoundingClientRect();
    this.#edge = edge;
    this.#at = at ?? { x: (label.left + label.right) / 2, y: label.bottom };
    this.#isHeld ||= isHeld;
    this.#tell(edge.dataset.edge);
  }

  #tell(id) {
    if (this.#ask.value === id && id === "") return;
    this.#ask.value = id;
    this.#ask.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Below what is pointed at, or above it where there is no room; never over the edge of the window.
  #settle() {
    const card = this.#place.firstElementChild;
    if (!card || !this.#at) return;
    const { width, height } = card.getBoundingClientRect(), margin = 8, away = 14;
    const left = Math.min(Math.max(margin, this.#at.x - width / 2), innerWidth - width - margin);
    const below = this.#at.y + away;
    const top = below + height + margin <= innerHeight ? below : Math.max(margin, this.#at.y - away - height);
    this.#place.style.left = `${Math.max(margin, left)}px`;
    this.#place.style.top = `${Math.max(margin, Math.min(top, innerHeight - height - margin))}px`;
    if (this.#enters) {
      this.#enters = false;
      card.focus({ preventScroll: true });
    }
  }
}
