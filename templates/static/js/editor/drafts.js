// What is typed is kept in this tab until it is saved: a lapsed session or a closed page loses no words.

const plain = (text) => text.normalize("NFC").replace(/[^\S\n]+/gu, " ").replace(/ ?\n[ \n]*/gu, "\n").trim();

export class Drafts {
  constructor(owner, surfaces) {
    this.key = `plan-text:${owner}:${location.pathname}`;
    this.surfaces = surfaces;
  }

  keep() {
    const texts = this.surfaces.filter(({ dirty }) => dirty).map(({ area }) => [area.name, area.value]);
    if (texts.length) sessionStorage.setItem(this.key, JSON.stringify({ at: Date.now(), texts }));
    else this.drop();
  }

  drop() {
    sessionStorage.removeItem(this.key);
  }

  /** Offer what was typed and is not on the page; what was saved meanwhile is forgotten. */
  offer(notice) {
    const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    const texts = new Map(kept?.texts);
    const lost = this.surfaces.filter(({ area }) => texts.has(area.name) && plain(texts.get(area.name)) !== plain(area.value));
    if (!lost.length) {
      this.drop();
      return;
    }
    const at = new Date(kept.at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
    notice.querySelector("[data-at]").textContent = at;
    notice.querySelector("[data-take]").addEventListener("click", () => {
      for (const surface of lost) surface.fill(texts.get(surface.area.name));
      notice.hidden = true;
    });
    notice.querySelector("[data-drop]").addEventListener("click", () => {
      this.drop();
      notice.hidden = true;
    });
    notice.hidden = false;
  }
}
