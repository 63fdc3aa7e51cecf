// A paste of a block: the server reads it and says what each cell would do; the reader chooses; the edits come out.

import { rowName } from "./blocks.js";
import { showNumber } from "./numbers.js";
import { post } from "./request.js";

const MOST_SHOWN = 100;
const COUNTED = [
  ["new", "ô mới"],
  ["overwritten", "ô thay số đang có"],
  ["same", "ô đã có đúng số này"],
  ["refused", "ô bị từ chối: không đọc được là số người"],
  ["ambiguous", "ô mơ hồ: cần gõ lại cho rõ"],
  ["locked", "ô đã khóa: không nhận số mới"],
];
const BAD = new Set(["refused", "ambiguous"]);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function table(heads, rows, caption) {
  const head = element("tr", {}, ...heads.map((words) => element("th", { scope: "col" }, words)));
  const shown = rows.slice(0, MOST_SHOWN);
  const body = shown.map((row) => element("tr", {}, ...row.map((one) => element("td", {}, one))));
  const made = element("table", { className: "paste-list" }, element("caption", {}, caption));
  made.append(element("thead", {}, head), element("tbody", {}, ...body));
  if (rows.length > MOST_SHOWN) {
    const more = `và ${showNumber(rows.length - MOST_SHOWN)} chỗ nữa.`;
    made.append(element("tfoot", {}, element("tr", {}, element("td", { colSpan: heads.length }, more))));
  }
  return made;
}

/** One paste, from the question to the server until the reader has chosen. */
export class Paste {
  /** `text` falls with its first cell at `left` in the rows `lines` of the sheet: those shown, from there down. */
  constructor(form, sheet, { text, lines, left }) {
    this.form = form;
    this.sheet = sheet;
    this.lines = lines;
    const board = form.dataset.grid === "allocation";
    const own = (cell) => (board ? [cell.unit, cell.quota] : [cell.quota, cell.unit]);
    const first = lines.find(({ cells }) => cells.length);
    this.asked = {
      text,
      rows: lines.map(({ cells }) => (cells.length ? own(cells[0])[0] : null)),
      columns: first.cells.slice(left).map((cell) => own(cell)[1]),
      named: null,
      choices: {},
    };
    this.clear = false;
  }

  /** Ask the server. Resolves to "" when the preview is there, else to words that say why not. */
  async read() {
    const answer = await post(this.form, this.form.dataset.pasteUrl, JSON.stringify(this.asked));
    if (answer.kind === "ok") {
      this.#take(answer.told);
      return "";
    }
    const why = {
      away: "Mất kết nối nên chưa xem trước được khối dán. Chưa dán gì; khi có mạng, dán lại.",
      "signed out": "Phiên làm việc đã hết. Chưa dán gì; đăng nhập lại rồi dán lại.",
    };
    return why[answer.kind] ?? answer.told.message ?? "Máy chủ không nhận khối dán. Chưa dán gì.";
  }

  #take(told) {
    this.told = told;
    this.cells = told.cells.map((one) => {
      const cell = this.sheet.cells.get(`${one.unit}:${one.quota}`) ?? null;
      const locked = one.kind !== "blank" && (cell === null || cell.locked);
      return { ...one, cell, kind: locked ? "locked" : one.kind };
    });
  }

  /** The edits of a choice: "all", or "good" without what is no number. */
  edits(choice) {
    if (choice !== "all" && choice !== "good") return [];
    return this.cells.flatMap(({ cell, kind, number, typed }) => {
      if (kind === "blank") return this.clear && cell && !cell.locked ? [{ cell, value: "", noNeed: cell.now.noNeed }] : [];
      if (kind === "locked" || (BAD.has(kind) && choice === "good")) return [];
      return [{ cell, value: BAD.has(kind) ? typed : showNumber(number), noNeed: false }];
    });
  }

  #some(kind) {
    return this.cells.filter((one) => one.kind === kind);
  }

  /** Show what the paste would do; resolves to the edits to make, none when it is called off. */
  ask() {
    this.dialog = element("dialog", { className: "paste" });
    this.dialog.setAttribute("aria-labelledby", "paste-head");
    this.head = element("h2", { id: "paste-head" });
    this.body = element("div", { className: "paste-body" });
    this.actions = element("form", { method: "dialog", className: "dialog-actions" });
    this.dialog.append(this.head, this.body, this.actions);
    document.body.append(this.dialog);
    this.#draw();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => {
        this.dialog.remove();
        resolve(this.edits(this.dialog.returnValue));
      });
      this.dialog.showModal();
      this.actions.lastElementChild.focus();
    });
  }

  #draw() {
    this.head.textContent = `Dán ${showNumber(this.cells.length)} ô`;
    this.body.replaceChildren(
      this.#counts(),
      ...this.#lines(),
      ...this.#troubles(),
      ...this.#overwritten(),
      ...this.#ticks(),
    );
    this.#drawActions();
  }

  #counts() {
    const { height, width, outside, named } = this.told;
    const told = [`Khối ${showNumber(height)} dòng × ${showNumber(width)} cột.`];
    if (named) told.push("Dòng được đối chiếu theo tên hoặc mã ở cột đầu, không theo thứ tự.");
    for (const [kind, words] of COUNTED) {
      const { length } = this.#some(kind);
      if (length) told.push(`${showNumber(length)} ${words}.`);
    }
    const blank = this.#some("blank").length;
    if (blank) told.push(`${showNumber(blank)} ô trống trong khối: ${this.clear ? "xóa số cũ" : "giữ nguyên ô"}.`);
    if (outside) told.push(`Khối lớn hơn phần bảng từ ô này: ${showNumber(outside)} số nằm ngoài bảng, không dán.`);
    const list = element("ul", {}, ...told.map((words) => element("li", {}, words)));
    list.setAttribute("aria-live", "polite");
    return list;
  }

  // Lines whose name is not certain wait here until the reader has said which row is meant.

  #lines() {
    const lines = this.told.lines;
    if (!lines.length) return [];
    const waiting = lines.filter(({ row, chosen }) => row === null && !chosen).length;
    const caption = waiting
      ? `${showNumber(waiting)} dòng chưa rõ là nơi nào: không dán cho tới khi chọn`
      : "Dòng được nhận theo tên khác";
    const rows = lines.map((line) => [String(line.line), line.name || "(trống)", this.#place(line)]);
    return [table(["Dòng", "Tên trong khối dán", "Dán vào"], rows, caption)];
  }

  #place(line) {
    if (line.row !== null && !line.chosen) return `${line.row_name} – ${line.how}`;
    const options = line.candidates.map(({ row, name, how }) => [row, how ? `${name} – ${how}` : name]);
    if (line.row !== null) options.push([line.row, line.row_name]);
    if (!options.length) return line.reason;
    const select = element("select", { ariaLabel: `Dòng ${line.line}, «${line.name}»` });
    select.append(element("option", { value: "" }, line.reason ? `Không dán (${line.reason})` : "Không dán"));
    for (const [row, words] of options) select.append(element("option", { value: row, selected: row === line.row }, words));
    select.addEventListener("change", () => this.#choose(line, select.value));
    return select;
  }

  #choose(line, row) {
    if (row) this.asked.choices[line.line] = Number(row);
    else delete this.asked.choices[line.line];
    this.#again(`[aria-label^="Dòng ${line.line}, "]`);
  }

  async #again(focus) {
    const trouble = await this.read();
    if (trouble) this.body.prepend(element("p", { className: "say", role: "alert" }, trouble));
    else this.#draw();
    this.dialog.querySelector(focus)?.focus();
  }

  #troubles() {
    const bad = this.cells.filter(({ kind }) => BAD.has(kind) || kind === "locked");
    if (!bad.length) return [];
    const rows = bad.map((one) => {
      const { name, why } = this.#shut(one);
      const typed = `«${one.typed ?? showNumber(one.number)}»`;
      return [String(one.line ?? ""), one.cell?.label ?? name, typed, why || one.reason || "Ô này đã khóa, không nhận số mới."];
    });
    return [table(["Dòng", "Ô", "Đã nhập", "Lý do"], rows, `${showNumber(bad.length)} ô không dán được như đã nhập`)];
  }

  /** A row without a box, on which a line fell by its place: its name, and why it is locked. */
  #shut({ cell, line }) {
    const row = cell || this.told.named ? null : this.lines[line - 1]?.row;
    const name = row ? rowName(row).trim() : "dòng đã khóa";
    return { name, why: row?.querySelector("[data-locked]")?.dataset.locked ?? "" };
  }

  #overwritten() {
    const over = this.#some("overwritten");
    if (!over.length) return [];
    const rows = over.map(({ cell, held, number }) => [cell.label, held, showNumber(number)]);
    const details = element("details", {}, element("summary", {}, `${showNumber(over.length)} ô thay số đang có`));
    details.append(table(["Ô", "Đang có", "Sẽ thành"], rows, "Số sẽ bị thay"));
    return [details];
  }

  #ticks() {
    const ticks = [];
    const held = this.#some("blank").filter(({ cell }) => cell && cell.now.value !== "").length;
    if (held) {
      ticks.push(
        this.#tick("paste-clear", `Ô trống xóa số cũ (${showNumber(held)} ô đang có số)`, this.clear, (on) => {
          this.clear = on;
          this.#draw();
          this.dialog.querySelector("#paste-clear").focus();
        }),
      );
    }
    if (this.told.named || this.told.codes) {
      const words = this.told.codes ? "Cột đầu là mã (mọi dòng đều trùng một mã)" : "Cột đầu là tên hoặc mã";
      ticks.push(
        this.#tick("paste-named", words, this.told.named, (on) => {
          this.asked.named = on;
          this.#again("#paste-named");
        }),
      );
    }
    return ticks;
  }

  #tick(id, words, checked, changed) {
    const box = element("input", { type: "checkbox", id, checked });
    box.addEventListener("change", () => changed(box.checked));
    return element("label", { className: "paste-tick", htmlFor: id }, box, ` ${words}`);
  }

  #drawActions() {
    const all = this.edits("all").length;
    const good = this.edits("good").length;
    const button = (label, value, main) =>
      element("button", { value, className: main ? "button button-main" : "button" }, label);
    const buttons = [button("Không dán", "none", all === 0)];
    if (good && good < all) buttons.push(button(`Chỉ dán ${showNumber(good)} ô đúng`, "good", false));
    if (all) buttons.push(button(`Dán ${showNumber(all)} ô`, "all", true));
    this.actions.replaceChildren(...buttons);
  }
}
