// Blocks of cells to and from the clipboard, in the form in which Excel gives and takes them.

import { readNumber } from "./numbers.js";

/** The text of a clipboard that holds one cell; null for a block. Excel ends even one cell with an end of line. */
export function oneCell(text) {
  const cell = text.replace(/\r?\n$/, "");
  return /[\t\r\n]/.test(cell) ? null : cell.trim();
}

/** The cells of a block by line; the empty line at Excel's end is none. */
export function readBlock(text) {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  return lines.map((line) => line.split("\t").map((value) => value.trim()));
}

/** A block as tab-separated text; numbers without dots, so that no Excel takes 1.960 for a decimal. */
export function writeBlock(rows) {
  const plain = (value) => {
    const number = readNumber(value);
    return number === null || Number.isNaN(number) ? value : String(number);
  };
  return rows.map((row) => row.map(plain).join("\t")).join("\r\n");
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

/** A row's own name, without the number before it. */
export function rowName(row) {
  const head = row.querySelector("th.first");
  return [...head.childNodes].filter((node) => !node.classList?.contains("place")).map((node) => node.textContent).join("");
}
