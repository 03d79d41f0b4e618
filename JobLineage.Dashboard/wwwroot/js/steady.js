// What somebody points at stays under the pointer. A banner that comes, a finding more, a list that grows push what is below
// them down, and a click would land on something else: the page is scrolled by as much, in the same frame. Where it can't be
// scrolled so far it gets room, which goes when the pointer has left.

const root = document.documentElement;
// Another element than at first once the page lives.
const main = () => document.getElementById("main");

let pointer = null;
let held = null;
let above = 0;

const topOf = (element) => element.getBoundingClientRect().top;

// The graph moves what is in it by itself, and the long table of jobs stands in for rows that are out of sight.
function anchorOf(target) {
  if (!main()?.contains(target) || target === main()) return null;
  const whole = target.closest("job-graph, tr");
  return whole && !whole.matches("job-graph, [data-job], [data-run], [data-stage], [data-error], [data-ancestor]") ? whole.closest("table") : whole ?? target.closest(":not(svg *)");
}

// What scrolls for itself, around an element; null where it is the page.
function scrollerOf(element) {
  for (let at = element?.parentElement; at && at !== main(); at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return null;
}

function hold() {
  const anchor = pointer && anchorOf(document.elementFromPoint(pointer.x, pointer.y) ?? root);
  if (!anchor) return release();
  const scroller = scrollerOf(anchor);
  held = { address: location.href, scroll: scrollY, scroller, inner: scroller?.scrollTop ?? 0, places: [] };
  // Should it go, what it was in is held instead.
  for (let element = anchor; element && element !== main(); element = element.parentElement) held.places.push([element, topOf(element)]);
  // The browser's own way of keeping the place would come on top.
  document.body.style.overflowAnchor = "none";
}

function release() {
  held = null;
  root.style.minHeight = document.body.style.overflowAnchor = "";
  main()?.style.removeProperty("margin-top");
  above = 0;
}

function keep() {
  if (!held) return;
  const [element, top] = held.places.find(([element]) => element.isConnected) ?? [];
  const moved = element ? topOf(element) - top : 0;
  // What a script scrolled, and nobody was told of yet, is no move.
  const scroller = held.scroller?.isConnected ? held.scroller : null;
  let by = Math.round(moved + (scroller ? scroller.scrollTop - held.inner : 0) + scrollY - held.scroll);
  // Another view was asked for, or this one is no longer what it was: it begins where it begins.
  if (held.address !== location.href || Math.abs(by) > innerHeight) release();
  else if (by !== 0) {
    // As far as what scrolls for itself can; the page does the rest.
    if (scroller) {
      const before = scroller.scrollTop;
      scroller.scrollTop += by;
      by -= Math.round(scroller.scrollTop - before);
    }
    if (by !== 0) move(by);
  }
  hold();
}

function move(by) {
  const less = Math.min(above, Math.max(by, 0));
  const more = Math.max(0, -(scrollY + by));
  if (less + more > 0) {
    above += more - less;
    main().style.marginTop = above > 0 ? `${above}px` : "";
    by += more - less;
  }
  if (by > 0) root.style.minHeight = `${Math.max(root.scrollHeight, scrollY + by + innerHeight)}px`;
  scrollBy({ top: by, behavior: "instant" });
}

function point(event) {
  pointer = event.pointerType === "touch" ? null : { x: event.clientX, y: event.clientY };
  hold();
}

addEventListener("pointermove", point, { passive: true });
root.addEventListener("pointerleave", () => {
  pointer = null;
  release();
});
// What people do themselves moves what it moves.
for (const done of ["scroll", "resize", "toggle"]) addEventListener(done, () => held && hold(), { passive: true, capture: true });
new MutationObserver(keep).observe(document.body, { childList: true, subtree: true, characterData: true });
