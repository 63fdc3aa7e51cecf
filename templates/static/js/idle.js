// The idle clock: warns before the session ends, tells the server that somebody is there, and asks to sign in again.
// Tabs share the time of the last activity; what was typed into a form stays where it is.

const meta = document.querySelector("meta[name='idle-seconds']");
const LAST = "hoat-dong";
const TICK = 1000;

if (meta) begin(Number(meta.content), meta.dataset);

function begin(seconds, { user, ping, signIn }) {
  const limit = seconds * 1000;
  const step = Math.min(60_000, limit / 10);
  const ahead = Math.min(120_000, limit / 3);
  let typed = false;
  let busy = false;
  let dialog = null;
  const box = soonBox(() => tell());

  put();
  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, () => !dialog && Date.now() - last() > step && tell(), { capture: true, passive: true });
  }
  document.addEventListener("input", () => { typed = true; }, { capture: true });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  window.addEventListener("storage", (event) => event.key === LAST && look());
  window.addEventListener("focus", () => dialog && tell());
  setInterval(look, TICK);

  function look() {
    const left = last() + limit - Date.now();
    if (left <= 0) over();
    else if (dialog) tell();
    else box.show(left <= ahead ? left : 0);
  }

  /** Somebody is there: the server is told, and answers who it takes him for. */
  async function tell() {
    if (busy) return;
    busy = true;
    try {
      const response = await fetch(ping, {
        method: "POST", headers: { "X-CSRFToken": token() }, redirect: "manual", credentials: "same-origin",
      });
      if (response.ok) await goOn(await response.json());
      else if (response.type === "opaqueredirect" || response.status === 403) over();
    } catch {
      // Without a network nothing is known; the next tick asks again.
    } finally {
      busy = false;
    }
  }

  async function goOn(told) {
    if (String(told.user) !== user) {
      window.location.reload();
      return;
    }
    put();
    box.show(0);
    if (!dialog) return;
    for (const field of document.querySelectorAll("input[name='csrfmiddlewaretoken']")) field.value = token();
    window.dispatchEvent(new CustomEvent("signed-in-again"));
    dialog.close();
    dialog.remove();
    dialog = null;
  }

  function over() {
    if (dialog) return;
    box.show(0);
    dialog = overDialog(signIn + encodeURIComponent(location.pathname + location.search), typed);
    document.body.append(dialog);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.showModal();
  }
}

function soonBox(stay) {
  const box = document.createElement("div");
  box.className = "notice is-warn idle-soon no-print";
  box.setAttribute("role", "status");
  box.hidden = true;
  const words = document.createElement("p");
  const button = document.createElement("button");
  button.className = "button";
  button.type = "button";
  button.textContent = "Tiếp tục làm việc";
  button.addEventListener("click", stay);
  box.append(words, button);
  document.body.append(box);
  return {
    show(left) {
      const text = left ? `Sắp tự đăng xuất vì không thao tác (còn ${left > 60_000 ? "2 phút" : "dưới 1 phút"}).` : "";
      if (words.textContent !== text) words.textContent = text;
      box.hidden = !left;
    },
  };
}

function overDialog(url, typed) {
  const dialog = document.createElement("dialog");
  dialog.className = "idle-over";
  dialog.setAttribute("aria-labelledby", "idle-over-title");
  const title = document.createElement("h2");
  title.id = "idle-over-title";
  title.textContent = "Đã tự đăng xuất";
  const words = document.createElement("p");
  words.textContent = typed
    ? "Lâu không thao tác nên phiên làm việc đã kết thúc. Những gì vừa gõ vẫn còn trên trang này: đăng nhập lại ở thẻ mới rồi quay về đây."
    : "Lâu không thao tác nên phiên làm việc đã kết thúc. Đăng nhập lại để trở về trang này.";
  const link = document.createElement("a");
  link.className = "button button-main";
  link.href = url;
  link.textContent = "Đăng nhập lại";
  if (typed) link.target = "_blank";
  dialog.append(title, words, link);
  return dialog;
}

function token() {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return cookie ? cookie[1] : (document.querySelector("input[name='csrfmiddlewaretoken']")?.value ?? "");
}

function last() {
  try {
    return Number(localStorage.getItem(LAST)) || performance.timeOrigin;
  } catch {
    return performance.timeOrigin;
  }
}

function put() {
  try {
    localStorage.setItem(LAST, String(Date.now()));
  } catch {
    // A browser that stores nothing is asked again by the server alone.
  }
}
