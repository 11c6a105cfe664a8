// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h, put, plural } from "./dom.js";
import { journal } from "./journal.js";

const mostFindings = 200; // that are shown

/** What stands below the editor: findings, tests and the journal, as tabs. */
export class Panel {
  constructor(root, actions) {
    this.root = root;
    this.actions = actions; // go, upload, shown
    this.shown = "findings";
    this.findings = [];
    this.tests = null;
    this.replay = null;
    this.draw();
  }

  set(parts) {
    Object.assign(this, parts);
    this.draw();
  }

  draw() {
    const failed = this.tests?.results.filter((r) => r.failures.length > 0).length ?? 0;
    const total = this.tests?.results.length ?? 0;
    const broken = this.tests?.findings.length > 0;
    const tab = (name, label, tone) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "data-key": `tab ${name}`,
          "aria-controls": "panel-body",
          "aria-selected": String(this.shown === name),
          "data-tone": tone,
          onclick: () => {
            this.shown = name;
            this.draw();
            this.actions.shown(name);
          },
        },
        label,
      );
    const errors = this.findings.some((f) => f.severity === "error");
    const body = {
      findings: () => this.drawFindings(),
      tests: () => this.drawTests(),
      journal: () => journal(this.replay, this.actions),
    };
    put(
      this.root,
      h(
        "div",
        { class: "tabs", role: "tablist", "aria-label": "About the policy" },
        tab(
          "findings",
          `Findings ${this.findings.length}`,
          errors ? "bad" : this.findings.length > 0 ? "warn" : "good",
        ),
        tab(
          "tests",
          broken ? "Tests ✗" : `Tests ${total - failed}/${total}`,
          failed || broken ? "bad" : total > 0 ? "good" : "",
        ),
        tab("journal", "Journal", ""),
      ),
      h(
        "div",
        {
          class: "body",
          role: "tabpanel",
          id: "panel-body",
          "aria-labelledby": `tab-${this.shown}`,
          tabindex: "0",
        },
        body[this.shown](),
      ),
    );
  }

  drawFindings() {
    if (this.findings.length === 0)
      return h("p", { class: "note" }, "Nothing is wrong with the policy, and nothing looks unmeant.");
    const rest = this.findings.length - mostFindings;
    return [
      h(
        "ul",
        { class: "findings" },
        this.findings.slice(0, mostFindings).map((f) => this.finding(f)),
      ),
      rest > 0 && h("p", { class: "note" }, `And ${rest} more.`),
    ];
  }

  finding(f) {
    return h(
      "li",
      { "data-severity": f.severity },
      h(
        "button",
        {
          type: "button",
          class: "link",
          "data-key": `finding ${f.file} ${f.line} ${f.column} ${f.id}`,
          onclick: () => this.actions.go(f.file, f.line, f.column),
        },
        h("span", { class: "where" }, `${f.line}:${f.column}`),
        h("span", { class: "id" }, f.id),
        h("span", {}, f.message),
      ),
      f.hint && h("p", { class: "hint" }, f.hint),
    );
  }

  drawTests() {
    const t = this.tests;
    if (!t) return h("p", { class: "note" }, "The tests have not run yet.");
    if (t.findings.length > 0)
      return h(
        "ul",
        { class: "findings" },
        t.findings.map((f) => this.finding(f)),
      );
    if (t.results.length === 0) {
      return h(
        "p",
        { class: "note" },
        "There are no tests beside the policy. Tests of policy.yaml stand in policy_test.yaml.",
      );
    }
    const failed = t.results.filter((r) => r.failures.length > 0);
    return [
      h(
        "p",
        { class: failed.length > 0 ? "verdict bad" : "verdict good" },
        failed.length > 0
          ? `${failed.length} of ${plural(t.results.length, "test")} failed.`
          : `All ${plural(t.results.length, "test")} passed.`,
        h(
          "span",
          { class: "note" },
          ` They saw ${t.covered} of ${plural(t.covered + t.uncovered.length, "rule")} fire, and not fire.`,
        ),
      ),
      h(
        "ul",
        { class: "tests" },
        failed.map((r) => this.result(r)),
      ),
      t.uncovered.length > 0 &&
        h(
          "details",
          { "data-key": "uncovered" },
          h("summary", {}, "Rules that the tests leave open"),
          h(
            "ul",
            {},
            t.uncovered.map((c) => h("li", {}, this.place(c.file, c.line, 1, c.text))),
          ),
        ),
      h(
        "details",
        {},
        h("summary", {}, "All tests"),
        h(
          "ul",
          { class: "tests" },
          t.results.map((r) => this.result(r)),
        ),
      ),
    ];
  }

  result(r) {
    const bad = r.failures.length > 0;
    return h(
      "li",
      { "data-passed": String(!bad) },
      h("span", { class: "sign", "aria-hidden": "true" }, bad ? "✗" : "✓"),
      this.place(r.file, r.line, r.column, r.name),
      h("span", { class: "unseen" }, bad ? " failed" : " passed"),
      r.failures.map((f) =>
        h(
          "p",
          {},
          this.place(r.file, f.line, f.column, f.key),
          ": want ",
          h("code", {}, f.want),
          ", got ",
          h("code", {}, f.got),
        ),
      ),
      bad && h("p", { class: "note" }, r.because.map((d) => `${d.name}: ${d.text}`).join(" · ")),
    );
  }

  place(file, line, column, label) {
    return h(
      "button",
      { type: "button", class: "link", onclick: () => this.actions.go(file, line, column) },
      label,
    );
  }
}
