// Completes a filter of jobs. The server makes the options (JobFilterCompletion) and renders them; here are the keys, and what is shown when.
// Nothing but the keyboard and a chosen option writes into the box.

class FilterBox extends HTMLElement {
  #active = -1;
  #wanted = null;
  #stop = null;

  connectedCallback() {
    // The element is announced before its content is there: all of it is looked up when it is needed.
    this.#stop = new AbortController();
    const options = { signal: this.#stop.signal };
    this.addEventListener("input", (event) => event.target === this.#input && this.#asks(), options);
    this.addEventListener("keydown", (event) => event.target === this.#input && this.#key(event), options);
    this.addEventListener("focusout", (event) => event.target === this.#input && this.#close(), options);
    // Pressing an option must not take the focus from the box.
    this.addEventListener("pointerdown", (event) => event.target.closest("[role=listbox]") && event.preventDefault(), options);
    this.addEventListener("mousedown", (event) => event.target.closest("[role=listbox]") && event.preventDefault(), options);
    this.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#take(option);
    }, options);
    document.addEventListener("submit", (event) => event.target.contains(this) && this.#close(), options);
    const observer = new MutationObserver(() => this.#answered());
    observer.observe(this, { subtree: true, attributes: true, attributeFilter: ["data-asked"] });
    this.#stop.signal.addEventListener("abort", () => observer.disconnect());
  }

  disconnectedCallback() {
    this.#stop?.abort();
  }

  get #input() {
    return this.querySelector("[role=combobox]");
  }

  get #list() {
    return this.querySelector("[role=listbox]");
  }

  get #options() {
    return [...this.querySelectorAll("[role=option]")];
  }

  get #isOpen() {
    return this.#input.getAttribute("aria-expanded") === "true";
  }

  #asks() {
    const input = this.#input;
    const question = `${input.selectionStart ?? input.value.length}:${input.value}`;
    // An older answer fits another text.
    this.#close();
    this.#wanted = question;
    const ask = this.querySelector(".filter-ask");
    ask.value = question;
    ask.dispatchEvent(new Event("change", { bubbles: true }));
    this.#answered();
  }

  #answered() {
    if (this.#wanted === null || this.#list.dataset.asked !== this.#wanted) return;
    this.#input.setAttribute("aria-expanded", String(this.#options.length > 0 && document.activeElement === this.#input));
    this.#mark(-1);
  }

  #close() {
    this.#wanted = null;
    this.#input.setAttribute("aria-expanded", "false");
    this.#mark(-1);
  }

  #mark(at) {
    this.#active = at;
    const options = this.#options;
    for (const [place, option] of options.entries()) option.setAttribute("aria-selected", String(place === at));
    if (at < 0) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  #take(option) {
    const input = this.#input;
    input.setRangeText(option.dataset.insert, Number(option.dataset.from), Number(option.dataset.to), "end");
    // The server is told as if it had been typed.
    input.dispatchEvent(new Event("change", { bubbles: true }));
    this.#asks();
  }

  #key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const options = this.#options;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        event.preventDefault();
        if (!this.#isOpen) return this.#asks();
        const step = event.key === "ArrowDown" ? 1 : -1;
        return this.#mark(this.#active < 0 ? (step > 0 ? 0 : options.length - 1) : (this.#active + step + options.length) % options.length);
      }
      case "Enter":
        if (!this.#isOpen || this.#active < 0) return;
        event.preventDefault();
        return this.#take(options[this.#active]);
      case "Tab": {
        // With nothing begun and nothing chosen it leads on to the next control.
        const option = this.#isOpen && !event.shiftKey ? options[Math.max(0, this.#active)] : null;
        if (!option || (this.#active < 0 && option.dataset.from === option.dataset.to)) return this.#close();
        event.preventDefault();
        return this.#take(option);
      }
      case "Escape":
        // Else the browser empties the box; options that were asked for may not have come yet.
        if (!this.#isOpen && this.#wanted === null) return;
        event.preventDefault();
        event.stopPropagation();
        return this.#close();
    }
  }
}

customElements.define("filter-box", FilterBox);
