// What the page says of its cells: at the cell, in the list of those that need a hand, and in the line below.

import { showNumber } from "./numbers.js";

const WORDS = { saving: "đang lưu …", saved: "đã lưu ✓", offline: "chưa lưu, sẽ thử lại ↻" };
const LONGEST_LIST = 50;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Show {
  /** `choose(cell, mine)` when one of two values is chosen, `go(cell)` to lead to a cell, `explain(cell)` to say why. */
  constructor(form, { choose, go, explain }) {
    this.form = form;
    this.choose = choose;
    this.go = go;
    this.explain = explain;
    this.troubles = new Map();
    this.status = form.querySelector("[data-status]");
    this.live = form.querySelector("[data-live]");
    this.list = form.querySelector("[data-troubles-list]");
    this.section = form.querySelector("[data-troubles]");
    this.head = form.querySelector("[data-troubles-head]");
    this.retry = form.querySelector("[data-retry]");
    this.login = form.querySelector("[data-login]");
  }

  /** Show a cell in a state; `message` for refused and conflict. */
  cell(cell, state, message = "") {
    cell.state = state;
    cell.box.className = state ? `cell is-${state}` : "cell";
    cell.box.title = WORDS[state] ?? "";
    const troubled = state === "refused" || state === "conflict";
    if (troubled) {
      cell.input.setAttribute("aria-invalid", "true");
      this.troubles.set(cell.key, { cell, message });
    } else {
      cell.input.removeAttribute("aria-invalid");
      this.troubles.delete(cell.key);
    }
    this.#say(cell, state, troubled ? message : "");
  }

  #say(cell, state, message) {
    const note = cell.row.querySelector("td.note");
    const words = message || (note ? (WORDS[state] ?? "") : "");
    cell.say?.remove();
    cell.say = null;
    cell.input.removeAttribute("aria-describedby");
    if (!words) return;
    cell.say = element("span", { className: "say", id: `say-${cell.unit}-${cell.quota}` }, words);
    if (!message) cell.say.classList.add("is-calm");
    if (state === "conflict") {
      cell.say.classList.add("is-conflict");
      cell.say.append(" ", this.#choice(cell));
    } else if (state === "refused" && cell.needsReason) cell.say.append(" ", this.#question(cell));
    if (note) note.prepend(cell.say);
    else cell.box.append(cell.say);
    if (message) cell.input.setAttribute("aria-describedby", cell.say.id);
  }

  #question(cell) {
    const button = element("button", { type: "button", className: "button button-small" }, "Ghi lý do…");
    button.addEventListener("click", () => this.explain(cell));
    return element("span", { className: "choose" }, button);
  }

  #choice(cell) {
    const theirs = cell.theirs.no_need ? "không có nhu cầu" : showNumber(cell.theirs.number) || "để trống";
    const mine = cell.now.noNeed ? "không có nhu cầu" : cell.now.value.trim() || "để trống";
    const button = (label, keepsMine) => {
      const made = element("button", { type: "button", className: "button button-small" }, label);
      made.addEventListener("click", () => this.choose(cell, keepsMine));
      return made;
    };
    return element(
      "span",
      { className: "choose" },
      button(`Giữ số của tôi (${mine})`, true),
      button(`Lấy số mới (${theirs})`, false),
    );
  }

  /** Bring the list of cells that need a hand up to date. */
  listTroubles() {
    const all = [...this.troubles.values()];
    this.section.hidden = all.length === 0;
    // A cell that takes the focus is scrolled clear of the line below, which now is higher.
    document.documentElement.style.scrollPaddingBottom = `${this.section.parentElement.offsetHeight + 8}px`;
    this.head.textContent = `⚠ ${showNumber(all.length)} ô cần sửa`;
    const items = all.slice(0, LONGEST_LIST).map(({ cell, message }) => {
      const link = element("button", { type: "button", className: "link-button" }, `${cell.label}:`);
      link.addEventListener("click", () => this.go(cell));
      const item = element("li", {}, link, ` ${message} `);
      if (cell.state === "conflict") item.append(this.#choice(cell));
      else if (cell.needsReason) item.append(this.#question(cell));
      return item;
    });
    if (all.length > LONGEST_LIST) items.push(element("li", {}, `và ${all.length - LONGEST_LIST} ô nữa.`));
    this.list.replaceChildren(...items);
  }

  /** Say something to who listens and does not look. */
  tell(words) {
    this.live.textContent = words;
  }

  /** The line below the grid. `tone`: "", "ok", "busy", "bad"; spoken as well when `aloud`. */
  line(words, tone = "", { aloud = true, retry = false, login = false } = {}) {
    this.status.textContent = words;
    this.status.dataset.tone = tone;
    this.retry.hidden = !retry;
    this.login.hidden = !login;
    if (aloud) this.live.textContent = words;
  }
}
