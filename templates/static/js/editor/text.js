// Between a text as it is stored – {quota:…}, **bold**, *italics*, one paragraph a line – and the page.

const FIELD = /\{([^{}]*)\}/gu;
const EMPHASIS = /\*\*(.+?)\*\*|\*(.+?)\*/gu;
const BLOCKS = new Set(["P", "DIV", "LI", "H1", "H2", "H3", "H4", "BLOCKQUOTE"]);
const FIXED = "fixed:";

/** Stands beside chips, so that a caret finds a place there; never stored. */
export const GAP = "\u200b";

/** What the page knows of fields: {printed, short, refusal} by the field as it is written. */
export function readKnown(root) {
  const known = new Map();
  for (const item of root.querySelectorAll("[data-choice]")) {
    const { field, printed, short, refusal } = item.dataset;
    known.set(field, { printed, short, refusal });
  }
  return known;
}

/** A chip: the figure and what it is, one piece of text that opens by a click or Enter. */
export function chip(field, known) {
  const made = document.createElement("span");
  made.className = "chip";
  made.contentEditable = "false";
  made.tabIndex = 0;
  made.setAttribute("role", "button");
  made.dataset.field = field;
  const inner = field.slice(1, -1);
  if (inner.startsWith(FIXED)) {
    made.classList.add("is-fixed");
    made.textContent = inner.slice(FIXED.length);
    made.setAttribute("aria-label", `${made.textContent}, cố định`);
    made.title = "Cố định, không lấy từ dữ liệu";
    return made;
  }
  const { printed, short, refusal } = known.get(field) ?? { printed: "?", short: inner, refusal: "Chưa rõ trường này" };
  made.append(element("b", refusal ? "⚠" : printed), element("small", short));
  made.title = refusal ?? short;
  made.setAttribute("aria-label", `${printed}, ${short}`);
  made.classList.toggle("is-bad", Boolean(refusal));
  return made;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** The nodes of one paragraph. */
export function nodesOf(line, known) {
  const nodes = [];
  let start = 0;
  for (const found of line.matchAll(EMPHASIS)) {
    nodes.push(...fieldsOf(line.slice(start, found.index), known));
    const stretch = document.createElement(found[1] ? "b" : "i");
    stretch.append(...fieldsOf(found[1] ?? found[2], known));
    nodes.push(stretch);
    start = found.index + found[0].length;
  }
  nodes.push(...fieldsOf(line.slice(start), known));
  return nodes;
}

function fieldsOf(text, known) {
  const nodes = [];
  let start = 0;
  for (const found of text.matchAll(FIELD)) {
    nodes.push(text.slice(start, found.index) + GAP, chip(found[0], known), GAP);
    start = found.index + found[0].length;
  }
  if (start < text.length) nodes.push(text.slice(start));
  return nodes;
}

/** Fill a surface with a text. */
export function show(surface, text, known) {
  const lines = text.split("\n").map((line) => {
    const paragraph = document.createElement("p");
    paragraph.append(...nodesOf(line, known));
    if (!line) paragraph.append(document.createElement("br"));
    return paragraph;
  });
  surface.replaceChildren(...lines);
  dress(surface);
}

/** Let items look like items. */
export function dress(surface) {
  for (const paragraph of surface.children) {
    const start = paragraph.textContent.slice(0, 4).replaceAll(GAP, "");
    paragraph.classList.toggle("item", start.startsWith("- "));
    paragraph.classList.toggle("sub-item", start.startsWith("+ "));
  }
}

/** The text of a surface or of a copied part of it, as it is stored. */
export function read(root) {
  const lines = [[]];
  walk(root, "", lines);
  return lines
    .map((runs) => written(withFreeSign(joined(runs))))
    .filter((line) => line.trim())
    .join("\n");
}

function walk(node, mark, lines) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      lines.at(-1).push({ mark, text: child.data.replaceAll(GAP, "").replaceAll("\u00a0", " ").replaceAll("\n", " ") });
    } else if (child.dataset?.field) {
      lines.at(-1).push({ mark, text: child.dataset.field });
    } else if (child.nodeName === "BR") {
      if (child.nextSibling) lines.push([]);
    } else if (child.nodeType === Node.ELEMENT_NODE) {
      const block = BLOCKS.has(child.nodeName);
      if (block && lines.at(-1).length) lines.push([]);
      walk(child, markOf(child) || mark, lines);
      if (block) lines.push([]);
    }
  }
}

function markOf(node) {
  if (node.nodeName === "B" || node.nodeName === "STRONG") return "**";
  return node.nodeName === "I" || node.nodeName === "EM" ? "*" : "";
}

/** Neighbours in the same form become one run. */
function joined(runs) {
  const found = [];
  for (const run of runs.filter(({ text }) => text)) {
    if (found.at(-1)?.mark === run.mark) found.at(-1).text += run.text;
    else found.push({ ...run });
  }
  return found;
}

/** The sign of an item is not part of what is emphasised. */
function withFreeSign([first, ...rest]) {
  if (!first?.mark || !/^[-+] /u.test(first.text)) return first ? [first, ...rest] : [];
  return [{ mark: "", text: first.text.slice(0, 2) }, { ...first, text: first.text.slice(2) }, ...rest];
}

/** Space at the ends of an emphasised run stays outside its marks. */
function written(runs) {
  return runs
    .map(({ mark, text }) => {
      const inner = text.trim();
      if (!mark || !inner) return text;
      const start = text.indexOf(inner);
      return text.slice(0, start) + mark + inner + mark + text.slice(start + inner.length);
    })
    .join("");
}

/** What arrives from Word: bullets become "- ", tabs spaces; fields stay fields. */
export function pasted(text) {
  return text
    .normalize("NFC")
    .replace(/\r\n?/gu, "\n")
    .split("\n")
    .map((line) =>
      line
        .replace(/^\s*(?:[•·▪●‣–—-]|o\t)[\s\u00a0]+/u, "- ")
        .replace(/^\s*\+[\s\u00a0]+/u, "+ ")
        .replace(/[\t\u00a0 ]+/gu, " ")
        .trim(),
    )
    .filter(Boolean);
}
