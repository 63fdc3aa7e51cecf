// Undo and redo: a step is one change of one or many cells, a whole paste included.

const DEPTH = 200;

export class History {
  constructor(apply) {
    this.apply = apply;
    this.done = [];
    this.undone = [];
  }

  /** A step: [{cell, before, after}]. */
  remember(step) {
    this.done.push(step);
    if (this.done.length > DEPTH) this.done.shift();
    this.undone = [];
  }

  /** How many cells it changed. */
  undo() {
    return this.#move(this.done, this.undone, "before");
  }

  redo() {
    return this.#move(this.undone, this.done, "after");
  }

  #move(from, to, side) {
    const step = from.pop();
    if (!step) return 0;
    to.push(step);
    this.apply(step.map(({ cell, [side]: state }) => ({ cell, ...state })));
    return step.length;
  }
}
