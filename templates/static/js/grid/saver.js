// Sending changed cells, one request at a time; keeping in this browser what has not arrived, and trying again.

const PAUSE = 500;
const LARGEST_BATCH = 1000;
const PATIENCE = 30_000;
const LONGEST_WAIT = 60_000;
const KEEPALIVE_LIMIT = 60_000;

function token(form) {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

/** What is not saved yet, kept from one visit to the next: one entry per user, plan and cell. */
export class Keep {
  constructor(prefix) {
    this.prefix = `${prefix}:`;
  }

  put(cell) {
    this.#quietly(() =>
      localStorage.setItem(
        this.prefix + cell.key,
        JSON.stringify({ ...cell.now, version: cell.version, at: Date.now() }),
      ),
    );
  }

  drop(cell) {
    this.#quietly(() => localStorage.removeItem(this.prefix + cell.key));
  }

  get(cell) {
    let kept = null;
    this.#quietly(() => {
      kept = JSON.parse(localStorage.getItem(this.prefix + cell.key));
    });
    return kept && typeof kept.value === "string" ? kept : null;
  }

  // A browser may refuse to store; saving to the server goes on without.
  #quietly(action) {
    try {
      action();
    } catch {
      this.refused = true;
    }
  }
}

/**
 * Queue of changed cells. `on` is told: saving(cells), answered(cell, result, current), reply(body),
 * refused(cells, message), offline(seconds), signedOut(), idle().
 */
export class Saver {
  constructor(form, keep, on) {
    this.form = form;
    this.url = form.dataset.cellsUrl;
    this.keep = keep;
    this.on = on;
    this.queue = new Map();
    this.sent = null;
    this.failures = 0;
    this.stopped = "";
    window.addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.now();
      else if (this.stopped === "signed out") this.now();
    });
  }

  /** How many cells the server does not have yet. */
  get unsaved() {
    return new Set([...this.queue.keys(), ...(this.sent ? this.sent.keys() : [])]).size;
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

  #in(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#send(), milliseconds);
  }

  async #send() {
    if (this.sent || !this.queue.size) return;
    const batch = [...this.queue.values()].slice(0, LARGEST_BATCH);
    this.sent = new Map(batch.map((cell) => [cell.key, { cell, edition: cell.edition }]));
    for (const cell of batch) this.queue.delete(cell.key);
    this.on.saving(batch);
    const answer = await this.#post(batch);
    const sent = this.sent;
    this.sent = null;
    this.#settle(answer, sent);
  }

  async #post(batch) {
    const cells = batch.map((cell) => ({
      unit: cell.unit,
      quota: cell.quota,
      value: cell.now.value,
      version: cell.version,
      no_need: cell.now.noNeed,
    }));
    const body = JSON.stringify({ cells });
    try {
      const response = await fetch(this.url, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/json", "X-CSRFToken": token(this.form) },
        redirect: "manual",
        keepalive: body.length < KEEPALIVE_LIMIT,
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (response.type === "opaqueredirect") return { kind: "signed out" };
      if (response.status >= 500) return { kind: "away" };
      const told = (response.headers.get("Content-Type") ?? "").startsWith("application/json")
        ? await response.json()
        : {};
      return { kind: response.ok ? "ok" : "refused", status: response.status, told };
    } catch {
      return { kind: "away" };
    }
  }

  #settle(answer, sent) {
    if (answer.kind === "ok") this.#take(answer.told, sent);
    else if (answer.kind === "refused") this.#refuse(answer, sent);
    else this.#wait(answer.kind, sent);
  }

  #take(told, sent) {
    this.failures = 0;
    for (const result of told.cells) {
      const { cell, edition } = sent.get(`${result.unit}:${result.quota}`);
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

  #wait(kind, sent) {
    // What was typed since stands in the queue already; the rest goes back into it.
    const back = [...sent.values()].map(({ cell }) => cell).filter((cell) => !this.queue.has(cell.key));
    this.queue = new Map([...back.map((cell) => [cell.key, cell]), ...this.queue]);
    if (kind === "signed out") {
      this.stopped = kind;
      this.on.signedOut([...this.queue.values()]);
      return;
    }
    this.failures += 1;
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** this.failures);
    this.on.offline([...this.queue.values()], wait / 1000);
    this.#in(wait);
  }
}
