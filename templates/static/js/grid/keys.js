// Moving, selecting and editing as in a spreadsheet. What the keys do to numbers is left to the grid.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const PAGE = 10;

/**
 * Modes: "move" – the arrows move and typing replaces; "enter" – typing has begun, the arrows commit and move;
 * "edit" – the arrows move in the text (F2, double click).
 */
export class Keys {
  /** `on`: commit(cell), giveUp(cell), clear(cells), fillDown(block), undo(), redo(), help(), toggle(cell),
   *  reveal(row), at(cell), trail(), selected(block). */
  constructor(sheet, box, on) {
    this.sheet = sheet;
    this.box = box;
    this.on = on;
    this.mode = "move";
    this.anchor = null;
    this.head = null;
    this.marked = new Set();
    const listen = (name, handler) => sheet.table.addEventListener(name, (event) => handler.call(this, event));
    listen("focusin", this.#focus);
    listen("focusout", this.#blur);
    listen("keydown", this.#key);
    listen("input", this.#input);
    listen("change", this.#change);
    listen("mousedown", this.#press);
    listen("mouseover", this.#drag);
    // A number that is pressed and drawn is selected, not carried off into another cell.
    listen("dragstart", (event) => this.#cellOf(event) && event.preventDefault());
    listen("click", this.#click);
    listen("dblclick", () => this.#setMode("edit"));
  }

  /** The block that is selected: places of its corners; null where nothing is. */
  get block() {
    if (!this.head) return null;
    const { anchor, head } = this;
    const last = this.sheet.width - 1;
    return {
      top: Math.min(anchor.r, head.r),
      bottom: Math.max(anchor.r, head.r),
      left: Math.min(anchor.c, head.c, last),
      right: Math.min(Math.max(anchor.c, head.c), last),
    };
  }

  get many() {
    const block = this.block;
    return block !== null && (block.top !== block.bottom || block.left !== block.right);
  }

  get selected() {
    return this.block ? [...this.sheet.block(this.block)].map(({ cell }) => cell) : [];
  }

  /** Put the focus on a place, and with `extend` let the selection reach to it. */
  go(r, c, { extend = false } = {}) {
    const row = Math.max(0, Math.min(r, this.sheet.height - 1));
    const stops = this.sheet.rows[row]?.stops ?? [];
    const column = Math.max(0, Math.min(c, (extend ? this.sheet.width : stops.length) - 1));
    const stop = stops[column];
    if (!stop) return;
    this.extending = extend;
    this.on.reveal(this.sheet.rows[row].row);
    stop.focus();
    this.extending = false;
    this.#setMode("move");
    this.#select(extend ? this.anchor : { r: row, c: column }, { r: row, c: column });
    if (stop.type !== "checkbox") stop.select();
    if (extend && this.many) this.on.selected(this.block);
  }

  goTo(cell) {
    const place = this.sheet.place(cell.input);
    if (place) this.go(place.r, place.c);
  }

  forget() {
    this.anchor = null;
    this.head = null;
    this.#mark();
  }

  #select(anchor, head) {
    this.anchor = anchor ?? head;
    this.head = head;
    this.#mark();
  }

  #mark() {
    const next = new Set(this.many ? this.selected : []);
    for (const cell of this.marked) if (!next.has(cell)) cell.box.classList.remove("sel");
    for (const cell of next) cell.box.classList.add("sel");
    this.marked = next;
  }

  #setMode(mode) {
    this.mode = mode;
  }

  #cellOf(event) {
    return this.sheet.byInput.get(event.target);
  }

  #focus(event) {
    const place = this.sheet.place(event.target);
    if (!place) return;
    this.on.at(this.#cellOf(event));
    this.#setMode("move");
    if (!this.extending && !this.dragging) this.#select(place, place);
    if (event.target.type !== "checkbox" && !this.dragging) event.target.select();
  }

  #blur(event) {
    const cell = this.#cellOf(event);
    if (cell && event.target === cell.input) this.on.commit(cell);
  }

  #input(event) {
    if (event.target.type !== "checkbox" && this.mode === "move") this.#setMode("enter");
  }

  #change(event) {
    const cell = this.#cellOf(event);
    if (cell && event.target === cell.tick) this.on.toggle(cell);
  }

  #press(event) {
    const place = this.sheet.place(event.target);
    if (!place || event.button !== 0) return;
    if (event.shiftKey && this.anchor) {
      event.preventDefault();
      this.go(place.r, place.c, { extend: true });
      return;
    }
    // A click into the selected text would put the caret there, after all handlers have run.
    if (this.mode === "move" && document.activeElement === event.target && event.target.type !== "checkbox") {
      event.preventDefault();
      this.go(place.r, place.c);
    }
    this.dragFrom = place;
    const stop = () => {
      this.dragFrom = null;
      this.dragging = false;
    };
    window.addEventListener("mouseup", stop, { once: true });
  }

  #drag(event) {
    if (!this.dragFrom || event.buttons !== 1) return;
    const input = event.target.closest("td")?.querySelector("input[name^='c-']");
    const place = input && this.sheet.place(input);
    if (!place || (!this.dragging && place.r === this.dragFrom.r && place.c === this.dragFrom.c)) return;
    this.dragging = true;
    window.getSelection()?.removeAllRanges();
    this.#select(this.dragFrom, place);
  }

  #click(event) {
    if (this.mode === "move" && this.sheet.place(event.target) && event.target.type !== "checkbox" && !this.many) {
      event.target.select();
    }
  }

  #key(event) {
    const cell = this.#cellOf(event);
    if (!cell || event.isComposing) return;
    const handled = event.ctrlKey || event.metaKey ? this.#withControl(event, cell) : this.#plain(event, cell);
    if (handled) event.preventDefault();
  }

  #plain(event, cell) {
    const { r, c } = this.sheet.place(event.target);
    const from = event.shiftKey && this.head ? this.head : { r, c };
    const extend = event.shiftKey;
    const typing = this.mode === "edit";
    switch (event.key) {
      case "ArrowUp":
      case "ArrowDown":
      case "ArrowLeft":
      case "ArrowRight": {
        if (typing) return false;
        const [down, right] = STEPS[event.key];
        this.go(from.r + down, from.c + right, { extend });
        return true;
      }
      case "Enter":
        this.on.commit(cell, { again: true });
        this.go(r + (event.shiftKey ? -1 : 1), c);
        return true;
      case "PageUp":
      case "PageDown":
        this.go(from.r + (event.key === "PageUp" ? -PAGE : PAGE), from.c, { extend });
        return true;
      case "Home":
      case "End":
        if (typing) return false;
        this.go(from.r, event.key === "Home" ? 0 : this.sheet.width - 1, { extend });
        return true;
      case "Escape":
        return this.#escape(cell);
      case "F2":
        if (event.shiftKey) {
          this.on.trail();
          return true;
        }
        this.#setMode("edit");
        cell.input.setSelectionRange(cell.input.value.length, cell.input.value.length);
        return true;
      case "Delete":
      case "Backspace":
        if (this.mode !== "move" || event.target === cell.tick) return false;
        this.on.clear(this.selected);
        return true;
      case "?":
        this.on.help();
        return true;
      default:
        return false;
    }
  }

  #escape(cell) {
    if (this.mode === "move" && !this.many) this.on.giveUp(cell);
    else cell.put(cell.now);
    this.#setMode("move");
    const place = this.sheet.place(cell.input);
    this.#select(place, place);
    cell.input.select();
    return true;
  }

  #withControl(event, cell) {
    const { r, c } = this.sheet.place(event.target);
    const extend = event.shiftKey;
    switch (event.key.toLowerCase()) {
      case "home":
        this.go(0, 0, { extend });
        return true;
      case "end":
        this.go(this.sheet.height - 1, this.sheet.width - 1, { extend });
        return true;
      case "a":
        if (this.mode === "edit") return false;
        this.#select({ r: 0, c: 0 }, { r: this.sheet.height - 1, c: this.sheet.width - 1 });
        this.on.selected(this.block);
        return true;
      case "d":
        this.on.commit(cell);
        this.on.fillDown(this.many ? this.block : { top: Math.max(0, r - 1), bottom: r, left: c, right: c });
        return true;
      case "z":
        if (this.mode !== "move") return false;
        (extend ? this.on.redo : this.on.undo)();
        return true;
      case "y":
        if (this.mode !== "move") return false;
        this.on.redo();
        return true;
      default:
        return false;
    }
  }
}
