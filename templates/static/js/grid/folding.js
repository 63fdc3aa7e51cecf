// Groups that fold, and a filter by name.

import { foldName, rowName } from "./blocks.js";

/** Give each group of the Board's grid a button that folds it; `changed` is called after. */
export function addFolding(table, changed) {
  const bodies = [...table.tBodies].filter((body) => body.querySelector("tr.group th.first"));
  const buttons = bodies.map((body) => {
    const head = body.querySelector("tr.group th.first");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    button.textContent = head.textContent;
    button.setAttribute("aria-expanded", "true");
    button.addEventListener("click", () => {
      fold(body, button, !body.classList.contains("folded"));
      changed();
    });
    head.replaceChildren(button);
    return { body, button };
  });
  return (folded) => {
    for (const { body, button } of buttons) fold(body, button, folded);
    changed();
  };
}

function fold(body, button, folded) {
  body.classList.toggle("folded", folded);
  button.setAttribute("aria-expanded", String(!folded));
}

/** Show only rows whose name holds the words. */
export function filterRows(table, words) {
  const wanted = foldName(words);
  for (const body of table.tBodies) {
    let shown = 0;
    for (const row of body.rows) {
      if (row.classList.contains("group") || row.classList.contains("spacer")) continue;
      const hit = foldName(rowName(row)).includes(wanted);
      row.classList.toggle("filtered", !hit);
      shown += hit ? 1 : 0;
    }
    body.classList.toggle("all-filtered", shown === 0 && wanted !== "");
  }
}
