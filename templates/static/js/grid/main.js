// Where a page with a grid begins: what the buttons around it do, and what must happen before the page is left.

import { addFolding, filterRows } from "./folding.js";
import { Grid } from "./grid.js";

const table = document.querySelector("table.grid");
const form = document.querySelector("form[data-grid]");
let grid = null;

if (table?.classList.contains("grid-board")) {
  const foldAll = addFolding(table, () => refresh());
  if (form) begin(form, foldAll);
} else if (form) begin(form, null);

function refresh() {
  grid?.keys.forget();
  grid?.sheet.refresh();
  grid?.window.update();
}

function begin(owner, foldAll) {
  grid = new Grid(owner);
  const find = (selector) => owner.querySelector(selector);
  owner.classList.add("live");
  find("[data-tools]").hidden = false;
  find("[data-plain-save]").hidden = true;
  find("[data-plain-reason]")?.remove();
  owner.addEventListener("submit", (event) => event.preventDefault());
  find("[data-undo]").addEventListener("click", () => grid.undo());
  find("[data-redo]").addEventListener("click", () => grid.redo());
  find("[data-retry]").addEventListener("click", () => grid.saver.now());
  find("[data-help]").addEventListener("click", () => document.querySelector("[data-keys]").showModal());
  if (foldAll) addFilters(find, foldAll);
  addScrollRoom(find("[data-box]"));
  addHelpKey();
  addLeaving();
}

function addFilters(find, foldAll) {
  const all = find("[data-fold-all]");
  all.addEventListener("click", () => {
    const folded = all.getAttribute("aria-pressed") !== "true";
    all.setAttribute("aria-pressed", String(folded));
    foldAll(folded);
  });
  find("[data-find]").addEventListener("input", (event) => {
    grid.window.filter(event.target.value.trim() !== "");
    filterRows(table, event.target.value);
    refresh();
  });
}

// A cell that takes the focus is scrolled clear of the head and of the first column, which stay in sight.
function addScrollRoom(box) {
  const first = table.tHead.querySelector(".first");
  box.style.scrollPadding = `${table.tHead.offsetHeight + 4}px 8px 8px ${first.offsetWidth + 4}px`;
}

function addHelpKey() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key === "?" && !typing) document.querySelector("[data-keys]").showModal();
  });
}

function addLeaving() {
  window.addEventListener("beforeunload", (event) => {
    if (grid.saver.unsaved) event.preventDefault();
  });
  for (const link of document.querySelectorAll("[data-after-saving]")) link.addEventListener("click", leaveAfterSaving);
}

function leaveAfterSaving(event) {
  document.activeElement?.blur();
  if (!grid.saver.unsaved && !grid.show.troubles.size) return;
  event.preventDefault();
  if (grid.saver.unsaved) leaveWhenSaved(event.currentTarget.href);
  else grid.show.list.querySelector("button")?.focus();
}

function leaveWhenSaved(href) {
  grid.saver.now();
  const wait = setInterval(() => {
    if (grid.saver.unsaved && !grid.saver.failures && !grid.saver.stopped) return;
    clearInterval(wait);
    if (!grid.saver.unsaved && !grid.show.troubles.size) window.location.assign(href);
  }, 100);
}
