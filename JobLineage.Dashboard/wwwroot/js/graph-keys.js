// Keys of the stage graph. One node, and one edge, is on the way of Tab; the arrows do the rest.

export class GraphKeys {
  #graph;
  #node = null;
  #edge = null;

  constructor(graph, signal) {
    this.#graph = graph;
    this.search = graph.querySelector(".graph-search");
    graph.addEventListener("keydown", (event) => this.#key(event), { signal });
    graph.addEventListener("focusin", (event) => this.#focused(event.target), { signal });
    document.addEventListener("keydown", (event) => this.#anywhere(event), { signal });
    this.rove();
  }

  // The server renders no tabindex on nodes and edges, so that this is the only hand on it.
  rove() {
    const { svg, nodes } = this.#graph;
    if (!this.#node?.isConnected) this.#node = svg.querySelector(".node-selected") ?? nodes[0];
    const edges = this.#edges();
    if (!this.#edge?.isConnected) this.#edge = edges[0];
    for (const [elements, current] of [[nodes, this.#node], [edges, this.#edge]]) {
      for (const element of elements) {
        const index = element === current ? "0" : "-1";
        if (element.getAttribute("tabindex") !== index) element.setAttribute("tabindex", index);
      }
    }
  }

  #focused(target) {
    const node = target.closest(".node"), edge = target.closest(".edge");
    if (node) this.#node = node;
    if (edge) this.#edge = edge;
    if (node || edge) this.rove();
  }

  #anywhere(event) {
    if (event.defaultPrevented || event.key !== "f" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector(".mud-dialog")) return;
    event.preventDefault();
    this.search.focus();
    this.search.select();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return this.#escape(event);
    if (event.target === this.search || event.target.closest(".graph-card")) return;
    const graph = this.#graph;
    const zoom = { "+": () => graph.zoomBy(1.25), "=": () => graph.zoomBy(1.25), "-": () => graph.zoomBy(1 / 1.25), 0: () => graph.fitAll() }[event.key];
    const node = event.target.closest(".node"), edge = event.target.closest(".edge");
    const action = zoom ?? (node ? this.#onNode(node, event) : edge ? this.#onEdge(edge, event) : null);
    if (!action) return;
    event.preventDefault();
    action();
  }

  // One thing at a time: the card, then the search, then the selection.
  #escape(event) {
    const graph = this.#graph;
    if (graph.card.isOpen) graph.card.close(true);
    else if (this.search.value) {
      this.search.value = "";
      this.search.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (event.target === this.search) this.#go(this.#node)();
    else if (graph.querySelector(".node-selected, .node-holds")) graph.querySelector(".graph-clear").click();
    else return;
    event.preventDefault();
  }

  #onNode(node, event) {
    const graph = this.#graph, path = node.dataset.stage;
    const straight = (edge) => !edge.matches(".edge-loop, .edge-link");
    const incoming = this.#edges().filter((edge) => edge.dataset.to === path);
    const outgoing = this.#edges().filter((edge) => edge.dataset.from === path);
    const fold = [...graph.querySelectorAll(".fold")].find((other) => other.dataset.fold === path);
    const way = graph.arrange.isOn && event.shiftKey && { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) return () => graph.arrange.nudge(node, ...way);
    switch (event.key) {
      case "ArrowLeft":
        return event.shiftKey ? this.#go(incoming.find(straight) ?? incoming[0]) : this.#go(graph.node(incoming.find(straight)?.dataset.from));
      case "ArrowRight":
        if (event.shiftKey) return this.#go(outgoing.find(straight) ?? outgoing[0]);
        // Where nothing is drawn to go to, it opens what is closed.
        return node.getAttribute("aria-expanded") === "false" ? () => fold.dispatchEvent(click()) : this.#go(this.#middle(outgoing.filter(straight)));
      case "ArrowUp":
      case "ArrowDown": {
        const y = (element) => Number(element.dataset.y);
        const column = graph.nodes.filter((other) => other.dataset.x === node.dataset.x).sort((a, b) => y(a) - y(b));
        return this.#go(column[column.indexOf(node) + (event.key === "ArrowDown" ? 1 : -1)]);
      }
      case "Home": return this.#go(graph.nodes[0]);
      case "End": return this.#go(graph.nodes.at(-1));
      case " ": return fold ? () => fold.dispatchEvent(click()) : () => {};
    }
  }

  #onEdge(edge, event) {
    const graph = this.#graph;
    switch (event.key) {
      case "ArrowLeft": return this.#go(graph.node(edge.dataset.from));
      case "ArrowRight": return this.#go(graph.node(edge.dataset.to));
      case "ArrowUp":
      case "ArrowDown": {
        const edges = this.#edges();
        return this.#go(edges[edges.indexOf(edge) + (event.key === "ArrowDown" ? 1 : -1)]);
      }
      case "Enter":
      case " ": return () => graph.card.enter(edge);
    }
  }

  // Straight on, of several children the one at the same height.
  #middle(edges) {
    const nodes = edges.map((edge) => this.#graph.node(edge.dataset.to)).filter(Boolean);
    return nodes.find((node) => node.dataset.y === this.#node.dataset.y) ?? nodes[0];
  }

  // The tree's first: the lines of further parents are drawn beneath them.
  #edges() {
    const { svg } = this.#graph;
    return [...svg.querySelectorAll(".edge:not(.edge-link)"), ...svg.querySelectorAll(".edge-link")];
  }

  #go(element) {
    return element && (() => {
      element.focus({ preventScroll: true });
      this.#graph.reveal(element);
      // The picture itself may reach below the window.
      element.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }
}

const click = () => new MouseEvent("click", { bubbles: true, cancelable: true });
