// In the preview of the plan each figure of the data is a door to what it is made of.

for (const root of document.querySelectorAll("[data-figures]")) {
  for (const figure of root.querySelectorAll("[data-field]")) {
    const door = document.createElement("a");
    door.className = figure.className;
    door.href = `${root.dataset.figures}?truong=${encodeURIComponent(figure.dataset.field)}`;
    door.append(...figure.childNodes);
    figure.replaceWith(door);
  }
}
