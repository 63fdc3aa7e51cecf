// The cells of a grid as the page holds them, and where they stand.

import { readNumber } from "./numbers.js";

const NAME = /^c-([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+|x)?$/;

/**
 * One cell: what is in the box (`now`), what the server holds (`stored`), and the version the writer has seen.
 * `edition` counts the changes made here, so that a late answer is not taken for an answer to newer typing.
 */
export class Cell {
  constructor(input, match, tick) {
    this.input = input;
    this.tick = tick;
    this.box = input.closest("td");
    this.row = input.closest("tr");
    this.unit = Number(match[1]);
    this.quota = Number(match[2]);
    this.version = Number(match[3]);
    this.key = `${this.unit}:${this.quota}`;
    this.label = input.getAttribute("aria-label");
    this.stored = { number: /^[0-9]+$/.test(match[4] ?? "") ? Number(match[4]) : null, noNeed: match[4] === "x" };
    this.now = { value: input.value, noNeed: tick?.checked ?? false };
    this.edition = 0;
    this.state = "";
    this.theirs = null;
    this.reason = "";
    this.needsReason = false;
    this.say = document.getElementById(input.getAttribute("aria-describedby"));
  }

  put({ value, noNeed }) {
    this.now = { value, noNeed };
    this.input.value = value;
    if (this.tick) this.tick.checked = noNeed;
  }

  get typed() {
    return { value: this.input.value, noNeed: this.tick?.checked ?? false };
  }

  /** Whether it is shown but takes no number. */
  get locked() {
    return this.input.readOnly || this.input.disabled;
  }

  /** Whether it has an answer on the server: a number, or that there is no need. */
  get answered() {
    return this.stored.number !== null || this.stored.noNeed;
  }

  /** The number to add up: what is typed when the server may take it, else what it holds. */
  get counted() {
    const number = readNumber(this.now.value);
    const refused = this.state === "refused" || this.state === "conflict" || Number.isNaN(number);
    return (refused ? this.stored.number : number) ?? 0;
  }
}

function isShown(row) {
  return !row.classList.contains("filtered") && !row.closest(".folded");
}

/** The cells of a table by key and by place. Rows that are folded or filtered away are not among `rows`. */
export class Sheet {
  constructor(table) {
    this.table = table;
    this.cells = new Map();
    this.all = [];
    this.lines = [];
    this.byInput = new Map();
    for (const row of table.tBodies ? [...table.tBodies].flatMap((body) => [...body.rows]) : []) this.#readRow(row);
    this.refresh();
  }

  #readRow(row) {
    const tick = row.querySelector("input[type=checkbox]");
    const cells = [];
    for (const input of row.querySelectorAll("input[name^='c-']")) {
      const match = NAME.exec(input.name);
      if (match) cells.push(new Cell(input, match, tick));
    }
    if (!row.querySelector("th.first") || row.classList.contains("group")) return;
    this.lines.push({ row, cells });
    if (!cells.length) return;
    const stops = tick ? [cells[0].input, tick] : cells.map((cell) => cell.input);
    this.all.push({ row, cells, stops });
    for (const cell of cells) {
      this.cells.set(cell.key, cell);
      this.byInput.set(cell.input, cell);
      if (tick) this.byInput.set(tick, cell);
    }
  }

  /** Look again which rows are shown. */
  refresh() {
    this.rows = this.all.filter(({ row }) => isShown(row));
    this.places = new Map();
    this.rows.forEach(({ stops }, r) => stops.forEach((stop, c) => this.places.set(stop, { r, c })));
  }

  /** The rows shown from a place down, those without a box among them: what a block of lines falls on. */
  linesFrom(r) {
    const { row } = this.rows[r];
    const shown = this.lines.filter((line) => isShown(line.row));
    return shown.slice(shown.findIndex((line) => line.row === row));
  }

  place(input) {
    return this.places.get(input);
  }

  stop(r, c) {
    return this.rows[r]?.stops[c];
  }

  cell(r, c) {
    return this.rows[r]?.cells[c];
  }

  get height() {
    return this.rows.length;
  }

  get width() {
    return this.rows[0]?.cells.length ?? 0;
  }

  /** The cells of a block, row by row, with their places. */
  *block({ top, left, bottom, right }) {
    for (let r = top; r <= bottom; r += 1) {
      for (let c = left; c <= right; c += 1) {
        const cell = this.cell(r, c);
        if (cell) yield { cell, r, c };
      }
    }
  }
}
