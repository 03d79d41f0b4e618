// Zoom, drag and arrow keys of the stage graph. The picture's size is all that is changed, never a node: what the server
// renders into it meanwhile stays as it is.

const least = 0.2, most = 2.5, smallestFit = 0.6;

// Survives the hand-over from the first HTML to the circuit, and going to another tab and back.
const views = new Map();

class JobGraph extends HTMLElement {
  #stop = null;

  connectedCallback() {
    this.viewport = this.querySelector(".graph-viewport");
    this.svg = this.querySelector(".graph-picture");
    if (!this.svg) {
      // The element is announced before its content is there.
      requestAnimationFrame(() => this.isConnected && this.querySelector(".graph-picture") && this.connectedCallback());
      return;
    }

    this.#stop?.abort();
    this.#stop = new AbortController();
    const options = { signal: this.#stop.signal };
    this.addEventListener("click", (event) => this.#click(event), { ...options, capture: true });
    this.addEventListener("keydown", (event) => this.#key(event), options);
    this.viewport.addEventListener("wheel", (event) => this.#wheel(event), { ...options, passive: false });
    this.viewport.addEventListener("pointerdown", (event) => this.#down(event), options);
    this.viewport.addEventListener("dragstart", (event) => event.preventDefault(), options);
    this.viewport.addEventListener("scroll", () => this.#remember(), { ...options, passive: true });
    // A new stage changes the picture's natural size.
    const grown = new MutationObserver(() => this.#apply());
    grown.observe(this.svg, { attributes: true, attributeFilter: ["width", "height"] });
    // The panel beside it opens and closes: the picture keeps its size then, and what was chosen stays in sight.
    const sized = new ResizeObserver(() => this.#reveal(this.querySelector(".node-selected")));
    sized.observe(this.viewport);
    addEventListener("resize", () => this.#refit(), options);
    this.#stop.signal.addEventListener("abort", () => {
      grown.disconnect();
      sized.disconnect();
    });

    const view = views.get(this.dataset.view);
    this.zoom = view?.zoom ?? null;
    this.fitted = view?.fitted ?? this.#fit;
    this.#apply();
    if (view) this.viewport.scrollTo(view.left, view.top);
    else this.#start();
  }

  disconnectedCallback() {
    this.#stop?.abort();
  }

  get #width() {
    return Number(this.svg.getAttribute("width"));
  }

  get #height() {
    return Number(this.svg.getAttribute("height"));
  }

  get #fit() {
    return Math.max(smallestFit, Math.min(1, (this.viewport.clientWidth - 2) / Math.max(1, this.#width)));
  }

  // zoom is null while nobody has chosen one: then the picture is as it last fitted.
  get #zoom() {
    return this.zoom ?? this.fitted;
  }

  #refit() {
    this.fitted = this.#fit;
    this.#apply();
  }

  #apply() {
    const zoom = this.#zoom;
    this.svg.style.width = `${this.#width * zoom}px`;
    this.svg.style.height = `${this.#height * zoom}px`;
  }

  #zoomTo(zoom, x = this.viewport.clientWidth / 2, y = this.viewport.clientHeight / 2) {
    const before = this.#zoom;
    const after = Math.min(most, Math.max(least, zoom));
    const left = (this.viewport.scrollLeft + x) * after / before - x;
    const top = (this.viewport.scrollTop + y) * after / before - y;
    this.zoom = after;
    this.#apply();
    this.viewport.scrollTo(left, top);
    this.#remember();
  }

  #fitAll() {
    this.zoom = null;
    this.#refit();
    this.#remember();
  }

  #remember() {
    views.set(this.dataset.view, { zoom: this.zoom, fitted: this.fitted, left: this.viewport.scrollLeft, top: this.viewport.scrollTop });
    if (views.size > 50) views.delete(views.keys().next().value);
  }

  #click(event) {
    if (this.dragged) {
      // The end of a drag is not a choice.
      event.preventDefault();
      event.stopPropagation();
      this.dragged = false;
      return;
    }

    switch (event.target.closest("[data-zoom]")?.dataset.zoom) {
      case "in": return this.#zoomTo(this.#zoom * 1.25);
      case "out": return this.#zoomTo(this.#zoom / 1.25);
      case "fit": return this.#fitAll();
    }
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.viewport.getBoundingClientRect();
    this.#zoomTo(this.#zoom * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }

  // A finger scrolls by itself; the mouse drags.
  #down(event) {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    const from = { x: event.clientX, y: event.clientY, left: this.viewport.scrollLeft, top: this.viewport.scrollTop };
    this.dragged = false;
    const stop = new AbortController();
    const move = (at) => {
      const dx = at.clientX - from.x, dy = at.clientY - from.y;
      if (!this.dragged && Math.abs(dx) + Math.abs(dy) < 5) return;
      this.dragged = true;
      this.viewport.classList.add("is-dragging");
      this.viewport.scrollTo(from.left - dx, from.top - dy);
    };
    const end = (at) => {
      stop.abort();
      this.viewport.classList.remove("is-dragging");
      // A drag that ends outside makes no click that could be swallowed.
      if (!this.contains(at.target)) this.dragged = false;
    };
    addEventListener("pointermove", move, { signal: stop.signal });
    addEventListener("pointerup", end, { signal: stop.signal });
    addEventListener("pointercancel", end, { signal: stop.signal });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const zoom = this.#zoom;
    const action = { "+": () => this.#zoomTo(zoom * 1.25), "=": () => this.#zoomTo(zoom * 1.25), "-": () => this.#zoomTo(zoom / 1.25), 0: () => this.#fitAll() }[event.key];
    if (action) {
      event.preventDefault();
      return action();
    }

    const node = event.target.closest(".node");
    const next = node && this.#neighbour(node, event.key);
    if (next) {
      event.preventDefault();
      next.focus({ preventScroll: true });
      this.#reveal(next);
    }
  }

  #neighbour(node, key) {
    const path = node.dataset.stage;
    const edges = [...this.querySelectorAll(".edge:not(.edge-loop)")];
    const find = (other) => [...this.querySelectorAll(".node")].find((candidate) => candidate.dataset.stage === other);
    const y = (element) => Number(element.dataset.y);
    switch (key) {
      case "ArrowLeft": return find(edges.find((edge) => edge.dataset.to === path)?.dataset.from);
      case "ArrowRight": return find(edges.find((edge) => edge.dataset.from === path)?.dataset.to);
      case "ArrowUp":
      case "ArrowDown": {
        const column = [...this.querySelectorAll(".node")].filter((other) => other.dataset.x === node.dataset.x).sort((a, b) => y(a) - y(b));
        return column[column.indexOf(node) + (key === "ArrowDown" ? 1 : -1)];
      }
    }
  }

  // The root may stand in the middle of a tall picture.
  #start() {
    const root = this.querySelector(".node")?.getBoundingClientRect(), view = this.viewport.getBoundingClientRect();
    if (root) this.viewport.scrollBy(0, (root.top + root.bottom - view.top - view.bottom) / 2);
    this.#reveal(this.querySelector(".node-selected"));
  }

  #reveal(node) {
    if (!node) return;
    const box = node.getBoundingClientRect(), view = this.viewport.getBoundingClientRect();
    const shift = (start, end, from, to) => (start < from + 16 ? start - from - 16 : end > to - 16 ? end - to + 16 : 0);
    this.viewport.scrollBy(shift(box.left, box.right, view.left, view.right), shift(box.top, box.bottom, view.top, view.bottom));
  }
}

customElements.define("job-graph", JobGraph);
