// What is typed is kept in this tab until it is saved: a lapsed session or a closed page loses no words.

const plain = (text) => text.normalize("NFC").replace(/[^\S\n]+/gu, " ").replace(/ ?\n[ \n]*/gu, "\n").trim();

export class Drafts {
  /** On a page that came back unsaved, what was typed before it counts still. */
  constructor(owner, surfaces, { unsaved }) {
    this.key = `plan-text:${owner}:${location.pathname}`;
    this.surfaces = surfaces;
    this.unsaved = unsaved;
  }

  get #kept() {
    return JSON.parse(sessionStorage.getItem(this.key) ?? "null");
  }

  keep() {
    const texts = new Map(this.unsaved ? this.#kept?.texts : []);
    for (const { area } of this.surfaces.filter(({ dirty }) => dirty)) texts.set(area.name, area.value);
    if (texts.size) sessionStorage.setItem(this.key, JSON.stringify({ at: Date.now(), texts: [...texts] }));
    else this.drop();
  }

  drop() {
    sessionStorage.removeItem(this.key);
  }

  /** Offer what was typed and is not on the page; what was saved meanwhile is forgotten. */
  offer(notice) {
    const kept = this.#kept;
    const texts = new Map(kept?.texts);
    const differs = ({ area }) => texts.has(area.name) && plain(texts.get(area.name)) !== plain(area.value);
    const lost = this.surfaces.filter(differs);
    if (!lost.length) {
      if (!this.unsaved) this.drop();
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
