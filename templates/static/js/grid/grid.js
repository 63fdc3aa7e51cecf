// One grid that may be changed: its cells, keys, clipboard, history, saving and what it says, brought together.

import { oneCell, readBlock, writeBlock } from "./blocks.js";
import { Sheet } from "./cells.js";
import { History } from "./history.js";
import { Keep } from "./keep.js";
import { Keys } from "./keys.js";
import { showNumber } from "./numbers.js";
import { Paste } from "./paste.js";
import { Reasons, showDeparture } from "./reasons.js";
import { Saver } from "./saver.js";
import { Show } from "./show.js";
import { Totals } from "./totals.js";
import { Window } from "./window.js";

const same = (a, b) => a.value.trim() === b.value.trim() && a.noNeed === b.noNeed;

export class Grid {
  constructor(form) {
    this.form = form;
    this.sheet = new Sheet(form.querySelector("table.grid"));
    this.totals = new Totals(this.sheet);
    this.window = new Window(this.sheet, form.querySelector("[data-box]"));
    this.show = new Show(form, {
      choose: (cell, mine) => this.choose(cell, mine),
      go: (cell) => this.keys.goTo(cell),
      explain: (cell) => this.reasons.ask([cell], { lead: true }),
    });
    this.reasons = new Reasons(
      (cells) => this.#explained(cells),
      (cell) => this.keys.goTo(cell),
    );
    this.saver = new Saver(form, new Keep(form.dataset.store, form.dataset.cellsUrl), this.#answers());
    this.history = new History((edits) => this.change(edits, { remember: false }));
    this.keys = new Keys(this.sheet, form.querySelector("[data-box]"), {
      commit: (cell, how) => this.commit(cell, how),
      giveUp: (cell) => this.giveUp(cell),
      toggle: (cell) => this.toggle(cell),
      clear: (cells) => this.change(cells.map((cell) => ({ cell, value: "", noNeed: cell.now.noNeed }))),
      fillDown: (block) => this.fillDown(block),
      undo: () => this.undo(),
      redo: () => this.redo(),
      help: () => document.querySelector("[data-keys]").showModal(),
      reveal: (row) => this.window.reveal(row),
      at: (cell) => this.#at(cell),
      trail: () => this.trail.hidden || this.trail.click(),
      selected: ({ top, bottom, left, right }) =>
        this.show.tell(`Đã chọn ${bottom - top + 1} dòng × ${right - left + 1} cột.`),
    });
    this.trail = form.querySelector("[data-trail]");
    this.#clipboard();
    this.savedAt = "";
    this.#restore();
    this.#rest({ aloud: false });
  }

  // Changing

  /** Change cells: [{cell, value, noNeed}]. One step to undo, one save. */
  change(edits, { remember = true } = {}) {
    const step = [];
    for (const { cell, value, noNeed } of edits) {
      if (cell.locked) continue;
      const after = { value, noNeed };
      const before = cell.now;
      cell.put(after);
      cell.reason = "";
      cell.needsReason = false;
      if (!same(before, after)) step.push({ cell, before, after });
    }
    if (!step.length) return;
    if (remember) this.history.remember(step);
    const cells = step.map(({ cell }) => cell);
    for (const cell of cells) this.show.cell(cell, "saving");
    this.saver.add(cells);
    this.totals.update(cells);
    this.show.listTroubles();
    this.#buttons();
  }

  /** Take what stands in the box. A number and "no need" exclude each other: what was done last counts. */
  commit(cell, { again = false } = {}) {
    const { value, noNeed } = cell.typed;
    if (value.trim() === cell.now.value.trim()) {
      cell.put(cell.now);
      if (again && cell.state === "refused") this.#resend(cell);
    } else this.change([{ cell, value, noNeed: noNeed && value.trim() === "" }]);
  }

  toggle(cell) {
    const noNeed = cell.tick.checked;
    this.change([{ cell, value: noNeed ? "" : cell.now.value, noNeed }]);
  }

  fillDown({ top, bottom, left, right }) {
    const edits = [...this.sheet.block({ top: top + 1, bottom, left, right })].map(({ cell, c }) => {
      const { value } = this.sheet.cell(top, c).now;
      return { cell, value, noNeed: value === "" && cell.now.noNeed };
    });
    this.change(edits);
    this.show.tell(`Đã điền ${showNumber(edits.length)} ô.`);
  }

  undo() {
    this.#stepped("Đã hoàn tác", this.history.undo());
  }

  redo() {
    this.#stepped("Đã làm lại", this.history.redo());
  }

  #stepped(words, cells) {
    if (cells) this.show.tell(`${words} ${showNumber(cells)} ô.`);
    this.#buttons();
  }

  /** The link to who wrote a cell follows the cell that has the focus. */
  #at(cell) {
    const { historyTable, historyUrl } = this.form.dataset;
    if (!historyUrl) return;
    const asked = new URLSearchParams({ bang: historyTable, "don-vi": cell.unit, "chi-tieu": cell.quota });
    this.trail.href = `${historyUrl}?${asked}`;
    this.trail.hidden = false;
  }

  /** Two wrote one cell: keep what is typed here, or take what the other wrote. */
  choose(cell, mine) {
    const { theirs } = cell;
    cell.version = theirs.version;
    cell.stored = { number: theirs.number, noNeed: theirs.no_need };
    if (mine) this.#resend(cell);
    else this.#takeStored(cell);
    this.keys.goTo(cell);
  }

  /** Take back what was refused: the number that is saved stands again. */
  giveUp(cell) {
    if (cell.state === "refused") this.#takeStored(cell);
    else cell.put(cell.now);
  }

  #resend(cell) {
    this.show.cell(cell, "saving");
    this.saver.add([cell]);
    this.show.line("Đang lưu 1 ô …", "busy", { aloud: false });
    this.show.listTroubles();
  }

  #takeStored(cell) {
    this.saver.drop(cell);
    cell.put({ value: showNumber(cell.stored.number), noNeed: cell.stored.noNeed });
    this.show.cell(cell, "");
    this.totals.update([cell]);
    this.show.listTroubles();
    this.#rest();
  }

  // Clipboard

  #clipboard() {
    const ours = (event) => this.sheet.byInput.has(event.target) && this.keys.mode === "move" && this.keys.block;
    const table = this.sheet.table;
    table.addEventListener("copy", (event) => ours(event) && this.#copy(event));
    table.addEventListener("cut", (event) => {
      if (!ours(event)) return;
      this.#copy(event);
      this.change(this.keys.selected.map((cell) => ({ cell, value: "", noNeed: cell.now.noNeed })));
    });
    table.addEventListener("paste", (event) => ours(event) && this.#paste(event));
  }

  #copy(event) {
    const { top, left, bottom, right } = this.keys.block;
    const rows = [];
    for (let r = top; r <= bottom; r += 1) {
      rows.push(this.sheet.rows[r].cells.slice(left, right + 1).map((cell) => cell.now.value));
    }
    event.clipboardData.setData("text/plain", writeBlock(rows));
    event.preventDefault();
  }

  async #paste(event) {
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    const value = oneCell(text);
    if (value === null) await (this.form.dataset.pasteUrl ? this.#pasteBlock(text) : this.#placeBlock(text));
    else this.change(this.keys.selected.map((cell) => ({ cell, value, noNeed: value === "" && cell.now.noNeed })));
  }

  async #pasteBlock(text) {
    const { top, left } = this.keys.block;
    const focus = this.keys.anchor;
    const paste = new Paste(this.form, this.sheet, { text, lines: this.sheet.linesFrom(top), left });
    this.show.line("Đang đọc khối dán …", "busy");
    const trouble = await paste.read();
    if (trouble) {
      this.show.line(trouble, "bad");
      return;
    }
    this.#rest({ aloud: false });
    const edits = await paste.ask();
    this.change(edits);
    this.keys.go(focus.r, focus.c);
    if (edits.length) this.show.line(`Đã dán ${showNumber(edits.length)} ô. Hoàn tác: Ctrl+Z.`, "busy");
  }

  /** Where the server previews no paste: cell by cell as they stand; a blank leaves what is there. */
  #placeBlock(text) {
    const { top, left } = this.keys.block;
    const lines = readBlock(text);
    const right = left + Math.max(...lines.map((line) => line.length)) - 1;
    const edits = [...this.sheet.block({ top, left, bottom: top + lines.length - 1, right })]
      .map(({ cell, r, c }) => ({ cell, value: lines[r - top]?.[c - left] ?? "", noNeed: false }))
      .filter(({ value }) => value !== "");
    this.change(edits);
    this.show.tell(`Đã dán ${showNumber(edits.length)} ô.`);
  }

  // Saving

  #answers() {
    return {
      saving: (cells) => {
        for (const cell of cells) this.show.cell(cell, "saving");
        this.show.line(`Đang lưu ${showNumber(cells.length)} ô …`, "busy", { aloud: false });
      },
      answered: (cell, result, current) => this.#answered(cell, result, current),
      reply: (told) => this.#reply(told),
      refused: (cells, message) => {
        for (const cell of cells) this.show.cell(cell, "refused", message);
        this.totals.update(cells);
        this.show.listTroubles();
      },
      offline: (cells, seconds) => this.#away(cells, `thử lại sau ${seconds} giây.`, { retry: true }),
      signedOut: (cells, message) => {
        const then = message
          ? "đăng xuất, đăng nhập lại bằng tài khoản của bạn ở cửa sổ khác rồi quay về đây."
          : "đăng nhập lại ở cửa sổ khác rồi quay về đây.";
        this.#away(cells, then, { why: message ?? "Phiên làm việc đã hết.", login: true, retry: true });
      },
      idle: () => this.#rest(),
    };
  }

  #answered(cell, result, current) {
    const settled = result.outcome === "saved" || result.outcome === "unchanged";
    if (settled || result.outcome === "refused") {
      cell.stored = { number: result.number, noNeed: result.no_need };
    }
    // A stale cell stays stale until somebody has chosen: the version seen here moves only with what is settled.
    if (settled) cell.version = result.version;
    if (!current) return;
    if (settled) this.#settle(cell, result);
    else {
      cell.theirs = result;
      cell.needsReason = Boolean(result.needs_reason);
      if (cell.needsReason) this.reasons.add(cell);
      this.show.cell(cell, result.outcome, result.message);
    }
  }

  /** A reason was given: the same numbers again, with it. */
  #explained(cells) {
    for (const cell of cells) this.show.cell(cell, "saving");
    this.saver.add(cells);
    this.totals.update(cells);
    this.show.listTroubles();
  }

  #settle(cell, result) {
    cell.reason = "";
    cell.needsReason = false;
    this.reasons.drop(cell);
    if (result.outcome === "saved") showDeparture(cell, result.difference);
    const value = showNumber(result.number);
    cell.now = { value, noNeed: result.no_need };
    const busy = document.activeElement === cell.input && this.keys.mode !== "move";
    if (!busy) {
      const whole = document.activeElement === cell.input;
      cell.put(cell.now);
      if (whole) cell.input.select();
    }
    this.show.cell(cell, "saved");
  }

  #reply(told) {
    this.savedAt = told.saved_at;
    if (told.columns) this.totals.head(told.columns);
    this.totals.update(told.cells.map(({ unit, quota }) => this.sheet.cells.get(`${unit}:${quota}`)));
    this.show.listTroubles();
    this.reasons.ask();
  }

  #away(cells, then, { why = "Mất kết nối.", ...buttons }) {
    for (const cell of cells) this.show.cell(cell, "offline");
    const words = `${why} ${showNumber(cells.length)} ô chưa lưu được giữ trên máy này; ${then}`;
    this.show.line(words, "bad", { aloud: this.lastAway !== why, ...buttons });
    this.lastAway = why;
  }

  /** What the line below says when nothing is on its way. */
  #rest({ aloud = true } = {}) {
    this.lastAway = "";
    const filled = [...this.sheet.cells.values()].filter((cell) => cell.answered).length;
    const troubled = this.show.troubles.size;
    const parts = [`${showNumber(filled)} ô đã nhập`];
    if (troubled) parts.push(`${showNumber(troubled)} ô cần sửa`);
    if (this.savedAt) parts.push(`lưu lúc ${this.savedAt}`);
    this.show.line(parts.join(" · "), troubled ? "bad" : this.savedAt ? "ok" : "", { aloud });
  }

  #restore() {
    const sent = this.saver.resume(this.sheet.cells);
    const cells = [];
    let waiting = 0;
    for (const cell of this.sheet.cells.values()) {
      const kept = this.saver.keep.get(cell);
      if (!kept) continue;
      const onItsWay = sent.get(cell.key);
      if (!onItsWay && same(kept, cell.now)) this.saver.keep.drop(cell);
      else {
        cell.put({ value: kept.value, noNeed: Boolean(kept.noNeed) && cell.tick !== null });
        cell.version = Number(kept.version) || 0;
        this.show.cell(cell, "saving");
        this.totals.update([cell]);
        waiting += 1;
        if (!onItsWay || !same(kept, onItsWay)) cells.push(cell);
      }
    }
    if (cells.length) this.saver.add(cells);
    if (waiting) this.show.tell(`Đã lấy lại ${showNumber(waiting)} ô chưa lưu từ lần trước.`);
  }

  #buttons() {
    this.form.querySelector("[data-undo]").disabled = !this.history.done.length;
    this.form.querySelector("[data-redo]").disabled = !this.history.undone.length;
  }
}
