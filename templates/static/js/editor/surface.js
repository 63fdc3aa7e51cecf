// One text as a surface to write on, in place of its textarea, which keeps the text as it is stored.

import { GAP, chip, dress, nodesOf, pasted, read, show } from "./text.js";

const FIELDS = "text/x-plan-text";

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
    area.hidden = true;
    area.after(this.node);
    this.range = null;
    if (!area.readOnly) this.#listen();
    this.node.addEventListener("click", (event) => this.#openChip(event));
  }

  /** Whether its text differs from the one the page came with. */
  get dirty() {
    return this.area.value !== this.stored;
  }

  /** Insert a field where the caret was last. */
  insert(field) {
    this.#restore();
    const holder = document.createElement("div");
    holder.append(GAP, chip(field, this.known), GAP);
    document.execCommand("insertHTML", false, holder.innerHTML);
    this.#sync();
  }

  /** Put a field, or plain text, in the place of a chip. */
  replace(old, field) {
    const nodes = field.startsWith("{") ? [chip(field, this.known)] : [field];
    old.replaceWith(...nodes);
    this.node.focus();
    this.#sync();
  }

  format(command) {
    this.#restore();
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
    this.node.addEventListener("input", () => this.#sync());
    this.node.addEventListener("paste", (event) => this.#paste(event));
    this.node.addEventListener("copy", (event) => this.#copy(event));
    this.node.addEventListener("cut", (event) => {
      this.#copy(event);
      document.execCommand("delete");
    });
    this.node.addEventListener("drop", (event) => event.preventDefault());
    this.node.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("selectionchange", () => {
      const selection = getSelection();
      if (selection.rangeCount && this.node.contains(selection.anchorNode)) this.range = selection.getRangeAt(0);
    });
  }

  #sync() {
    if (!this.node.firstElementChild) show(this.node, "", this.known);
    dress(this.node);
    this.area.value = read(this.node);
    this.changed(this);
  }

  #restore() {
    this.node.focus();
    const selection = getSelection();
    if (this.range && this.node.contains(this.range.startContainer)) {
      selection.removeAllRanges();
      selection.addRange(this.range);
    } else {
      selection.selectAllChildren(this.node);
      selection.collapseToEnd();
    }
  }

  #key(event) {
    const onChip = event.target.dataset?.field;
    if (onChip && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      this.open(this, event.target);
    } else if (event.key === "Enter" && this.oneLine) {
      event.preventDefault();
    } else if (event.key === "Backspace" || event.key === "Delete") {
      this.#deleteChip(event, onChip ? event.target : beside(event.key === "Backspace"));
    }
  }

  #deleteChip(event, found) {
    if (!found || !this.node.contains(found)) return;
    event.preventDefault();
    const range = document.createRange();
    range.selectNode(found);
    const selection = getSelection();
    this.node.focus();
    selection.removeAllRanges();
    selection.addRange(range);
    document.execCommand("delete");
    if (found.isConnected) found.remove();
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
    kept.forEach((line, place) => {
      if (place) document.execCommand("insertParagraph");
      this.#insertLine(line);
    });
    this.#sync();
  }

  #insertLine(line) {
    for (const node of nodesOf(line, this.known)) {
      const plain = typeof node === "string";
      if (plain) document.execCommand("insertText", false, node);
      else document.execCommand("insertHTML", false, node.outerHTML);
    }
  }

  #openChip(event) {
    const found = event.target.closest("[data-field]");
    if (found) this.open(this, found);
  }
}

/** The chip that a caret stands right behind, or right before. */
function beside(before) {
  const { anchorNode, anchorOffset, isCollapsed } = getSelection();
  if (!isCollapsed || !anchorNode) return null;
  let node = anchorNode;
  if (node.nodeType === Node.TEXT_NODE) {
    const rest = before ? node.data.slice(0, anchorOffset) : node.data.slice(anchorOffset);
    if (rest.replaceAll(GAP, "")) return null;
    node = before ? node.previousSibling : node.nextSibling;
  } else {
    node = node.childNodes[before ? anchorOffset - 1 : anchorOffset] ?? null;
  }
  while (node?.nodeType === Node.TEXT_NODE && !node.data.replaceAll(GAP, "")) {
    node = before ? node.previousSibling : node.nextSibling;
  }
  return node?.dataset?.field ? node : null;
}
