// Shows thành tiền and what the sources still lack while a budget line is typed. The server computes both again.

const GROUPED = /^(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)$/;

/** The whole number in a field as the server would read it: 0n when empty, null when it is none. */
function read(field) {
  const text = field.value.trim().replace(/\s*(?:đồng|đ|₫)$/iu, "");
  if (text === "") return 0n;
  return text.length <= 40 && GROUPED.test(text) ? BigInt(text.replaceAll(".", "")) : null;
}

function shown(number) {
  return number.toString().replace(/\B(?=(?:[0-9]{3})+$)/g, ".");
}

/** The factors of the chosen basis, the rate first. */
function factors(form) {
  const names = form.getAttribute(`data-factors-${form.elements.basis.value}`) ?? "";
  return ["rate", ...names.split(" ").filter(Boolean)].map((name) => read(form.elements[name]));
}

function product(numbers) {
  return numbers.includes(null) ? null : numbers.reduce((total, number) => total * number, 1n);
}

function balanceInWords(amount, paid) {
  if (amount === null || paid === null) return "";
  const gap = amount - paid;
  if (gap === 0n) return amount ? "✓ Các nguồn bằng thành tiền." : "";
  const sum = `Các nguồn cộng lại ${shown(paid)} đồng:`;
  return gap > 0n ? `${sum} còn thiếu ${shown(gap)} đồng.` : `${sum} thừa ${shown(-gap)} đồng.`;
}

function start(form) {
  const shares = [...form.querySelectorAll("[data-shares] input")];
  const amountShown = form.querySelector("[data-amount]");
  const formula = form.querySelector("[data-formula]");
  const balance = form.querySelector("[data-balance]");

  function update() {
    const parts = factors(form);
    const amount = product(parts);
    amountShown.textContent = amount === null || amount === 0n ? "–" : `${shown(amount)} đồng`;
    formula.textContent = parts.length > 1 && amount ? `= ${parts.map(shown).join(" × ")}` : "";
    const typed = shares.map(read);
    const paid = typed.includes(null) ? null : typed.reduce((total, share) => total + share, 0n);
    balance.textContent = balanceInWords(amount, paid);
    balance.classList.toggle("is-off", amount !== null && paid !== null && amount !== paid);
  }

  form.addEventListener("input", update);
  update();
}

document.querySelectorAll("form[data-budget-line]").forEach(start);
