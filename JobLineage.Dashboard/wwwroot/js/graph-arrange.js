// Arranging: stages are dragged to where somebody wants them; by its fold, or closed, a stage with everything below it. It is kept in
// this browser, for all runs of a pipeline. Nothing is told to the server but the end of it, which then puts everything where it
// has been put here already: the same sums as in GraphArranging.cs.

const nodeWidth = 280, nodeHeight = 92, hiddenHeight = 24, margin = 24, leastX = 8, leastY = 12, leastReach = 40;
const farthest = 20_000, longest = 12_000, step = 12, rest = 500;

// Survives the hand-over from the first HTML to the circuit.
const modes = new Set();

export class GraphArrange {
  #graph;
  #button;
  #telling = 0;

  constructor(graph, signal) {
    this.#graph = graph;
    this.#button = graph.querySelector("[data-arrange=mode]");
    const options = { signal };
    graph.addEventListener("click", (event) => this.#click(event), options);
    graph.viewport.addEventListener("pointerdown", (event) => this.#down(event), options);
    signal.addEventListener("abort", () => clearTimeout(this.#telling));
    this.#set(modes.has(this.#key));
    const kept = this.#kept();
    // What the server draws is not arranged yet: neither the first HTML nor the first picture of the circuit.
    if (!("arranged" in graph.dataset) && Object.keys(kept.nodes).length + Object.keys(kept.groups).length > 0) {
      this.#shift((path) => shiftOf(kept, path), this.#size);
      this.#tell();
    }
  }

  get isOn() {
    return "arranging" in this.#graph.dataset;
  }

  get #key() {
    return `graph ${this.#graph.dataset.pipeline}`;
  }

  #set(isOn) {
    this.#graph.toggleAttribute("data-arranging", isOn);
    this.#button.setAttribute("aria-pressed", String(isOn));
    if (isOn) modes.add(this.#key);
    else modes.delete(this.#key);
  }

  #click(event) {
    switch (event.target.closest("[data-arrange]")?.dataset.arrange) {
      case "mode": return this.#set(!this.isOn);
      case "reset":
        this.#keep({ nodes: {}, groups: {} });
        this.#tell();
        // The button is about to go.
        return this.#button.focus({ preventScroll: true });
    }
  }

  // With keys: a step further. It is told when no more steps follow.
  nudge(node, dx, dy) {
    const drag = this.#dragOf(node);
    drag.to(dx * step, dy * step);
    this.#add(drag);
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => this.#tell(), rest);
    this.#graph.reveal(node);
  }

  #down(event) {
    const part = this.isOn && event.button === 0 && event.isPrimary && event.target.closest(".node, .fold");
    if (!part) return;
    const { scale, viewport } = this.#graph;
    const from = { x: event.clientX, y: event.clientY, left: viewport.scrollLeft, top: viewport.scrollTop };
    const stop = new AbortController(), options = { signal: stop.signal };
    let drag = null;
    this.#graph.dragged = false;
    const move = (at) => {
      const dx = at.clientX - from.x, dy = at.clientY - from.y;
      if (!drag && Math.abs(dx) + Math.abs(dy) < 5) return;
      drag ??= this.#dragOf(part);
      this.#graph.dragged = true;
      drag.to((dx + viewport.scrollLeft - from.left) / scale, (dy + viewport.scrollTop - from.top) / scale);
    };
    const end = (isDropped, isClickable) => {
      stop.abort();
      if (!drag) return;
      if (isDropped && (drag.x !== 0 || drag.y !== 0)) {
        this.#add(drag);
        this.#tell();
      } else {
        drag.undo();
      }

      // A drag that ends outside makes no click that could be swallowed.
      if (!isClickable) this.#graph.dragged = false;
    };
    addEventListener("pointermove", move, options);
    addEventListener("pointerup", (at) => end(true, this.#graph.contains(at.target)), options);
    addEventListener("pointercancel", () => end(false, false), options);
    addEventListener("keydown", (key) => {
      if (key.key !== "Escape") return;
      key.preventDefault();
      key.stopPropagation();
      end(false, true);
    }, { ...options, capture: true });
  }

  // What moves with a part, from where, and how far it can.
  #dragOf(part) {
    const graph = this.#graph;
    const path = part.dataset.fold ?? part.dataset.stage;
    const isGroup = "fold" in part.dataset || part.getAttribute("aria-expanded") === "false";
    const isIn = (other) => other === path || (isGroup && other.startsWith(`${path}/`));
    const starts = new Map(graph.nodes.filter((node) => isIn(node.dataset.stage)).map((node) => [node.dataset.stage, placeOf(node)]));
    const left = leastX - Math.min(...[...starts.values()].map((at) => at.x)), top = leastY - Math.min(...[...starts.values()].map((at) => at.y));
    // The server draws nothing anew that stands where it stood for it: lines get back the way that it gave them.
    const attributes = [...graph.svg.querySelectorAll(".edge path, .edge-label")].flatMap((part) => ["d", "x", "y"].map((name) => [part, name, part.getAttribute(name)]));
    const drag = { path, isGroup, x: 0, y: 0 }, size = this.#size;
    drag.undo = () => {
      drag.to(0, 0);
      for (const [part, name, value] of attributes) if (value !== null) part.setAttribute(name, value);
    };
    drag.to = (x, y) => {
      const [dx, dy] = [Math.round(Math.max(left, x)) - drag.x, Math.round(Math.max(top, y)) - drag.y];
      [drag.x, drag.y] = [drag.x + dx, drag.y + dy];
      this.#shift((other) => (isIn(other) ? [dx, dy] : [0, 0]), size);
    };
    return drag;
  }

  #add({ path, isGroup, x, y }) {
    if (x === 0 && y === 0) return;
    const kept = this.#kept(), list = isGroup ? kept.groups : kept.nodes, before = list[path] ?? [0, 0];
    // Behind the others: what was moved longest ago is forgotten first.
    delete list[path];
    const now = [before[0] + x, before[1] + y].map((far) => Math.max(-farthest, Math.min(farthest, far)));
    if (now.some((far) => far !== 0)) list[path] = now;
    while (JSON.stringify(kept).length > longest) {
      const longer = Object.keys(kept.nodes).length > 0 ? kept.nodes : kept.groups;
      delete longer[Object.keys(longer)[0]];
    }

    this.#keep(kept);
  }

  #kept() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key)) ?? {};
      return { nodes: shiftsOf(kept.nodes), groups: shiftsOf(kept.groups) };
    } catch {
      return this.#forgotten ?? { nodes: {}, groups: {} };
    }
  }

  // Where storage is forbidden it lasts as long as the page.
  #forgotten = null;

  #keep(kept) {
    const isEmpty = Object.keys(kept.nodes).length + Object.keys(kept.groups).length === 0;
    try {
      if (isEmpty) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify(kept));
    } catch {
      this.#forgotten = kept;
    }
  }

  #tell() {
    clearTimeout(this.#telling);
    this.#telling = 0;
    const told = this.#graph.querySelector(".graph-arrangement");
    told.value = JSON.stringify(this.#kept());
    told.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Moves nodes, and the lines at them: alike where both ends move alike, as a curve where they do not.
  #shift(by, size) {
    const { svg, nodes } = this.#graph;
    const moved = new Map(), places = new Map();
    for (const node of nodes) {
      const path = node.dataset.stage, [dx, dy] = by(path), before = placeOf(node);
      const now = dx === 0 && dy === 0 ? before : { x: Math.max(leastX, before.x + dx), y: Math.max(leastY, before.y + dy) };
      places.set(path, now);
      if (now.x === before.x && now.y === before.y) continue;
      moved.set(path, [now.x - before.x, now.y - before.y]);
      node.dataset.x = now.x;
      node.dataset.y = now.y;
      node.setAttribute("transform", `translate(${now.x},${now.y})`);
    }

    for (const fold of svg.querySelectorAll(".fold")) {
      const at = places.get(fold.dataset.fold);
      if (moved.has(fold.dataset.fold)) fold.setAttribute("transform", `translate(${at.x},${at.y})`);
    }

    for (const edge of svg.querySelectorAll(".edge")) this.#follow(edge, moved, places);
    this.#grow(places, size);
  }

  #follow(edge, moved, places) {
    const { from, to } = edge.dataset, [one, other] = [moved.get(from), moved.get(to)];
    if (!one && !other) return;
    const label = edge.querySelector(".edge-label");
    const isAlike = one && other && one[0] === other[0] && one[1] === other[1];
    const start = places.get(from), end = places.get(to);
    const [x, y, toX, toY] = [start.x + nodeWidth, start.y + nodeHeight / 2, end.x, end.y + nodeHeight / 2];
    const reach = Math.max(leastReach, Math.abs(toX - x) / 2);
    for (const line of edge.querySelectorAll("path")) {
      line.setAttribute("d", isAlike
        ? line.getAttribute("d").replace(/(-?[\d.]+),(-?[\d.]+)/g, (_, a, b) => `${Number(a) + one[0]},${Number(b) + one[1]}`)
        : `M${x},${y}C${x + reach},${y} ${toX - reach},${toY} ${toX},${toY}`);
    }

    label?.setAttribute("x", isAlike ? Number(label.getAttribute("x")) + one[0] : toX - 12);
    label?.setAttribute("y", isAlike ? Number(label.getAttribute("y")) + one[1] : toY - 6);
  }

  get #size() {
    const { svg } = this.#graph;
    return { width: Number(svg.getAttribute("width")), height: Number(svg.getAttribute("height")) };
  }

  // The picture grows with what is dragged out of it; the server says how large it is in the end.
  #grow(places, size) {
    const { svg } = this.#graph, all = [...places.values()], now = this.#size;
    const width = Math.max(size.width, Math.max(...all.map((at) => at.x)) + nodeWidth + margin);
    const height = Math.max(size.height, Math.max(...all.map((at) => at.y)) + nodeHeight + hiddenHeight + margin);
    if (width === now.width && height === now.height) return;
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }
}

const placeOf = (node) => ({ x: Number(node.dataset.x), y: Number(node.dataset.y) });

function shiftsOf(list) {
  const isShift = (shift) => Array.isArray(shift) && shift.length === 2 && shift.every((far) => Number.isFinite(far) && Math.abs(far) <= farthest);
  return Object.fromEntries(Object.entries(list ?? {}).filter(([, shift]) => isShift(shift)));
}

// By itself, and with each group that it is in.
function shiftOf(kept, path) {
  let [x, y] = kept.nodes[path] ?? [0, 0];
  for (const [group, shift] of Object.entries(kept.groups)) {
    if (path === group || path.startsWith(`${group}/`)) [x, y] = [x + shift[0], y + shift[1]];
  }

  return [x, y];
}
