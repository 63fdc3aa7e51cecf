// Approvals: tick all at once, and say on the buttons how many are ticked. Without it the forms work as they are.

for (const form of document.querySelectorAll("form[data-ticks]")) {
  const ticks = [...form.querySelectorAll(`input[name="${form.dataset.ticks}"]`)];
  const buttons = [...form.querySelectorAll("button[data-verb]")];
  const all = form.querySelector("[data-all]");
  const words = new Map(buttons.map((button) => [button, button.textContent]));

  const show = () => {
    const count = ticks.filter((tick) => tick.checked).length;
    for (const button of buttons) {
      button.disabled = count === 0;
      button.textContent = count ? `${button.dataset.verb} ${count} mục đã chọn` : words.get(button);
    }
    if (all) {
      all.hidden = ticks.length < 2;
      all.firstElementChild.textContent = count === ticks.length ? "Bỏ chọn tất cả" : "Chọn tất cả";
    }
  };

  all?.addEventListener("click", () => {
    const tick = ticks.some((one) => !one.checked);
    for (const one of ticks) one.checked = tick;
    show();
  });
  form.addEventListener("change", show);
  show();
}
