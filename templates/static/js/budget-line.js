// Shows what an estimate comes to and what the sources still lack while it is typed. The server computes both again.

const GROUPED = /^(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)$/;

/** The whole number in a field as the server would read it: 0n when empty, null when it is none. */
function read(field, sign = /\s*(?:đồng|đ|₫)$/iu) {
  const text = field.value.trim().replace(sign, "");
  if (text === "") return 0n;
  return text.length <= 40 && GROUPED.test(text) ? BigInt(text.replaceAll(".", "")) : null;
}

function shown(number) {
  return number.toString().replace(/\B(?=(?:[0-9]{3})+$)/g, ".");
}

function part(row, name) {
  return row.querySelector(`[name$="-${name}"]`);
}

/** What one row says: its norm, its level (the norm's own when none is typed), its factors; nothing when it is empty. */
function costOf(row) {
  const { kind = "invoice", base = "", level: own = "", source = "" } = part(row, "norm").selectedOptions[0].dataset;
  const typed = kind === "percent" ? read(part(row, "level"), /\s*%$/u) : read(part(row, "level"));
  const factors = [1, 2, 3].map((place) => [part(row, `number${place}`), part(row, `unit${place}`)]);
  const numbers = factors.filter(([number]) => number.value.trim() !== "").map(([number]) => read(number));
  const units = factors.map(([number, unit]) => (number.value.trim() ? unit.selectedOptions[0].text : ""));
  const level = typed === 0n && own !== "" ? BigInt(own) : typed;
  const empty = part(row, "remove").checked || (!part(row, "norm").value && !level && !numbers.length);
  return { row, kind, base, own, source, level, numbers, units: units.filter(Boolean), empty };
}

function product(cost) {
  const numbers = [cost.level, ...cost.numbers];
  return numbers.includes(null) ? null : numbers.reduce((total, number) => total * number, 1n);
}

/** Dropping what is below one đồng, as the server does. */
function percentage(cost, others) {
  if (cost.level === null || cost.level > 100n || others === null) return null;
  const whole = cost.base === "including" ? 100n - cost.level : 100n;
  return whole ? (others * cost.level) / whole : null;
}

function add(amounts) {
  return amounts.includes(null) ? null : amounts.reduce((total, amount) => total + amount, 0n);
}

function formula(cost, others) {
  if (cost.kind === "percent") {
    if (others === null) return "";
    return cost.base === "including"
      ? `${shown(others)} × ${cost.level} / ${100n - cost.level}`
      : `${cost.level} % × ${shown(others)}`;
  }
  return [shown(cost.level), ...cost.numbers.map((n, i) => `${shown(n)} ${cost.units[i] ?? ""}`.trim())].join(" × ");
}

function complaint(cost) {
  if (cost.own === "" || cost.level === null || cost.kind === "invoice") return "";
  const own = BigInt(cost.own);
  if (cost.kind === "fixed" && cost.level !== own) return `Mức cố định là ${shown(own)}.`;
  return cost.level > own ? `Vượt mức tối đa ${shown(own)}${cost.kind === "percent" ? " %" : ""}.` : "";
}

function show(cost, amount, others) {
  const find = (name) => cost.row.querySelector(`[data-${name}]`);
  const known = !cost.empty && amount !== null;
  cost.row.dataset.kind = cost.kind;
  find("cost-amount").textContent = known && amount ? shown(amount) : "–";
  find("cost-formula").textContent = known && amount ? formula(cost, others) : "";
  cost.row.querySelector(".cost-source").textContent = cost.source;
  const wrong = cost.empty ? "" : complaint(cost);
  find("above").textContent = wrong;
  find("above").hidden = !wrong;
}

/** The sum of all rows, each row showing its own amount on the way. */
function estimate(rows) {
  const costs = rows.map(costOf);
  const plain = costs.filter((cost) => !cost.empty && cost.kind !== "percent");
  const others = add(plain.map(product));
  const amounts = costs.map((cost) => {
    if (cost.empty) return 0n;
    return cost.kind === "percent" ? percentage(cost, others) : product(cost);
  });
  costs.forEach((cost, place) => show(cost, amounts[place], others));
  return add(amounts);
}

function balanceInWords(amount, paid) {
  if (amount === null || paid === null) return "";
  const gap = amount - paid;
  if (gap === 0n) return amount ? "✓ Các nguồn bằng thành tiền." : "";
  const sum = `Các nguồn cộng lại ${shown(paid)} đồng:`;
  return gap > 0n ? `${sum} còn thiếu ${shown(gap)} đồng.` : `${sum} thừa ${shown(-gap)} đồng.`;
}

/** By figure of the class: the units that count it, and how many of the unit each makes; as the server fills them. */
const FIGURES = {
  classes: { class: 1n },
  learners_per_class: { person: 1n },
  days: { day: 1n, night: 1n, session: 2n },
  months: { month: 1n },
};

/** Lets factors that were the class's own number follow it; returns how many did. A single person or day is no such. */
function follow(rows, figure, was, now) {
  const least = figure === "classes" ? 1n : 2n;
  if (was === null || now === null || was === now || was < least || now < 1n) return 0;
  const factors = rows.flatMap((row) => [1, 2, 3].map((n) => [part(row, `number${n}`), part(row, `unit${n}`).value]));
  const own = factors.filter(([number, unit]) => {
    const times = FIGURES[figure][unit];
    return times !== undefined && number.value.trim() !== "" && read(number) === was * times;
  });
  own.forEach(([number, unit]) => {
    number.value = shown(now * FIGURES[figure][unit]);
  });
  return own.length;
}

/** Watches the figures of the class, and says when factors followed one. */
function startFigures(form, rows, told) {
  Object.keys(FIGURES).forEach((figure) => {
    const field = form.elements[figure];
    let was = read(field);
    field.addEventListener("change", () => {
      const now = read(field);
      const count = follow(rows, figure, was, now);
      if (count) told.textContent = `${count} thừa số theo số cũ (${shown(was)}) đã đổi theo số mới của lớp (${shown(now)}).`;
      if (now !== null && now > 0n) was = now;
    });
  });
}

function start(form) {
  const shares = [...form.querySelectorAll("[data-shares] input")];
  const rows = [...form.querySelectorAll("[data-cost]")];
  const amountShown = form.querySelector("[data-amount]");
  const balance = form.querySelector("[data-balance]");

  function update() {
    const basis = form.elements.basis.value;
    form.querySelectorAll("[data-basis]").forEach((box) => {
      box.hidden = Boolean(basis) && box.getAttribute("data-basis") !== basis;
    });
    const computed = estimate(rows);
    const amount = basis === "lump_sum" ? read(form.elements.rate) : computed;
    amountShown.textContent = amount === null || amount === 0n ? "–" : `${shown(amount)} đồng`;
    const paid = form.elements.payer.value ? amount : add(shares.map((field) => read(field)));
    balance.textContent = balanceInWords(amount, paid);
    balance.classList.toggle("is-off", amount !== null && paid !== null && amount !== paid);
  }

  startFigures(form, rows, form.querySelector("[data-followed]"));
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  update();
}

document.querySelectorAll("form[data-budget-line]").forEach(start);
