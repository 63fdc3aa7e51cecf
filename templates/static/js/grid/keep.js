// What is not saved yet, kept in this browser from one visit to the next.

/** One entry per user, plan and cell; and per grid the batch that was sent and not answered, as it was sent. */
export class Keep {
  constructor(prefix, grid) {
    this.prefix = `${prefix}:`;
    this.batchKey = `${prefix}:batch:${grid}`;
  }

  put(cell) {
    const kept = { ...cell.now, version: cell.version, at: Date.now() };
    this.#quietly(() => localStorage.setItem(this.prefix + cell.key, JSON.stringify(kept)));
  }

  drop(cell) {
    this.#quietly(() => localStorage.removeItem(this.prefix + cell.key));
  }

  get(cell) {
    const kept = this.#read(this.prefix + cell.key);
    return kept && typeof kept.value === "string" ? kept : null;
  }

  putBatch(body) {
    this.#quietly(() => localStorage.setItem(this.batchKey, body));
  }

  dropBatch() {
    this.#quietly(() => localStorage.removeItem(this.batchKey));
  }

  /** The batch as {key, cells}; null where there is none. */
  get batch() {
    const batch = this.#read(this.batchKey);
    return batch && Array.isArray(batch.cells) ? batch : null;
  }

  #read(name) {
    let kept = null;
    this.#quietly(() => {
      kept = JSON.parse(localStorage.getItem(name));
    });
    return kept;
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
