// A large table keeps only the rows near what is seen laid out: all are there, most take no part in the layout.

const SMALLEST = 3000;
const CHUNK = 20;

/** Rows that are shown or hidden together, with a row that stands for their height while they are hidden. */
class Chunk {
  constructor(rows, columns) {
    this.rows = rows;
    const bottom = rows.at(-1).getBoundingClientRect().bottom;
    this.height = bottom - rows[0].getBoundingClientRect().top;
    this.spacer = document.createElement("tr");
    this.spacer.className = "spacer";
    this.spacer.hidden = true;
    const cell = this.spacer.insertCell();
    cell.colSpan = columns;
    cell.style.height = `${this.height}px`;
    this.far = false;
  }

  put(far) {
    if (far === this.far) return;
    this.far = far;
    this.spacer.hidden = !far;
    for (const row of this.rows) row.classList.toggle("far", far);
  }

  get top() {
    return (this.far ? this.spacer : this.rows[0]).offsetTop;
  }
}

export class Window {
  constructor(sheet, box) {
    this.sheet = sheet;
    this.box = box;
    this.chunks = [];
    this.chunkOf = new Map();
    this.filtered = false;
    if (sheet.cells.size < SMALLEST) return;
    this.#freeze();
    this.#split();
    box.addEventListener("scroll", () => this.#later(), { passive: true });
    window.addEventListener("resize", () => this.#later());
    window.addEventListener("beforeprint", () => this.showAll());
    window.addEventListener("afterprint", () => this.update());
    this.update();
  }

  // Columns keep their width whichever rows are laid out; and a changed sum moves nothing but itself.
  #freeze() {
    const { table, all } = this.sheet;
    const columns = document.createElement("colgroup");
    for (const cell of all[0].row.cells) {
      const column = document.createElement("col");
      column.style.width = `${cell.getBoundingClientRect().width}px`;
      columns.append(column);
    }
    this.columns = all[0].row.cells.length;
    table.style.width = `${table.getBoundingClientRect().width}px`;
    table.style.tableLayout = "fixed";
    table.prepend(columns);
  }

  #split() {
    const { table, all } = this.sheet;
    const heads = table.tHead.rows.length;
    table.setAttribute("aria-rowcount", String(heads + [...table.tBodies].reduce((sum, one) => sum + one.rows.length, 0)));
    [...table.rows].forEach((row, place) => row.setAttribute("aria-rowindex", String(place + 1)));
    for (const lines of groupByBody(all).values()) {
      for (let from = 0; from < lines.length; from += CHUNK) {
        const chunk = new Chunk(lines.slice(from, from + CHUNK).map(({ row }) => row), this.columns);
        this.chunks.push(chunk);
        for (const row of chunk.rows) this.chunkOf.set(row, chunk);
      }
    }
    for (const { rows, spacer } of this.chunks) rows[0].before(spacer);
  }

  #later() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.update();
    });
  }

  /** Lay out what is seen and as much again above and below it, and the row that has the focus. */
  update() {
    if (this.filtered) return;
    const { scrollTop, clientHeight } = this.box;
    const kept = this.chunkOf.get(document.activeElement?.closest("tr"));
    const tops = this.chunks.map((chunk) => chunk.top);
    this.chunks.forEach((chunk, n) => {
      const near = tops[n] < scrollTop + 2 * clientHeight && tops[n] + chunk.height > scrollTop - clientHeight;
      chunk.put(!near && chunk !== kept);
    });
  }

  /** A row that is to take the focus must be laid out. */
  reveal(row) {
    this.chunkOf.get(row)?.put(false);
  }

  showAll() {
    for (const chunk of this.chunks) chunk.put(false);
  }

  /** While rows are filtered by name, the few that are left are all laid out. */
  filter(on) {
    this.filtered = on;
    if (on) this.showAll();
    else this.update();
  }
}

function groupByBody(lines) {
  const bodies = new Map();
  for (const line of lines) {
    const body = line.row.parentElement;
    if (!bodies.has(body)) bodies.set(body, []);
    bodies.get(body).push(line);
  }
  return bodies;
}
