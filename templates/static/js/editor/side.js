// Beside the text: the list of figures to insert, searched without marks, and the panel of one figure.

/** As the server folds names: no marks, đ as d, lower case. */
function fold(text) {
  return text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[đĐ]/gu, "d")
    .toLowerCase()
    .replace(/[\s‐-―−-]+/gu, " ")
    .trim();
}

export class Side {
  constructor(root, { insert, address }) {
    this.root = root;
    this.insert = insert;
    this.address = address;
    this.picker = root.querySelector("[data-picker]");
    this.panel = root.querySelector("[data-panel]");
    this.search = root.querySelector("input[type='search']");
    this.nothing = root.querySelector("[data-nothing]");
    this.sum = root.querySelector("[data-sum]");
    this.choices = [...root.querySelectorAll(".choices [data-choice]")];
    for (const plain of root.querySelectorAll("[data-without-script]")) plain.hidden = true;
    for (const dynamic of root.querySelectorAll("[data-with-script]")) dynamic.hidden = false;
    this.choices.forEach((item) => this.#dress(item));
    this.search.addEventListener("input", () => this.#filter());
    this.search.addEventListener("keydown", (event) => this.#take(event));
    this.sum.querySelector("button").addEventListener("click", () => this.#insertSum());
  }

  /** Show the list, ready to be searched. */
  pick() {
    this.#turn(this.picker);
    this.search.focus();
    this.search.select();
  }

  /** Show what stands behind a chip, with what can be done with it. */
  async open(field, actions, closed) {
    const tools = document.createElement("div");
    tools.className = "panel-tools";
    tools.append(...actions.map(([label, act]) => button(label, act)), button("Đóng", () => {
      this.close();
      closed();
    }));
    const content = document.createElement("div");
    content.textContent = field.startsWith("{fixed:")
      ? `«${field.slice(7, -1)}» được giữ nguyên như đã viết, không lấy từ dữ liệu.`
      : "Đang lấy số liệu…";
    this.panel.replaceChildren(tools, content);
    this.#turn(this.panel);
    this.panel.focus();
    if (!field.startsWith("{fixed:")) content.replaceChildren(await this.#fetch(field));
  }

  close() {
    this.#turn(this.picker);
  }

  #turn(shown) {
    this.picker.hidden = shown !== this.picker;
    this.panel.hidden = shown !== this.panel;
  }

  async #fetch(field) {
    const parts = document.createElement("template");
    try {
      const answer = await fetch(`${this.address}?truong=${encodeURIComponent(field)}&manh=1`);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      parts.innerHTML = await answer.text();
    } catch {
      parts.innerHTML = "<p>Chưa lấy được số liệu. Kiểm tra mạng, hoặc trường này viết sai.</p>";
    }
    return parts.content;
  }

  /** A choice inserts on a click; quotas can be ticked to be added up. */
  #dress(item) {
    const { field } = item.dataset;
    const take = button("", () => this.insert(field));
    take.className = "";
    take.append(item.querySelector(".name"));
    take.title = "Chèn vào chỗ con trỏ";
    item.append(take);
    if (!field.startsWith("{quota:")) return;
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.value = field.slice(7, -1);
    tick.setAttribute("aria-label", `Cộng ${item.dataset.short}`);
    tick.addEventListener("change", () => this.#offerSum());
    item.append(tick);
  }

  get #ticked() {
    return this.choices.filter((item) => item.querySelector("input:checked"));
  }

  #offerSum() {
    const numbers = this.#ticked.map((item) => Number(item.dataset.printed.replaceAll(".", "")));
    this.sum.hidden = numbers.length < 2;
    const total = numbers.reduce((sum, number) => sum + number, 0);
    this.sum.querySelector("button").textContent = `Chèn tổng ${numbers.join(" + ")} = ${total}`;
  }

  #insertSum() {
    const ticked = this.#ticked;
    const keys = ticked.map((item) => item.querySelector("input").value);
    const total = ticked.reduce((sum, item) => sum + Number(item.dataset.printed.replaceAll(".", "")), 0);
    const printed = total > 0 && total < 10 ? `0${total}` : String(total).replace(/\B(?=(?:[0-9]{3})+$)/gu, ".");
    const short = ticked.map((item) => item.dataset.short).join(" + ");
    for (const item of ticked) item.querySelector("input").checked = false;
    this.sum.hidden = true;
    this.insert(`{sum:${keys.join("+")}}`, { printed, short });
  }

  #filter() {
    const phrase = fold(this.search.value);
    const words = phrase.split(" ");
    const whole = this.choices.some((item) => item.dataset.sought.includes(phrase));
    for (const item of this.choices) {
      const { sought } = item.dataset;
      item.hidden = whole ? !sought.includes(phrase) : !words.every((word) => sought.includes(word));
    }
    for (const group of this.root.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-choice]:not([hidden])");
    }
    this.nothing.hidden = this.choices.some((item) => !item.hidden);
  }

  /** Enter takes the first that is found. */
  #take(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = this.choices.find((item) => !item.hidden);
    if (first) this.insert(first.dataset.field);
  }
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}
