// Where the caret stands, told in a way that survives drawing the surface anew: line, and characters before it.

import { GAP } from "./text.js";

/** Leaves of a node in order: text nodes and chips, the latter as one. */
function* leaves(node) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE || child.dataset?.field) yield child;
    else yield* leaves(child);
  }
}

function lengthOf(leaf) {
  return leaf.nodeType === Node.TEXT_NODE ? leaf.data.replaceAll(GAP, "").length : 1;
}

/** What stands in the caret's line before it, or nothing. */
function before(paragraph) {
  const { focusNode, focusOffset } = getSelection();
  const range = document.createRange();
  range.setStart(paragraph, 0);
  range.setEnd(focusNode, focusOffset);
  return range.cloneContents();
}

function lineOf(surface) {
  const { focusNode } = getSelection();
  return [...surface.children].findIndex((paragraph) => paragraph.contains(focusNode));
}

/** The caret's place in a surface, or its end. */
export function caretOf(surface) {
  const line = lineOf(surface);
  if (line < 0) return { line: surface.children.length - 1, offset: Infinity };
  const offset = [...leaves(before(surface.children[line]))].reduce((sum, leaf) => sum + lengthOf(leaf), 0);
  return { line, offset };
}

/** The words of the caret's line up to it. */
export function textBefore(surface) {
  const line = lineOf(surface);
  return line < 0 ? "" : before(surface.children[line]).textContent.replaceAll(GAP, "");
}

/** Put the caret at a place, or as near as there is one. */
export function placeCaret(surface, { line, offset }) {
  const paragraph = surface.children[Math.min(line, surface.children.length - 1)];
  const selection = getSelection();
  let left = offset;
  for (const leaf of leaves(paragraph)) {
    const length = lengthOf(leaf);
    if (left <= length && leaf.nodeType === Node.TEXT_NODE) {
      selection.collapse(leaf, indexOf(leaf.data, left));
      return;
    }
    left -= length;
  }
  selection.selectAllChildren(paragraph);
  selection.collapseToEnd();
}

/** The index behind so many characters, gaps not counted. */
function indexOf(data, characters) {
  let index = 0;
  for (let left = characters; index < data.length && (left > 0 || data[index] === GAP); index += 1) {
    if (data[index] !== GAP) left -= 1;
  }
  return index;
}

/** The chip that a caret stands right behind, or right before. */
export function chipBeside(before) {
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

/** Delete what is selected. Browsers that join paragraphs copy their look into style attributes; this does not. */
export function deleteSelected(surface) {
  const selection = getSelection();
  if (selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const [first, last] = [paragraphOf(surface, range.startContainer), paragraphOf(surface, range.endContainer)];
  range.deleteContents();
  if (first && last && first !== last) join(first, last);
}

/** Join the caret's line to the one before it, or behind it; false when the caret is not at that end. */
export function joinLines(surface, backwards) {
  const { focusNode, focusOffset, isCollapsed } = getSelection();
  const paragraph = isCollapsed ? paragraphOf(surface, focusNode) : null;
  const other = backwards ? paragraph?.previousElementSibling : paragraph?.nextElementSibling;
  if (!other) return false;
  const rest = document.createRange();
  rest.selectNodeContents(paragraph);
  if (backwards) rest.setEnd(focusNode, focusOffset);
  else rest.setStart(focusNode, focusOffset);
  const between = rest.cloneContents();
  if (between.textContent.replaceAll(GAP, "") || between.querySelector("[data-field]")) return false;
  if (backwards) join(other, paragraph);
  else join(paragraph, other);
  return true;
}

/** Put the content of the second behind that of the first; the caret stands between. */
function join(first, second) {
  const mark = document.createTextNode(GAP);
  for (const end of first.querySelectorAll("br")) end.remove();
  first.append(mark, ...second.childNodes);
  second.remove();
  getSelection().collapse(mark, 1);
}

function paragraphOf(surface, node) {
  return [...surface.children].find((child) => child.contains(node));
}

/** Put lines of nodes in the place of what is selected; the caret ends behind them. */
export function insertLines(surface, lines) {
  deleteSelected(surface);
  const selection = getSelection();
  let paragraph = paragraphOf(surface, selection.focusNode);
  if (!paragraph) {
    paragraph = surface.lastElementChild ?? surface.appendChild(document.createElement("p"));
    selection.selectAllChildren(paragraph);
    selection.collapseToEnd();
  }
  const rest = document.createRange();
  rest.setStart(selection.focusNode, selection.focusOffset);
  rest.setEnd(paragraph, paragraph.childNodes.length);
  const tail = rest.extractContents();
  if (!paragraph.textContent) paragraph.replaceChildren();
  lines.forEach((nodes, place) => {
    if (place) paragraph = insertAfter(paragraph);
    paragraph.append(...nodes);
  });
  const mark = paragraph.appendChild(document.createTextNode(GAP));
  paragraph.append(tail);
  selection.collapse(mark, 1);
}

function insertAfter(paragraph) {
  const next = document.createElement("p");
  paragraph.after(next);
  return next;
}
