// Totals of the Board's grid: rows and groups at once from the cells, the head from the server's answer.

import { showNumber, showSum } from "./numbers.js";

const UNKNOWN = "–";

export class Totals {
  constructor(sheet) {
    this.table = sheet.table;
    this.rowsOf = new Map();
    for (const { row, cells } of sheet.all) {
      const body = row.parentElement;
      if (!this.rowsOf.has(body)) this.rowsOf.set(body, []);
      this.rowsOf.get(body).push(cells);
    }
    this.board = this.table.classList.contains("grid-board");
  }

  /** Add up again what these cells are part of. */
  update(cells) {
    if (!this.board) return;
    for (const row of new Set(cells.map((cell) => cell.row))) this.#row(row);
    for (const body of new Set(cells.map((cell) => cell.row.parentElement))) this.#group(body);
  }

  #row(row) {
    const cells = this.rowsOf.get(row.parentElement).find((members) => members[0].row === row);
    const total = row.querySelector("td.total");
    if (total) total.textContent = showSum(cells.reduce((sum, cell) => sum + cell.counted, 0));
  }

  #group(body) {
    const rows = this.rowsOf.get(body);
    const sums = rows[0].map((_, c) => rows.reduce((sum, cells) => sum + cells[c].counted, 0));
    const line = body.querySelector("tr.group");
    sums.push(sums.reduce((sum, number) => sum + number, 0));
    sums.forEach((sum, c) => {
      if (line.cells[c + 1]) line.cells[c + 1].textContent = showSum(sum);
    });
  }

  /** The head as the server sees it: [{given, allocated, held, left}] in the order of the columns. */
  head(columns) {
    for (const kind of ["given", "allocated", "held", "left"]) {
      const line = this.table.tHead.querySelector(`.sum-${kind}`);
      if (!line) continue;
      const numbers = columns.map((column) => column[kind]);
      const total = numbers.includes(null) ? null : numbers.reduce((sum, number) => sum + number, 0);
      [...numbers, total].forEach((number, c) => {
        if (line.cells[c + 1]) this.#put(line.cells[c + 1], number, kind);
      });
    }
  }

  #put(cell, number, kind) {
    cell.textContent = number === null ? UNKNOWN : showNumber(number);
    if (kind !== "left") return;
    cell.classList.toggle("is-some", number !== null && number > 0);
    cell.classList.toggle("is-over", number !== null && number < 0);
  }
}
