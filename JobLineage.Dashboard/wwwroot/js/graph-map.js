// The small picture of a graph that is larger than what is seen of it. It is drawn from the nodes that are there: the
// server sends nothing for it. With keys the same is reached by the arrows on nodes, or on the viewport, which scrolls.

const svgSpace = "http://www.w3.org/2000/svg", widest = 190, highest = 150, nodeWidth = 280, nodeHeight = 92;

export class GraphMap {
  #graph;
  #place;
  #view = null;
  #soon = 0;

  constructor(graph, signal) {
    this.#graph = graph;
    this.#place = graph.querySelector(".graph-map");
    this.#place.replaceChildren();
    this.#place.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    graph.viewport.addEventListener("scroll", () => this.#follow(), { signal, passive: true });
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#soon));
  }

  drawSoon() {
    cancelAnimationFrame(this.#soon);
    this.#soon = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const { viewport, svg, nodes } = this.#graph;
    const width = Number(svg.getAttribute("width")), height = Number(svg.getAttribute("height"));
    const scale = this.#graph.scale;
    const isLarger = width * scale > viewport.clientWidth + 40 || height * scale > viewport.clientHeight + 40;
    this.#view = null;
    if (!isLarger || nodes.length < 2) {
      this.#place.replaceChildren();
      return;
    }

    const ratio = Math.min(widest / width, highest / height) * (innerWidth < 720 ? 0.65 : 1);
    const map = make("svg", { viewBox: `0 0 ${width} ${height}`, width: Math.max(28, Math.round(width * ratio)), height: Math.max(28, Math.round(height * ratio)) });
    for (const node of nodes) {
      const look = [...node.classList].find((name) => name.startsWith("state-"))
        ?? [...(this.#hides(node.dataset.stage)?.classList ?? [])].find((name) => name.startsWith("state-"));
      const kind = node.classList.contains("node-selected") ? "map-selected" : look ? `map-bad ${look}` : "map-node";
      map.append(make("rect", { class: kind, x: node.dataset.x, y: node.dataset.y, width: nodeWidth, height: nodeHeight }));
    }

    this.#view = make("rect", { class: "map-view" });
    map.append(this.#view);
    this.#place.replaceChildren(map);
    this.#follow();
  }

  #hides(path) {
    return [...this.#graph.svg.querySelectorAll(".fold-bad")].find((fold) => fold.dataset.fold === path);
  }

  #follow() {
    if (!this.#view) return;
    const { viewport, scale } = this.#graph;
    const box = { x: viewport.scrollLeft / scale, y: viewport.scrollTop / scale, width: viewport.clientWidth / scale, height: viewport.clientHeight / scale };
    for (const [name, value] of Object.entries(box)) this.#view.setAttribute(name, String(Math.round(value)));
  }

  #down(event) {
    if (!this.#view || event.button > 0) return;
    event.preventDefault();
    const stop = new AbortController();
    const move = (at) => {
      const { viewport, scale, svg } = this.#graph;
      const map = this.#place.firstElementChild?.getBoundingClientRect();
      if (!map) return;
      viewport.scrollTo(
        (at.clientX - map.left) / map.width * Number(svg.getAttribute("width")) * scale - viewport.clientWidth / 2,
        (at.clientY - map.top) / map.height * Number(svg.getAttribute("height")) * scale - viewport.clientHeight / 2);
    };
    move(event);
    addEventListener("pointermove", move, { signal: stop.signal });
    addEventListener("pointerup", () => stop.abort(), { signal: stop.signal });
    addEventListener("pointercancel", () => stop.abort(), { signal: stop.signal });
  }
}

function make(name, attributes) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
