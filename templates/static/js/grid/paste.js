// The preview of a paste: what it will do, before it is done.

import { showNumber } from "./numbers.js";

const MOST_NAMED = 5;

function lines(plan) {
  const told = [];
  if (plan.named) told.push("Dòng được đối chiếu theo tên đơn vị ở cột đầu, không theo thứ tự.");
  if (plan.replaced) told.push(`${showNumber(plan.replaced)} ô đang có số khác sẽ bị thay.`);
  if (plan.emptied) told.push(`${showNumber(plan.emptied)} ô đang có số sẽ thành trống.`);
  if (plan.outside) told.push(`${showNumber(plan.outside)} số nằm ngoài bảng, sẽ bỏ qua.`);
  if (plan.unknown.length) told.push(named(plan.unknown, "dòng không khớp tên đơn vị nào, sẽ bỏ qua"));
  if (plan.unread.length) {
    told.push(named(plan.unread.map(({ cell, value }) => `${cell.label}: «${value}»`), "ô không đọc được là số người"));
  }
  return told;
}

function named(items, what) {
  const more = items.length > MOST_NAMED ? `; và ${items.length - MOST_NAMED} chỗ nữa` : "";
  return `${showNumber(items.length)} ${what}: ${items.slice(0, MOST_NAMED).join("; ")}${more}.`;
}

function button(label, value, main) {
  const made = document.createElement("button");
  made.className = main ? "button button-main" : "button";
  made.value = value;
  made.textContent = label;
  return made;
}

/** Ask what to do with a paste; resolves to the edits to make, none when it is called off. */
export function askPaste(plan) {
  const good = plan.edits.filter(({ cell }) => !plan.unread.some((bad) => bad.cell === cell));
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "paste-head");
  const head = document.createElement("h2");
  head.id = "paste-head";
  head.textContent = `Dán ${showNumber(plan.edits.length)} ô`;
  const list = document.createElement("ul");
  list.append(...lines(plan).map((words) => Object.assign(document.createElement("li"), { textContent: words })));
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "dialog-actions";
  form.append(button("Không dán", "none", false));
  if (plan.unread.length && good.length) form.append(button(`Chỉ dán ${showNumber(good.length)} ô đúng`, "good", false));
  if (plan.edits.length) form.append(button(`Dán ${showNumber(plan.edits.length)} ô`, "all", true));
  dialog.append(head, list, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve({ all: plan.edits, good }[dialog.returnValue] ?? []);
    });
    dialog.showModal();
    form.lastElementChild.focus();
  });
}
