// Blocks of cells to and from the clipboard, in the form in which Excel gives and takes them.

import { readNumber } from "./numbers.js";

/** The rows of tab-separated text: CR LF or LF, quoted fields, and the empty row that Excel adds at the end dropped. */
export function readBlock(text) {
  const rows = [[]];
  let field = "";
  let quoted = false;
  const endField = () => {
    rows.at(-1).push(field.trim());
    field = "";
  };
  for (let i = 0; i < text.length; i += 1) {
    const sign = text[i];
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[i + 1] === '"') field += text[(i += 1)];
      else quoted = false;
    } else if (sign === '"' && field === "") quoted = true;
    else if (sign === "\t") endField();
    else if (sign === "\n") {
      endField();
      rows.push([]);
    } else if (sign !== "\r") field += sign;
  }
  endField();
  if (rows.length > 1 && rows.at(-1).every((value) => value === "")) rows.pop();
  return rows;
}

/** A block as tab-separated text; numbers without dots, so that no Excel takes 1.960 for a decimal. */
export function writeBlock(rows) {
  const plain = (value) => {
    const number = readNumber(value);
    return number === null || Number.isNaN(number) ? value : String(number);
  };
  return rows.map((row) => row.map(plain).join("\t")).join("\r\n");
}

const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;

/** A name as it is compared: case, spaces and the place of a tone (uỷ, ủy) do not count; the tone itself does. */
export function nameKey(name) {
  const words = name.normalize("NFD").toLowerCase().split(/[\s\u2010-\u2015-]+/);
  return words
    .map((word) => word.replace(TONES, "").normalize("NFC") + (word.match(TONES) ?? []).join(""))
    .join(" ")
    .trim();
}

/** Marks and case taken off, to filter by. */
export function foldName(name) {
  return name
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .trim();
}

/** Which column of a block holds names of the sheet's rows, and the row of each line; null where none does. */
function matchNames(block, sheet) {
  const byName = new Map();
  sheet.rows.forEach(({ row }, r) => {
    const key = nameKey(rowName(row));
    byName.set(key, byName.has(key) ? null : r);
  });
  const width = Math.max(...block.map((line) => line.length));
  for (let c = 0; c < width - 1; c += 1) {
    const found = block.map((line) => byName.get(nameKey(line[c] ?? "")) ?? null);
    if (found.some((r) => r !== null)) return { column: c, rows: found };
  }
  return null;
}

/** A row's own name, without the number before it. */
export function rowName(row) {
  const head = row.querySelector("th.first");
  return [...head.childNodes].filter((node) => !node.classList?.contains("place")).map((node) => node.textContent).join("");
}

/**
 * What a paste at (top, left) would do: `edits` in order, and what the reader must know first. Lines that begin with a
 * unit's name go to that unit, whatever their order; lines whose name is not found are left out and told.
 */
export function planPaste(block, sheet, { top, left }) {
  const names = matchNames(block, sheet);
  const plan = { edits: [], outside: 0, unknown: [], replaced: 0, emptied: 0, unread: [], named: Boolean(names) };
  block.forEach((line, i) => {
    const r = names ? names.rows[i] : top + i;
    const values = names ? line.slice(names.column + 1) : line;
    if (r === null) plan.unknown.push(line.filter(Boolean).join(" · ").slice(0, 60));
    else values.forEach((value, j) => addEdit(plan, sheet.cell(r, left + j), value));
  });
  return plan;
}

function addEdit(plan, cell, value) {
  if (!cell) {
    plan.outside += value === "" ? 0 : 1;
    return;
  }
  const number = readNumber(value);
  const held = readNumber(cell.now.value);
  if (Number.isNaN(number)) plan.unread.push({ cell, value });
  if (cell.now.value !== "" && number === null) plan.emptied += 1;
  else if (cell.now.value !== "" && number !== held) plan.replaced += 1;
  plan.edits.push({ cell, value, noNeed: value === "" && cell.now.noNeed });
}

/** Whether a paste is to be shown before it is done. */
export function wantsPreview(plan) {
  const surprising = plan.replaced + plan.emptied + plan.outside + plan.unread.length + plan.unknown.length;
  return plan.named || plan.edits.length > 50 || (plan.edits.length > 1 && surprising > 0);
}
