// The editor of the plan's text: surfaces in place of textareas, figures beside them, nothing lost by leaving.

import { Drafts } from "./drafts.js";
import { Side } from "./side.js";
import { Surface } from "./surface.js";
import { readKnown } from "./text.js";

function start(editor) {
  const form = editor.querySelector("[data-texts]");
  const status = form.querySelector("[data-status]");
  const known = readKnown(editor);
  let last = null;
  let take = null; // what the figure chosen next replaces; without it, it goes to the caret
  let sent = false;

  const surfaces = [...form.querySelectorAll("[data-text]")].map(
    (area) => new Surface(area, known, { changed: refresh, open }),
  );
  const drafts = new Drafts(editor.dataset.owner, surfaces, { unsaved: "unsaved" in form.dataset });
  const side = new Side(editor.querySelector("[data-side]"), { insert, address: editor.dataset.figures });
  const dirty = () => surfaces.some((surface) => surface.dirty);

  function refresh() {
    if (status) status.textContent = dirty() ? "● Có thay đổi chưa lưu" : "";
    drafts.keep();
  }

  function insert(field, figure) {
    if (figure) known.set(field, figure);
    if (take) take(field);
    else (last ?? surfaces.find((surface) => !surface.oneLine) ?? surfaces[0]).insert(field);
    take = null;
    side.close();
  }

  function pickFor(replace) {
    take = replace;
    side.pick();
  }

  function open(surface, chip) {
    const { field } = chip.dataset;
    const text = field.startsWith("{fixed:") ? field.slice(7, -1) : chip.querySelector("b").textContent;
    const unbind = ["Bỏ gắn, giữ chữ", () => done(surface, chip, text)];
    const change = ["Đổi số liệu khác", () => pickFor((chosen) => surface.replace(chip, chosen))];
    side.open(field, "closed" in form.dataset ? [] : [change, unbind], () => chip.focus());
  }

  function done(surface, chip, text) {
    surface.replace(chip, text);
    side.close();
  }

  for (const surface of surfaces) {
    surface.node.addEventListener("focusin", () => {
      last = surface;
      take = null;
    });
  }
  for (const loose of form.querySelectorAll("[data-loose]")) {
    const surface = surfaces.find(({ area }) => area.id === loose.dataset.for);
    loose.hidden = false;
    loose.addEventListener("click", () => pickFor((chosen) => surface.swap(loose.dataset, chosen)));
  }
  for (const tool of form.querySelectorAll("[data-do]")) {
    tool.addEventListener("click", () => act(tool.dataset.do));
  }
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const task = { b: "bold", i: "italic", k: "pick", s: "save" }[event.key.toLowerCase()];
    if (!task) return;
    event.preventDefault();
    act(task);
  });

  function act(task) {
    if ("closed" in form.dataset) return;
    if (task === "save") form.requestSubmit();
    else if (task === "pick") side.pick();
    else last?.format(task);
  }

  form.addEventListener("submit", () => {
    sent = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && (dirty() || "unsaved" in form.dataset)) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });
  const closed = "closed" in form.dataset;
  form.querySelector("[data-tools]").hidden = closed;
  if (!closed) drafts.offer(editor.querySelector("[data-draft]"));
  showTree(editor.querySelector("[data-tree]"));
}

/** Folded where there is little room; else with the section shown in sight, the page itself left where it is. */
function showTree(tree) {
  const box = tree.parentElement;
  const current = tree.querySelector("[aria-current]");
  if (matchMedia("(width <= 1100px)").matches) tree.open = false;
  else if (current) box.scrollTop += current.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
}

document.execCommand("defaultParagraphSeparator", false, "p");
document.execCommand("styleWithCSS", false, "false");
document.querySelectorAll("[data-editor]").forEach(start);
