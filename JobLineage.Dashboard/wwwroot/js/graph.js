// Zoom and drag of the stage graph, and what holds its parts together. All of it happens in the browser, and goes on when the server is
// away; the server is told what is looked at once it rests.

import { GraphArrange } from "./graph-arrange.js";
import { EdgeCard } from "./graph-card.js";
import { GraphKeys } from "./graph-keys.js";
import { GraphMap } from "./graph-map.js";

const least = 0.2, most = 2.5, smallestFit = 0.6, rest = 500;

// Survives the hand-over from the first HTML to the circuit, and going to another tab and back.
const views = new Map();

class JobGraph extends HTMLElement {
  #stop = null;
  #anchor = null;
  #jump = null;
  #resting = 0;
  #seen = null;
  #isHeld = false;

  connectedCallback() {
    this.viewport = this.querySelector(".graph-viewport");
    this.svg = this.querySelector(".graph-picture");
    if (!this.svg || !this.querySelector(".graph-card")) {
      // The element is announced before its content is there.
      requestAnimationFrame(() => this.isConnected && this.querySelector(".graph-card") && this.connectedCallback());
      return;
    }

    this.#stop?.abort();
    this.#stop = new AbortController();
    const options = { signal: this.#stop.signal };
    this.map = new GraphMap(this, options.signal);
    this.card = new EdgeCard(this, options.signal);
    // Before the view: it may make the picture larger.
    this.arrange = new GraphArrange(this, options.signal);
    this.keys = new GraphKeys(this, options.signal);
    this.addEventListener("click", (event) => this.#click(event), { ...options, capture: true });
    this.viewport.addEventListener("wheel", (event) => this.#wheel(event), { ...options, passive: false });
    this.viewport.addEventListener("pointerdown", (event) => this.#down(event), options);
    this.viewport.addEventListener("dragstart", (event) => event.preventDefault(), options);
    this.viewport.addEventListener("scroll", () => this.#remember(), { ...options, passive: true });
    // New stages change the picture's natural size, and a chosen one comes into sight.
    const changed = new MutationObserver(() => this.#settle());
    changed.observe(this.svg, { subtree: true, childList: true, attributes: true, attributeFilter: ["width", "height", "data-x", "data-y", "class"] });
    const jumped = new MutationObserver(() => {
      this.#jump = this.dataset.jump;
      this.#settle();
    });
    jumped.observe(this, { attributes: true, attributeFilter: ["data-jump"] });
    // The panel beside it opens and closes: the picture keeps its size then, and what was chosen stays in sight.
    const sized = new ResizeObserver(() => {
      this.reveal(this.querySelector(".node-selected"));
      this.map.draw();
    });
    sized.observe(this.viewport);
    addEventListener("resize", () => this.#refit(), options);
    this.addEventListener("pointerdown", () => (this.#isHeld = true), { ...options, capture: true });
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, () => {
        if (this.#isHeld) this.#rest();
        this.#isHeld = false;
      }, { ...options, capture: true });
    }

    this.#stop.signal.addEventListener("abort", () => {
      clearTimeout(this.#resting);
      changed.disconnect();
      jumped.disconnect();
      sized.disconnect();
    });

    const view = views.get(this.dataset.view);
    this.zoom = view?.zoom ?? null;
    this.fitted = view?.fitted ?? this.#fit;
    this.#apply();
    if (view) this.viewport.scrollTo(view.left, view.top);
    else this.#start();
    this.#seen = this.#view;
    this.map.draw();
  }

  disconnectedCallback() {
    this.#stop?.abort();
  }

  node(path) {
    return this.nodes.find((node) => node.dataset.stage === path);
  }

  get nodes() {
    return [...this.svg.querySelectorAll(".node")];
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
  get scale() {
    return this.zoom ?? this.fitted;
  }

  #refit() {
    this.fitted = this.#fit;
    this.#apply();
    this.map.draw();
  }

  #apply() {
    this.svg.style.width = `${this.#width * this.scale}px`;
    this.svg.style.height = `${this.#height * this.scale}px`;
  }

  zoomBy(factor, x = this.viewport.clientWidth / 2, y = this.viewport.clientHeight / 2) {
    const before = this.scale;
    const after = Math.min(most, Math.max(least, before * factor));
    const left = (this.viewport.scrollLeft + x) * after / before - x;
    const top = (this.viewport.scrollTop + y) * after / before - y;
    this.zoom = after;
    this.#apply();
    this.viewport.scrollTo(left, top);
    this.#remember();
    this.map.draw();
  }

  fitAll() {
    this.zoom = null;
    this.#refit();
    this.#remember();
  }

  #remember() {
    views.set(this.dataset.view, { zoom: this.zoom, fitted: this.fitted, left: this.viewport.scrollLeft, top: this.viewport.scrollTop });
    if (views.size > 50) views.delete(views.keys().next().value);
    this.#rest();
  }

  get #view() {
    return `${Math.round(this.viewport.scrollLeft)} ${Math.round(this.viewport.scrollTop)} ${this.scale.toFixed(3)}`;
  }

  // Whether the server knows what is looked at.
  get isTold() {
    return this.#seen === this.#view;
  }

  #rest() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#tell(), rest);
  }

  // Once, when it rests: not while somebody drags, however slowly.
  #tell() {
    if (this.#isHeld || this.isTold) return;
    this.#seen = this.#view;
    const told = this.querySelector(".graph-seen");
    told.value = this.#seen;
    told.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #click(event) {
    if (this.dragged) {
      // The end of a drag is not a choice.
      event.preventDefault();
      event.stopPropagation();
      this.dragged = false;
      return;
    }

    const fold = event.target.closest("[data-fold]");
    if (fold) this.#hold(this.node(fold.dataset.fold));
    if (event.target.closest("[data-fold-all]")) this.#hold(this.nodes[0]);
    switch (event.target.closest("[data-zoom]")?.dataset.zoom) {
      case "in": return this.zoomBy(1.25);
      case "out": return this.zoomBy(1 / 1.25);
      case "fit": return this.fitAll();
    }
  }

  // What is closed or opened stays under the mouse, wherever it stands in the new picture.
  #hold(node) {
    if (!node) return;
    const box = node.getBoundingClientRect();
    const anchor = { path: node.dataset.stage, x: node.dataset.x, y: node.dataset.y, left: box.left, top: box.top };
    this.#anchor = anchor;
    setTimeout(() => this.#anchor === anchor && (this.#anchor = null), 3000);
  }

  // The server has changed the picture.
  #settle() {
    this.#apply();
    if (this.#anchor) {
      const node = this.node(this.#anchor.path);
      const box = node?.getBoundingClientRect();
      if (box) this.viewport.scrollBy(box.left - this.#anchor.left, box.top - this.#anchor.top);
    }

    const found = this.#jump && this.node(this.#jump.slice(this.#jump.indexOf(" ") + 1));
    if (found) {
      this.#jump = null;
      this.#anchor = null;
      this.reveal(found);
    }

    this.keys.rove();
    this.map.drawSoon();
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.viewport.getBoundingClientRect();
    this.zoomBy(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }

  // A finger scrolls by itself; the mouse drags.
  #down(event) {
    if (event.pointerType !== "mouse" || event.button !== 0 || (this.arrange.isOn && event.target.closest(".node, .fold"))) return;
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

  // The root may stand in the middle of a tall picture.
  #start() {
    const root = this.querySelector(".node")?.getBoundingClientRect(), view = this.viewport.getBoundingClientRect();
    if (root) this.viewport.scrollBy(0, (root.top + root.bottom - view.top - view.bottom) / 2);
    this.reveal(this.querySelector(".node-selected"));
  }

  reveal(node) {
    if (!node) return;
    const box = node.getBoundingClientRect(), view = this.viewport.getBoundingClientRect();
    const shift = (start, end, from, to) => (start < from + 16 ? start - from - 16 : end > to - 16 ? end - to + 16 : 0);
    this.viewport.scrollBy(shift(box.left, box.right, view.left, view.right), shift(box.top, box.bottom, view.top, view.bottom));
  }
}

customElements.define("job-graph", JobGraph);
