// A registry to browse. Names are drawn here, a window of them at a time, so that thousands do not
// matter; what is behind a name is asked of the kernel, which answers with HTML (see explore.py).

const ROW = 26; // pixels: the height of a row, as in explore.css
const SPARE = 6; // rows drawn above and below those in sight
const POLL = 3000; // milliseconds between two looks for changes, and more when looking is slow

/** A list of names of any length; the arrow keys move in it, Enter and a click choose. */
class NameList {
  constructor(box, onChoose) {
    this.box = box;
    this.names = [];
    this.chosen = null;
    this.active = 0;
    this.onChoose = onChoose;
    this.inner = document.createElement("div");
    this.inner.className = "rows";
    box.append(this.inner);
    box.addEventListener("scroll", () => this.draw());
    box.addEventListener("keydown", (event) => this.key(event));
    // By its place: the row that was pressed may have been drawn anew when it is let go.
    box.addEventListener("click", (event) => {
      const above = this.inner.getBoundingClientRect().top;
      this.choose(Math.floor((event.clientY - above) / ROW));
    });
  }

  show(names, chosen = null) {
    const active = this.names[this.active];
    this.names = names;
    this.chosen = chosen;
    this.active = Math.max(0, names.indexOf(active ?? chosen));
    this.inner.style.height = `${names.length * ROW}px`;
    this.draw();
  }

  choose(at) {
    if (at < 0 || at >= this.names.length) return;
    this.active = at;
    this.chosen = this.names[at];
    this.draw();
    this.onChoose(this.chosen);
  }

  move(at) {
    this.active = Math.min(Math.max(at, 0), this.names.length - 1);
    const top = this.active * ROW;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    const lowest = top + ROW - this.box.clientHeight;
    if (lowest > this.box.scrollTop) this.box.scrollTop = lowest;
    this.draw();
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in steps) this.move(this.active + steps[event.key]);
    else if (event.key === "Home") this.move(0);
    else if (event.key === "End") this.move(this.names.length - 1);
    else if (event.key === "Enter" || event.key === " ") this.choose(this.active);
    else return;
    event.preventDefault();
  }

  draw() {
    const seen = Math.ceil((this.box.clientHeight || 400) / ROW);
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - SPARE);
    const last = Math.min(this.names.length, first + seen + 2 * SPARE);
    const rows = [];
    for (let at = first; at < last; at++) rows.push(this.row(at));
    this.inner.replaceChildren(...rows);
    const active = this.active >= first && this.active < last ? this.id(this.active) : null;
    if (active) this.box.setAttribute("aria-activedescendant", active);
    else this.box.removeAttribute("aria-activedescendant");
  }

  id(at) {
    this.prefix ??= `regnb-${Math.random().toString(36).slice(2)}`;
    return `${this.prefix}-${at}`;
  }

  row(at) {
    const row = document.createElement("div");
    const name = this.names[at];
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", name === this.chosen);
    row.setAttribute("aria-setsize", this.names.length);
    row.setAttribute("aria-posinset", at + 1);
    row.id = this.id(at);
    row.className = at === this.active ? "active" : "";
    row.style.top = `${at * ROW}px`;
    row.title = name;
    row.textContent = name;
    return row;
  }
}

/** Messages to the kernel, each with the function that takes its answer. */
class Kernel {
  constructor(model, onLook) {
    this.model = model;
    this.waiting = new Map();
    this.last = 0;
    this.receive = (message) => {
      if (message.look) onLook();
      const taken = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      taken?.(message);
    };
    model.on("msg:custom", this.receive);
  }

  ask(act, value) {
    const id = ++this.last;
    this.model.send({ act, value: JSON.stringify(value), id });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }
}

/** `repository` and the start of a tag in what was typed: `w3:1` looks for tags of w3. */
function parts(text) {
  const [repository, tag = ""] = text.trim().toLowerCase().split(":");
  return { repository, tag };
}

class Browser {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.kernel = new Kernel(model, () => this.poll());
    this.at = { repository: "", reference: "", chosen: "", digest: "" };
    this.tags = [];
    this.asked = 0;
    el.innerHTML = model.get("html");
    this.frame = el.querySelector(".browser");
    this.search = this.part("search");
    this.repositories = new NameList(this.list("repositories"), (name) => this.open(name));
    this.tagList = new NameList(this.list("tags"), (tag) => this.show(tag));
    this.listen();
    this.filter();
  }

  part(name) {
    return this.el.querySelector(`[data-part="${name}"]`);
  }

  list(name) {
    return this.el.querySelector(`[data-list="${name}"]`);
  }

  listen() {
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") this.list("repositories").focus();
      else if (event.key === "Enter") this.repositories.choose(this.repositories.active);
      else return;
      event.preventDefault();
    });
    this.beside("repositories", "ArrowRight", "tags");
    this.beside("tags", "ArrowLeft", "repositories");
    this.el.addEventListener("click", (event) => this.click(event));
    this.el.addEventListener("change", (event) => {
      if (event.target === this.part("platform")) this.choosePlatform(event.target.value);
    });
    this.el.querySelector("[role=tablist]").addEventListener(
      "keydown",
      (event) => this.tabKey(event),
    );
    // JupyterLab would take keys typed here as commands for the cell.
    this.el.addEventListener("keydown", (event) => event.stopPropagation());
    this.changed = () => this.filter();
    this.model.on("change:repositories", this.changed);
  }

  beside(list, key, other) {
    this.list(list).addEventListener("keydown", (event) => {
      if (event.key === key) this.list(other).focus();
    });
  }

  filter() {
    const all = this.model.get("repositories");
    const wanted = parts(this.search.value);
    const found = wanted.repository ? all.filter((name) => name.includes(wanted.repository)) : all;
    this.repositories.show(found, this.at.repository);
    const text = found.length ? this.frame.dataset.found : this.frame.dataset.none;
    this.part("found").textContent = text
      .replace("{found}", found.length.toLocaleString(this.language))
      .replace("{all}", all.length.toLocaleString(this.language));
    this.filterTags();
  }

  filterTags() {
    const { tag } = parts(this.search.value);
    const found = tag ? this.tags.filter((name) => name.toLowerCase().includes(tag)) : this.tags;
    this.tagList.show(found, this.at.reference);
  }

  get language() {
    return this.el.querySelector("[lang]")?.lang;
  }

  async open(repository) {
    this.at = { repository, reference: "", chosen: "", digest: "" };
    this.take(await this.kernel.ask("tags", { repository }));
    if (this.tagList.names.length === 1 && !this.at.reference) this.tagList.choose(0);
  }

  async show(reference, chosen = "") {
    const { repository } = this.at;
    this.at = { repository, reference, chosen, digest: "" };
    const asked = ++this.asked;
    this.frame.setAttribute("aria-busy", "true");
    const answer = await this.kernel.ask("image", { repository, reference, chosen });
    if (asked !== this.asked) return; // another one was chosen meanwhile
    this.frame.removeAttribute("aria-busy");
    this.at.digest = answer.image ?? "";
    this.take({ slots: answer.slots });
    if (!answer.failed) this.el.querySelector("[role=tablist]").hidden = false;
  }

  choosePlatform(chosen) {
    this.show(this.at.reference, chosen);
  }

  click(event) {
    const tab = event.target.closest("[data-tab]");
    if (tab) this.tab(tab.dataset.tab);
    const layer = event.target.closest("[data-files]");
    if (layer) this.files(layer.dataset.files);
  }

  async files(digest) {
    this.tab("files");
    this.frame.setAttribute("aria-busy", "true");
    this.take(await this.kernel.ask("files", { repository: this.at.repository, digest }));
    this.frame.removeAttribute("aria-busy");
  }

  tab(name) {
    for (const one of this.el.querySelectorAll("[data-tab]")) {
      one.setAttribute("aria-selected", one.dataset.tab === name);
      one.tabIndex = one.dataset.tab === name ? 0 : -1;
    }
    for (const panel of this.el.querySelectorAll("[role=tabpanel]")) {
      panel.hidden = panel.dataset.slot !== name;
    }
  }

  tabKey(event) {
    const tabs = [...this.el.querySelectorAll("[data-tab]")];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    this.tab(next.dataset.tab);
    next.focus();
  }

  /** Show what an answer brings. */
  take({ repository, tags, slots }) {
    for (const [name, html] of Object.entries(slots ?? {})) {
      const slot = name === "caption" ? this.el.querySelector("figcaption") : this.slot(name);
      if (slot) slot.innerHTML = html;
    }
    if (tags && repository === this.at.repository) {
      this.tags = tags;
      this.filterTags();
    }
  }

  slot(name) {
    return this.el.querySelector(`[data-slot="${name}"]`);
  }

  /** Ask what has changed, and show that. */
  async poll() {
    const { repository, reference, chosen, digest } = this.at;
    const answer = await this.kernel.ask("poll", { repository, reference });
    this.take(answer);
    if (answer.repositories) {
      this.model.set("repositories", answer.repositories);
    }
    const same = repository === this.at.repository && reference === this.at.reference;
    if (same && digest && answer.image && answer.image !== digest) this.show(reference, chosen);
    this.frame.toggleAttribute("data-gone", same && Boolean(digest) && answer.image === "");
  }
}

/** Look for changes again and again, as long as somebody can see them. */
function follow(browser, el) {
  let inSight = true;
  let timer = null;
  const observer = new IntersectionObserver((entries) => {
    inSight = entries.at(-1).isIntersecting;
  });
  observer.observe(el);
  const again = async () => {
    const started = performance.now();
    if (inSight && document.visibilityState === "visible") await browser.poll();
    timer = setTimeout(again, Math.max(POLL, 20 * (performance.now() - started)));
  };
  timer = setTimeout(again, POLL);
  return () => {
    observer.disconnect();
    clearTimeout(timer);
  };
}

function render({ model, el }) {
  const browser = new Browser(model, el);
  const stop = follow(browser, el);
  return () => {
    stop();
    model.off("change:repositories", browser.changed);
    model.off("msg:custom", browser.kernel.receive);
  };
}

export default { render };
