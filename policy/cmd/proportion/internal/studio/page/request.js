// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h, put } from "./dom.js";
import * as control from "./controls.js";
import { scenes } from "./scenes.js";

const factSlider = { min: 0, max: 1000, step: 1 };

/** The request that is tried, and the form it is made with. */
export class Request {
  constructor(root, catalogue, onchange) {
    this.root = root;
    this.catalogue = catalogue;
    this.onchange = onchange;
    this.action = "";
    this.signals = { ...scenes[0].signals };
    this.scene = scenes[0].name;
    this.facts = {};
    this.proofs = [];
    this.prompts = 0;
    this.spent = true; // known to be nothing
    this.read = []; // signals that rules for the action read
    root.addEventListener("submit", (e) => e.preventDefault());
  }

  /** Takes what a policy declares. Controls are left alone where they can be. */
  adopt(policy) {
    this.policy = policy;
    const shape = JSON.stringify([policy.actions, policy.facts, policy.prompts]);
    if (shape === this.shape) return;
    this.shape = shape;
    if (!policy.actions.some((a) => a.name === this.action)) this.action = first(policy);
    for (const f of policy.facts) {
      const known = this.facts[f.name];
      if (!known || known.type !== f.type) this.facts[f.name] = { type: f.type, value: usual(f) };
    }
    this.draw();
  }

  /** Takes which signals the rules for the action read; draws if they changed. */
  reads(names) {
    const known = this.catalogue.signals.map((s) => s.name).filter((n) => names.has(n));
    if (known.join() === this.read.join()) return;
    this.read = known;
    this.draw();
  }

  /** Sets signals and facts by their names, as an alternative does. */
  set(changes) {
    for (const { name, to } of changes) {
      if (this.facts[name]) this.facts[name].value = to;
      else this.signals[name] = to;
    }
    this.scene = "";
    this.draw();
    this.onchange();
  }

  /** Returns the request as `proportion explain` reads it. */
  line() {
    const signals = {};
    for (const [name, value] of Object.entries(this.signals)) {
      if (value === undefined) continue;
      const [group, key] = name.split(".");
      (signals[group] ??= {})[key] = value;
    }
    const facts = {};
    for (const f of this.policy.facts) {
      const { value } = this.facts[f.name];
      if (value !== undefined) facts[f.name] = value;
    }
    const line = { action: this.action === "*" ? "any.other.action" : this.action, facts, signals };
    if (this.proofs.length > 0) line.session = { proofs: this.proofs };
    if (this.prompts !== undefined) line.prompts = this.prompts;
    if (this.spent) line.spent = {};
    return line;
  }

  draw() {
    if (!this.policy) return;
    const open = new Set([...this.root.querySelectorAll("details[open]")].map((d) => d.dataset.key));
    put(
      this.root,
      this.drawAction(),
      this.drawScenes(),
      this.drawFacts(open),
      this.drawRead(),
      this.drawSession(),
      this.drawRest(open),
    );
  }

  change() {
    this.onchange();
  }

  drawAction() {
    const choices = this.policy.actions.map((a) => ({
      value: a.name,
      label: a.name === "*" ? `any other action (${a.sensitivity})` : `${a.name} (${a.sensitivity})`,
    }));
    return control.choice({
      name: "action",
      label: "Action",
      choices,
      value: this.action,
      unknown: false,
      onchange: (value) => {
        this.action = value;
        this.draw();
        this.change();
      },
    });
  }

  drawScenes() {
    return h(
      "div",
      { class: "scenes", role: "group", "aria-label": "Begin from" },
      scenes.map((s) =>
        h(
          "button",
          {
            type: "button",
            title: s.what,
            "aria-pressed": String(this.scene === s.name),
            "data-key": `scene ${s.name}`,
            onclick: () => {
              this.signals = { ...s.signals };
              this.scene = s.name;
              this.draw();
              this.change();
            },
          },
          s.name,
        ),
      ),
    );
  }

  drawFacts(open) {
    const { needs } = this.policy.actions.find((a) => a.name === this.action);
    const used = this.policy.facts.filter((f) => needs.includes(f.name));
    const others = this.policy.facts.filter((f) => !needs.includes(f.name));
    return [
      used.length > 0 &&
        section(
          "Facts",
          used.map((f) => this.fact(f)),
        ),
      others.length > 0 &&
        more(
          "Facts of other actions",
          others.map((f) => this.fact(f)),
          open,
        ),
    ];
  }

  fact(f) {
    const o = {
      name: f.name,
      label: f.name,
      unit: f.unit,
      value: this.facts[f.name].value,
      hint: f.optional ? "may be absent" : "needed: without it the decision is degraded",
      onchange: (value) => {
        this.facts[f.name].value = value;
        this.change();
      },
    };
    switch (f.type) {
      case "bool":
        return control.truth(o);
      case "number":
      case "decimal":
        return control.number({
          ...o,
          slider: { ...factSlider, max: Math.max(factSlider.max, o.value ?? 0) },
        });
      case "strings":
        return control.text({ ...o, list: true });
    }
    return control.text(o);
  }

  signal(s) {
    const o = {
      name: s.name,
      label: s.name,
      value: this.signals[s.name],
      unit: s.unit,
      hint: [s.range, s.unknown_when && `unknown when ${s.unknown_when}`].filter(Boolean).join("; "),
      slider: s.slider,
      choices: s.choices,
      onchange: (value) => {
        this.signals[s.name] = value;
        this.change();
      },
    };
    switch (s.type) {
      case "bool":
        return control.truth(o);
      case "number":
        return control.number(o);
      case "strings":
        return control.text({ ...o, list: true });
    }
    return s.choices.length > 0 ? control.choice(o) : control.text(o);
  }

  drawRead() {
    const used = this.catalogue.signals.filter((s) => this.read.includes(s.name));
    const note = h("p", { class: "note" }, "No rule for this action reads a signal.");
    return section("Signals that its rules read", used.length > 0 ? used.map((s) => this.signal(s)) : note);
  }

  drawRest(open) {
    const rest = this.catalogue.signals.filter((s) => !this.read.includes(s.name));
    const groups = [...new Set(rest.map((s) => s.group))];
    return more(
      "Other signals",
      groups.map((g) =>
        h(
          "div",
          { class: "group" },
          h("h4", {}, g),
          rest.filter((s) => s.group === g).map((s) => this.signal(s)),
        ),
      ),
      open,
    );
  }

  drawSession() {
    const budget =
      this.policy.prompts.most > 0 &&
      control.number({
        name: "prompts",
        label: "Prompts passed so far",
        unit: `of ${this.policy.prompts.most}`,
        value: this.prompts,
        slider: { min: 0, max: this.policy.prompts.most * 3, step: 1 },
        onchange: (value) => {
          this.prompts = value;
          this.change();
        },
      });
    const spent = control.choice({
      name: "spent",
      label: "Limits of at_most rules",
      value: this.spent ? "nothing" : undefined,
      choices: [{ value: "nothing", label: "nothing is used up" }],
      onchange: (value) => {
        this.spent = value !== undefined;
        this.change();
      },
    });
    return section("The session holds", [
      this.proofs.map((p, i) => this.proof(p, i)),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "data-key": "add proof",
          onclick: () => {
            this.proofs.push({ method: "code6", action: this.action, age_s: 120, band: "low" });
            this.draw();
            this.change();
          },
        },
        "Add a proof",
      ),
      budget,
      spent,
    ]);
  }

  proof(p, i) {
    const set = (key) => (value) => {
      p[key] = value;
      this.change();
    };
    const pick = (key, label, choices) =>
      control.choice({
        name: `proof ${i} ${key}`,
        label,
        choices,
        value: p[key],
        unknown: false,
        onchange: set(key),
      });
    return h(
      "fieldset",
      { class: "proof" },
      h("legend", {}, `Proof ${i + 1}`),
      pick("method", "Method", this.catalogue.methods),
      pick(
        "action",
        "For",
        this.policy.actions.map((a) => a.name),
      ),
      control.number({
        name: `proof ${i} age`,
        label: "Age",
        unit: "s",
        value: p.age_s,
        unknown: false,
        slider: { min: 0, max: 3600, step: 30 },
        onchange: set("age_s"),
      }),
      pick("band", "Band then", this.catalogue.bands),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": `Remove proof ${i + 1}`,
          onclick: () => {
            this.proofs.splice(i, 1);
            this.draw();
            this.change();
          },
        },
        "Remove",
      ),
    );
  }
}

/** The action to begin with: the most telling one is seldom a built-in one. */
function first(policy) {
  const builtIn = /^(method|contact|device|consent|profile)\./;
  const own = policy.actions.filter((a) => a.name !== "*" && !builtIn.test(a.name));
  return (own.find((a) => a.needs.length > 1) ?? own[0] ?? policy.actions[0]).name;
}

function usual(f) {
  if (f.optional) return undefined;
  return { bool: false, number: 20, decimal: 20, strings: [] }[f.type] ?? "example";
}

const section = (title, ...children) => h("div", { class: "group" }, h("h3", {}, title), children);

const more = (title, children, open) =>
  h("details", { "data-key": title, open: open.has(title) }, h("summary", {}, title), children);
