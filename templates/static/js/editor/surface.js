// One text as a surface to write on, in place of its textarea, which keeps the text as it is stored.

import { caretOf, chipBeside, deleteSelected, insertLines, joinLines, placeCaret, textBefore } from "./caret.js";
import { History } from "./history.js";
import { GAP, chip, dress, nodesOf, pasted, read, show } from "./text.js";

const FIELDS = "text/x-plan-text";
const TYPED = new Set(["insertText", "insertCompositionText", "deleteContentBackward", "deleteContentForward"]);

export class Surface {
  constructor(area, known, { changed, open }) {
    this.area = area;
    this.known = known;
    this.changed = changed;
    this.open = open;
    this.oneLine = "oneLine" in area.dataset;
    this.stored = area.value;
    this.node = this.#make();
    show(this.node, area.value, known);
    this.history = new History({ text: area.value, caret: { line: 0, offset: 0 } });
    this.caret = null;
    area.hidden = true;
    area.after(this.node);
    if (!area.readOnly) this.#listen();
    this.node.addEventListener("click", (event) => this.#openChip(event));
  }

  /** Whether its text differs from the one the page came with. */
  get dirty() {
    return this.area.value !== this.stored;
  }

  /** Set the whole text. */
  fill(text) {
    show(this.node, text, this.known);
    this.#sync();
  }

  /** Put a field in the place of a number, if that still stands where it was found. */
  swap({ loose, number }, field) {
    const start = Number(loose);
    const text = this.area.value;
    if (text.slice(start, start + number.length) !== number) return;
    this.fill(text.slice(0, start) + field + text.slice(start + number.length));
    this.node.focus();
  }

  /** Insert a field where the caret was last. */
  insert(field) {
    this.#restore();
    const space = /[^\s(]$/u.test(textBefore(this.node)) ? " " : "";
    insertLines(this.node, [[space + GAP, chip(field, this.known)]]);
    this.#sync();
  }

  /** Put a field, or plain text, in the place of a chip. */
  replace(old, written) {
    old.replaceWith(...nodesOf(written, this.known));
    this.node.focus();
    this.#sync();
  }

  /** Make what is selected bold or italic, or no longer. Headings and labels have their form by their kind. */
  format(command) {
    if (this.oneLine) return;
    this.node.focus();
    document.execCommand(command);
    this.#sync();
  }

  #make() {
    const node = document.createElement("div");
    node.className = "surface";
    node.contentEditable = this.area.readOnly ? "false" : "true";
    node.spellcheck = false;
    node.tabIndex = 0;
    node.setAttribute("role", "textbox");
    node.setAttribute("aria-multiline", String(!this.oneLine));
    node.setAttribute("aria-labelledby", this.area.id.replace(/^text-/u, "label-"));
    if (this.area.readOnly) node.setAttribute("aria-readonly", "true");
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (this.area.hasAttribute(name)) node.setAttribute(name, this.area.getAttribute(name));
    }
    return node;
  }

  #listen() {
    this.node.addEventListener("beforeinput", (event) => this.#before(event));
    this.node.addEventListener("input", (event) => {
      if (!event.isComposing) this.#straighten();
      this.#sync(TYPED.has(event.inputType));
    });
    this.node.addEventListener("paste", (event) => this.#paste(event));
    this.node.addEventListener("copy", (event) => this.#copy(event));
    this.node.addEventListener("cut", (event) => {
      this.#copy(event);
      this.#delete();
    });
    this.node.addEventListener("keydown", (event) => this.#key(event));
    this.node.addEventListener("focusout", () => {
      this.caret = caretOf(this.node);
    });
  }

  /** The browser's own undo knows nothing of chips, and what is dropped may bring any form along. */
  #before(event) {
    if (event.inputType === "historyUndo") this.#travel(event, this.history.undo());
    else if (event.inputType === "historyRedo") this.#travel(event, this.history.redo());
    else if (event.inputType === "insertFromDrop") event.preventDefault();
    else if (event.inputType.startsWith("insert") && !event.isComposing) this.#delete();
  }

  #travel(event, state) {
    event.preventDefault();
    if (!state) return;
    show(this.node, state.text, this.known);
    placeCaret(this.node, state.caret);
    this.area.value = state.text;
    this.changed(this);
  }

  /** Browsers leave text outside of any paragraph when all is deleted, or paragraphs of another kind. */
  #straighten() {
    const nodes = [...this.node.childNodes];
    if (nodes.length && nodes.every(({ nodeName }) => nodeName === "P")) return;
    show(this.node, read(this.node), this.known);
    placeCaret(this.node, { line: Infinity, offset: Infinity });
  }

  #sync(typed = false) {
    dress(this.node);
    this.area.value = read(this.node);
    this.history.remember({ text: this.area.value, caret: caretOf(this.node) }, { typed });
    this.changed(this);
  }

  #restore() {
    if (this.node.contains(document.activeElement)) return;
    this.node.focus();
    placeCaret(this.node, this.caret ?? { line: Infinity, offset: Infinity });
  }

  #key(event) {
    const onChip = event.target.dataset?.field;
    const command = (event.ctrlKey || event.metaKey) && event.key.toLowerCase();
    if (command === "z" || command === "y") {
      this.#travel(event, command === "y" || event.shiftKey ? this.history.redo() : this.history.undo());
    } else if (onChip && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      this.open(this, event.target);
    } else if (event.key === "Enter" && (this.oneLine || event.shiftKey)) {
      event.preventDefault();
      if (!this.oneLine) document.execCommand("insertParagraph");
    } else if (event.key === "Backspace" || event.key === "Delete") {
      this.#erase(event, onChip ? event.target : chipBeside(event.key === "Backspace"));
    }
  }

  /** What a browser would not erase as it should: chips, what is selected over several lines, the end of a line. */
  #erase(event, found) {
    if (found && this.node.contains(found)) {
      event.preventDefault();
      this.#deleteChip(found);
    } else if (!getSelection().isCollapsed) {
      event.preventDefault();
      this.#delete();
    } else if (joinLines(this.node, event.key === "Backspace")) {
      event.preventDefault();
      this.#sync();
    }
  }

  #delete() {
    if (getSelection().isCollapsed) return;
    deleteSelected(this.node);
    this.#straighten();
    this.#sync();
  }

  #deleteChip(found) {
    const gap = document.createTextNode(GAP);
    found.replaceWith(gap);
    this.node.focus();
    getSelection().collapse(gap, 1);
    this.#sync();
  }

  #copy(event) {
    const selection = getSelection();
    if (selection.isCollapsed) return;
    event.preventDefault();
    const part = selection.getRangeAt(0).cloneContents();
    event.clipboardData.setData("text/plain", selection.toString().replaceAll(GAP, ""));
    event.clipboardData.setData(FIELDS, read(part));
  }

  #paste(event) {
    event.preventDefault();
    const data = event.clipboardData;
    const lines = pasted(data.getData(FIELDS) || data.getData("text/plain"));
    const kept = this.oneLine ? [lines.join(" ")] : lines;
    insertLines(this.node, kept.map((line) => nodesOf(line, this.known)));
    this.#sync();
  }

  #openChip(event) {
    const found = event.target.closest("[data-field]");
    if (found) this.open(this, found);
  }
}
