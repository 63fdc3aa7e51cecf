// Undo and redo of one surface: its text and caret, kept as they were. A run of typing is one step.

const DEPTH = 200;
const PAUSE = 900;

export class History {
  constructor(state) {
    this.past = [];
    this.now = state;
    this.future = [];
    this.at = 0;
  }

  /** A new state; `typed` ones that follow each other closely become one step. */
  remember(state, { typed = false } = {}) {
    if (state.text === this.now.text) {
      this.now = state;
      return;
    }
    const near = typed && Date.now() - this.at < PAUSE;
    if (!near) this.past.push(this.now);
    if (this.past.length > DEPTH) this.past.shift();
    this.at = typed ? Date.now() : 0;
    this.now = state;
    this.future = [];
  }

  /** The state to go back to, or undefined. */
  undo() {
    return this.#go(this.past, this.future);
  }

  redo() {
    return this.#go(this.future, this.past);
  }

  #go(from, to) {
    const state = from.pop();
    if (!state) return undefined;
    to.push(this.now);
    this.now = state;
    this.at = 0;
    return state;
  }
}
