// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";
import { draw } from "./highlight.js";

// A textarea that shows nothing but its caret, above a drawing of the lines that
// are in view. What is typed, selected, read aloud and undone is the textarea's.

const lineHeight = 20; // as in editor.css
const spare = 8; // lines that are drawn above and below those in view

export class Editor {
  constructor(root, onEdit) {
    this.findings = [];
    this.lines = [""];
    this.leaving = false;
    this.area = h("textarea", {
      spellcheck: "false",
      wrap: "off",
      autocapitalize: "off",
      autocomplete: "off",
      "aria-label": "Text of the policy",
      "aria-describedby": "keys",
      oninput: () => {
        this.read();
        onEdit(this.area.value);
      },
      onscroll: () => this.paint(),
      onkeydown: (e) => this.key(e),
      onblur: () => {
        this.leaving = false;
      },
      onfocus: () => this.paint(),
    });
    this.gutter = h("div", { class: "numbers", "aria-hidden": "true" });
    this.drawing = h("pre", { class: "drawing", "aria-hidden": "true" });
    root.append(
      h("div", { class: "gutter" }, this.gutter),
      h("div", { class: "paper" }, this.drawing, this.area),
    );
    new ResizeObserver(() => this.paint()).observe(this.area);
  }

  /** Shows another text. */
  show(text, label) {
    this.area.value = text;
    this.area.setAttribute("aria-label", label);
    this.area.scrollTop = this.area.scrollLeft = 0;
    this.read();
  }

  read() {
    this.lines = this.area.value.split("\n");
    this.paint();
  }

  /** Marks findings, and lines that rules which fired stand in. */
  mark(findings, fired = new Set()) {
    this.findings = findings;
    this.fired = fired;
    this.paint();
  }

  /** Draws the lines in view. */
  paint() {
    const { scrollTop, scrollLeft, clientHeight } = this.area;
    const first = Math.max(0, Math.floor(scrollTop / lineHeight) - spare);
    const last = Math.min(this.lines.length, Math.ceil((scrollTop + clientHeight) / lineHeight) + spare);
    const numbers = [],
      rows = [];
    for (let i = first; i < last; i++) {
      const here = this.findings.filter((f) => f.line === i + 1);
      const worst = here.some((f) => f.severity === "error") ? "error" : here.length ? "warning" : "";
      const fired = this.fired?.has(i + 1) ? "fired" : "";
      numbers.push(
        h(
          "div",
          { class: `${worst} ${fired}`, title: here.map((f) => f.message).join("\n") || null },
          `${i + 1}`,
        ),
      );
      rows.push(h("div", { class: worst || null }, draw(this.lines[i], here)));
    }
    this.gutter.replaceChildren(...numbers);
    this.drawing.replaceChildren(...rows);
    const top = first * lineHeight - scrollTop;
    this.gutter.style.transform = `translateY(${top}px)`;
    this.drawing.style.transform = `translate(${-scrollLeft}px, ${top}px)`;
  }

  /** Puts the caret at a line and column, both from 1. */
  goTo(line, column = 1) {
    const before = this.lines.slice(0, line - 1).reduce((n, text) => n + text.length + 1, 0);
    const at =
      before +
      Array.from(this.lines[line - 1] ?? "")
        .slice(0, column - 1)
        .join("").length;
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(at, at);
    this.area.scrollTop = Math.max(0, line * lineHeight - this.area.clientHeight / 2);
    this.paint();
  }

  key(event) {
    if (event.key === "Escape") {
      this.leaving = true;
      return;
    }
    if (event.key === "Tab" && !this.leaving) {
      event.preventDefault();
      this.indent(event.shiftKey);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const { value, selectionStart } = this.area;
      const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
      this.insert("\n" + line.match(/^ */)[0]);
    }
    if (event.key !== "Shift") this.leaving = false;
  }

  /** Two more, or fewer, blanks before the lines that are selected. */
  indent(less) {
    const { value, selectionStart: from, selectionEnd: to } = this.area;
    if (from === to && !less) {
      this.insert("  ");
      return;
    }
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const lines = value.slice(start, to).split("\n");
    const text = lines.map((l) => (less ? l.replace(/^ {1,2}/, "") : "  " + l)).join("\n");
    this.area.setSelectionRange(start, to);
    this.insert(text);
    this.area.setSelectionRange(from === to ? start + text.length : start, start + text.length);
  }

  /** Types a text, so that it can be undone as if it had been typed. */
  insert(text) {
    if (text === "") document.execCommand("delete");
    else if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new Event("input"));
    }
  }
}
