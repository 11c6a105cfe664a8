// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { $, h, put, calm, plural } from "./dom.js";
import { call, enter, latest, upload, Refused } from "./api.js";
import { Editor } from "./editor.js";
import { Request } from "./request.js";
import { Panel } from "./panel.js";
import { show, strip } from "./outcome.js";
import { placeOf, test } from "./keep.js";
import { save } from "./save.js";

const ask = { check: latest("check"), try: latest("try"), test: latest("test"), replay: latest("replay") };

/** The page: its files, and what the studio last said of them. */
class Page {
  constructor(opened) {
    this.files = opened.files.map((f) => ({ ...f, saved: f.text }));
    this.at = 0;
    this.findings = [];
    this.good = null; // the texts of the last policy that could be loaded
    this.policy = null;
    this.verdict = null;
    this.journal = opened.journal;
    this.editor = new Editor($("editor"), (text) => this.edited(text));
    this.request = new Request(
      $("request"),
      opened,
      calm(25, () => this.try()),
    ); // a slider speaks often
    this.panel = new Panel($("panel"), {
      go: (file, line, column) => this.go(file, line, column),
      upload: (file) => this.load(file),
      shown: (name) => name === "journal" && this.replay(),
    });
    this.checkSoon = calm(200, () => this.check());
    this.replaySoon = calm(600, () => this.replay());
    this.open(0);
  }

  texts() {
    return this.files.map(({ name, text, version }) => ({ name, text, version }));
  }

  open(i) {
    this.at = i;
    const f = this.files[i];
    this.editor.show(f.text, `Text of ${f.name}`);
    this.drawTabs();
    this.mark();
  }

  drawTabs() {
    const base = (f) => f.name.split(/[\\/]/).at(-1);
    put(
      $("tabs"),
      this.files.map((f, i) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            "aria-selected": String(i === this.at),
            "aria-controls": "editor",
            title: f.name,
            "data-key": `file ${i}`,
            onclick: () => this.open(i),
          },
          base(f),
          f.text !== f.saved && h("span", { class: "dot", title: "not saved" }, " ●"),
        ),
      ),
    );
    const unsaved = this.files.some((f) => f.text !== f.saved);
    $("save").disabled = !unsaved;
    document.title = `${unsaved ? "● " : ""}${base(this.files[0])} · Proportion studio`;
  }

  edited(text) {
    this.files[this.at].text = text;
    this.drawTabs();
    this.checkSoon();
  }

  go(file, line, column) {
    const i = this.files.findIndex((f) => f.name === file);
    if (i < 0) return;
    view("policy");
    if (i !== this.at) this.open(i);
    this.editor.goTo(line, column);
  }

  /** Marks, in the text that is shown, findings and rules that fired. */
  mark() {
    const { name } = this.files[this.at];
    const all = [...this.findings, ...(this.panel.tests?.findings ?? [])];
    const fired = (this.verdict?.rules ?? []).filter((r) => r.fired && r.file === name && !this.stale());
    this.editor.mark(
      all.filter((f) => f.file === name),
      new Set(fired.map((r) => r.line)),
    );
  }

  stale() {
    return this.findings.some((f) => f.severity === "error");
  }

  async check() {
    const files = this.texts();
    const c = await quietly(ask.check({ files }));
    if (!c) return;
    this.findings = c.findings;
    this.panel.set({ findings: c.findings });
    this.status(c);
    if (c.policy) {
      this.good = files;
      this.policy = c.policy;
      this.request.adopt(c.policy);
      this.test(files);
      this.replaySoon();
    }
    this.mark();
    await this.try();
  }

  status(c) {
    const errors = c.findings.filter((f) => f.severity === "error").length;
    const warnings = c.findings.length - errors;
    const text =
      [errors && plural(errors, "error"), warnings && plural(warnings, "warning")]
        .filter(Boolean)
        .join(", ") || "No findings";
    $("status").textContent = text;
    $("status").dataset.tone = errors ? "bad" : warnings ? "warn" : "good";
    note(
      "disk",
      c.changed.length > 0 &&
        `${c.changed.join(", ")} changed on disk. Reload the page to read it; ` +
          "what is not saved here is lost then.",
    );
  }

  async try() {
    if (!this.good) {
      put(
        $("outcome"),
        h("p", { class: "notice" }, "Nothing can be tried before the policy has no errors."),
      );
      return;
    }
    const v = await quietly(ask.try({ files: this.good, request: this.request.line() }));
    if (!v) return;
    const said = JSON.stringify([v, this.policy, this.stale()]);
    if (said === this.said) return; // whoever is about to press a button finds it in its place
    this.said = said;
    this.verdict = v;
    const tests = this.files.findIndex((f) => f.test);
    show($("outcome"), this.policy, v, this.request, this.stale(), {
      go: (...to) => this.go(...to),
      keep: tests >= 0 && (() => this.keep(tests)),
    });
    strip($("strip"), this.policy, v);
    this.mark();
    this.request.reads(
      new Set(v.rules.flatMap((r) => r.predicates.flatMap((p) => p.values.map((x) => x.name)))),
    );
  }

  /** Adds the request that is tried to the tests. */
  keep(i) {
    this.open(i);
    const { text } = this.files[i];
    const line = placeOf(text);
    const lines = text.split("\n");
    view("policy");
    this.editor.goTo(line, Array.from(lines[line - 1]).length + 1);
    this.editor.insert(`\n\n${test(text, this.request, this.verdict)}${line === lines.length ? "\n" : ""}`);
    this.panel.set({ shown: "tests" });
  }

  async test(files) {
    const tests = await quietly(ask.test({ files }));
    if (tests) this.panel.set({ tests });
    this.mark();
  }

  /** Runs only where somebody looks, since a journal may be long. */
  async replay() {
    if (this.panel.shown !== "journal" || !this.good) return;
    const replay = await quietly(ask.replay({ files: this.good }));
    if (replay) this.panel.set({ replay });
  }

  async load(file) {
    if (await quietly(upload(file))) this.replay();
  }

  async save() {
    await quietly(
      save(
        $("dialog"),
        this.texts(),
        ({ versions }) => {
          for (const f of this.files) {
            f.saved = f.text;
            f.version = versions[f.name];
          }
          this.drawTabs();
          this.check();
        },
        (e) => note("save", e.message),
      ),
    );
  }
}

/** Shows an error where everybody sees it; a question that was dropped is none. */
async function quietly(promise) {
  try {
    const result = await promise;
    note("error", "");
    return result ?? true;
  } catch (e) {
    if (e.name !== "AbortError") note("error", explain(e));
    return null;
  }
}

function explain(e) {
  if (e instanceof Refused && e.status === 401) {
    return (
      "This page is not signed in. Press Enter where the studio runs, and open the link that it " +
      "prints: each works once, for one tab."
    );
  }
  return e instanceof TypeError ? "The studio does not answer. Does it still run?" : e.message;
}

function note(id, text) {
  document.getElementById(`note-${id}`)?.remove();
  if (text) $("notices").append(h("p", { id: `note-${id}`, class: "notice bad" }, text));
}

/** On a narrow screen one part of the page is shown at a time. */
function view(name) {
  document.body.dataset.view = name;
  for (const b of document.querySelectorAll(".views button"))
    b.setAttribute("aria-pressed", String(b.dataset.view === name));
}

/** The arrows lead from tab to tab, as people expect who use no mouse. */
function arrows(event) {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!move || event.target.getAttribute("role") !== "tab") return;
  const tabs = [...event.target.parentElement.children];
  const next = tabs.at((tabs.indexOf(event.target) + move) % tabs.length);
  next.focus();
  next.click();
}

async function begin() {
  for (const b of document.querySelectorAll(".views button"))
    b.addEventListener("click", () => view(b.dataset.view));
  view(document.body.dataset.view);
  let page;
  try {
    await enter();
    page = new Page(await call("open"));
  } catch (e) {
    $("status").textContent = "Closed";
    note("error", explain(e));
    return;
  }
  $("save").addEventListener("click", () => page.save());
  addEventListener("keydown", arrows);
  addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key === "s") {
      e.preventDefault();
      if (!$("save").disabled && !$("dialog").open) page.save();
    }
  });
  addEventListener("beforeunload", (e) => page.files.some((f) => f.text !== f.saved) && e.preventDefault());
  addEventListener("focus", () => page.checkSoon()); // files may have changed meanwhile
  await page.check();
}

begin();
