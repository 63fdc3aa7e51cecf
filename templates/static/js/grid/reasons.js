// Asking why a cell departs from the proposal that was applied. The server refuses such a cell until it has a reason.

import { showNumber } from "./numbers.js";

const LONGEST = 300;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Ask one reason for these cells; resolves to it, or to an empty text when the question is called off. */
function ask(cells) {
  const named = cells.length === 1 ? cells[0].label : `${showNumber(cells.length)} ô khác đề xuất đã áp dụng`;
  const area = element("textarea", { id: "reason", rows: 3, maxLength: LONGEST, required: true });
  const form = element(
    "form",
    { method: "dialog", className: "field" },
    element("label", { htmlFor: "reason" }, "Lý do, sẽ hiện cạnh ô và được ghi vào nhật ký"),
    area,
    element(
      "p",
      { className: "dialog-actions" },
      element("button", { className: "button", value: "", formNoValidate: true }, "Để sau"),
      element("button", { className: "button button-main", value: "save" }, "Lưu với lý do này"),
    ),
  );
  const head = element("h2", { id: "reason-head" }, `Vì sao đổi: ${named}`);
  const dialog = element("dialog", { className: "reason" }, head, form);
  dialog.setAttribute("aria-labelledby", "reason-head");
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "save" ? area.value.trim() : "");
    });
    dialog.showModal();
    area.focus();
  });
}

/** Collects the cells that need a reason and asks for it once; `save(cells)` sends them again. */
export class Reasons {
  constructor(save, go) {
    this.save = save;
    this.go = go;
    this.waiting = new Set();
    this.asking = false;
  }

  add(cell) {
    this.waiting.add(cell);
  }

  drop(cell) {
    this.waiting.delete(cell);
  }

  /** Ask for what has come together. What is put off stays refused, with a button at the cell that leads back here. */
  async ask(cells = [...this.waiting], { lead = false } = {}) {
    if (this.asking || !cells.length) return;
    this.asking = true;
    const reason = await ask(cells);
    this.asking = false;
    for (const cell of cells) this.waiting.delete(cell);
    if (reason) {
      for (const cell of cells) cell.reason = reason;
      this.save(cells);
    }
    // The dialog gives the focus back to where it was; the button that asked may be gone.
    if (lead) this.go(cells[0]);
  }
}

/** What stands in a cell about its departure from the proposal: "đề xuất 6, +2: lý do". */
export function showDeparture(cell, words) {
  const shown = cell.box.querySelector(".departs");
  if (!words) {
    shown?.remove();
    return;
  }
  const place = shown ?? cell.box.appendChild(element("span", { className: "departs" }));
  place.textContent = words;
  place.title = words;
}
