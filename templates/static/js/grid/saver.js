// Sending changed cells, one request at a time; what has not been answered is sent again as it was, under its key.

import { post } from "./request.js";

const PAUSE = 500;
const LARGEST_BATCH = 1000;
const LONGEST_WAIT = 60_000;

/** A key for one submit. `crypto.randomUUID` is there on secure pages only, and an office's server may speak HTTP. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Queue of changed cells. `on` is told: saving(cells), answered(cell, result, current), reply(body),
 * refused(cells, message), offline(cells, seconds), signedOut(cells, message), idle().
 */
export class Saver {
  constructor(form, keep, on) {
    this.form = form;
    this.url = form.dataset.cellsUrl;
    this.writer = Number(form.dataset.writer);
    this.keep = keep;
    this.on = on;
    this.queue = new Map();
    this.pending = null;
    this.failures = 0;
    this.stopped = "";
    window.addEventListener("online", () => this.now());
    window.addEventListener("signed-in-again", () => this.now());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.now();
      else if (this.stopped === "signed out") this.now();
    });
  }

  /** The cells that the server does not have yet. */
  get unsavedCells() {
    const pending = this.pending ? [...this.pending.sent].map(([key, { cell }]) => [key, cell]) : [];
    return [...new Map([...pending, ...this.queue]).values()];
  }

  get unsaved() {
    return this.unsavedCells.length;
  }

  add(cells) {
    for (const cell of cells) {
      cell.edition += 1;
      this.queue.set(cell.key, cell);
      this.keep.put(cell);
    }
    if (!this.stopped) this.#in(PAUSE);
  }

  /** Forget what was typed into a cell. */
  drop(cell) {
    cell.edition += 1;
    this.queue.delete(cell.key);
    this.keep.drop(cell);
  }

  now() {
    this.stopped = "";
    this.#in(0);
  }

  /** Take up the batch of an earlier visit that was not answered: it goes again under its key. Its cells, by key. */
  resume(cells) {
    const batch = this.keep.batch;
    if (!batch) return new Map();
    const values = new Map();
    const sent = new Map();
    for (const one of batch.cells) {
      const cell = cells.get(`${one.unit}:${one.quota}`);
      if (!cell) continue;
      values.set(cell.key, { value: one.value, noNeed: one.no_need });
      sent.set(cell.key, { cell, edition: cell.edition });
    }
    this.pending = { body: JSON.stringify(batch), sent };
    this.now();
    return values;
  }

  #in(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#send(), milliseconds);
  }

  async #send() {
    if (this.busy) return;
    this.pending ??= this.#nextBatch();
    if (!this.pending) return;
    this.busy = true;
    this.keep.putBatch(this.pending.body);
    this.on.saving([...this.pending.sent.values()].map(({ cell }) => cell));
    const answer = await post(this.form, this.url, this.pending.body);
    this.busy = false;
    if (answer.kind === "away" || answer.kind === "signed out") this.#wait(answer);
    else this.#settle(answer);
  }

  #nextBatch() {
    const batch = [...this.queue.values()].slice(0, LARGEST_BATCH);
    if (!batch.length) return null;
    for (const cell of batch) this.queue.delete(cell.key);
    const cells = batch.map((cell) => ({
      unit: cell.unit,
      quota: cell.quota,
      value: cell.now.value,
      version: cell.version,
      no_need: cell.now.noNeed,
      reason: cell.reason,
    }));
    const sent = new Map(batch.map((cell) => [cell.key, { cell, edition: cell.edition }]));
    return { body: JSON.stringify({ key: newKey(), writer: this.writer, cells }), sent };
  }

  #settle(answer) {
    const { sent } = this.pending;
    this.pending = null;
    this.keep.dropBatch();
    if (answer.kind === "ok") this.#take(answer.told, sent);
    else this.#refuse(answer, sent);
  }

  #take(told, sent) {
    this.failures = 0;
    for (const result of told.cells) {
      const { cell, edition } = sent.get(`${result.unit}:${result.quota}`) ?? {};
      if (!cell) continue;
      const current = cell.edition === edition;
      if (current && (result.outcome === "saved" || result.outcome === "unchanged")) this.keep.drop(cell);
      this.on.answered(cell, result, current);
    }
    this.on.reply(told);
    if (this.queue.size) this.#in(0);
    else this.on.idle();
  }

  #refuse(answer, sent) {
    const message =
      answer.told.message ??
      (answer.status === 403
        ? "Tài khoản của bạn không được ghi vào bảng này. Số vừa gõ chưa lưu."
        : "Máy chủ không nhận các ô này: tải lại trang rồi thử lại.");
    const cells = [...sent.values()].filter(({ cell, edition }) => cell.edition === edition).map(({ cell }) => cell);
    this.on.refused(cells, message);
    if (this.queue.size) this.#in(PAUSE);
    else this.on.idle();
  }

  #wait({ kind, told }) {
    if (kind === "signed out") {
      this.stopped = kind;
      this.on.signedOut(this.unsavedCells, told.message);
      return;
    }
    this.failures += 1;
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** this.failures);
    this.on.offline(this.unsavedCells, wait / 1000);
    this.#in(wait);
  }
}
