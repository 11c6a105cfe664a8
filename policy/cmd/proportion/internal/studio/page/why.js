// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";

const chosen = new Map(); // rules that were opened or closed by hand

const most = 200; // rules that are shown, of those that fired or could have

/** The arithmetic, then the rules for the action with what their parts were. */
export function why(v, go) {
  const arithmetic = h(
    "dl",
    { class: "arithmetic" },
    v.derivation.map((d) => [h("dt", {}, d.name), h("dd", {}, d.text)]),
  );
  let rules = v.rules;
  if (rules.length > most) rules = [...rules].sort((a, b) => weight(a) - weight(b)).slice(0, most);
  const rest = v.rules.length - rules.length;
  return [
    arithmetic,
    h(
      "div",
      { class: "rules" },
      rules.map((r) => rule(r, go)),
    ),
    rest > 0 && h("p", { class: "note" }, `${rest} more rules are for this action.`),
  ];
}

const weight = (r) => (r.fired ? 0 : r.truth === "unknown" ? 1 : 2);

function state(r) {
  if (r.by_unknown) return ["fired", "fired, being unknown"];
  if (r.fired) return ["fired", "fired"];
  if (r.truth === "unknown") return ["unknown", "skipped, being unknown"];
  return ["silent", "no"];
}

function rule(r, go) {
  const [kind, words] = state(r);
  const summary = h(
    "summary",
    { "data-key": `rule ${r.id}` },
    h("span", { class: "name" }, r.id),
    h("span", { class: "effect" }, r.effect),
    r.shadow && h("span", { class: "tag" }, "shadow"),
    h("span", { class: "state" }, words),
  );
  const parts = r.predicates.map((p) =>
    h(
      "li",
      { "data-truth": p.truth },
      h(
        "button",
        {
          type: "button",
          class: "link",
          title: "Show in the text",
          onclick: () => go(r.file, p.line, p.column),
        },
        p.text,
      ),
      h("span", { class: "value" }, h("span", { class: "unseen" }, "is "), p.truth),
      values(p),
    ),
  );
  return h(
    "details",
    {
      class: `rule ${kind}`,
      open: chosen.get(r.id) ?? kind !== "silent",
      ontoggle: (e) => {
        if (e.target.open !== (kind !== "silent") || chosen.has(r.id)) chosen.set(r.id, e.target.open);
      },
    },
    summary,
    r.remark && h("p", { class: "note" }, r.remark),
    r.condition
      ? [
          r.condition !== r.predicates[0]?.text && h("p", { class: "condition" }, r.condition),
          h("ul", {}, parts),
        ]
      : h("p", { class: "note" }, "It has no condition, and always applies."),
    h(
      "button",
      { type: "button", class: "link place", onclick: () => go(r.file, r.line, 1) },
      `${r.file.split(/[\\/]/).at(-1)}:${r.line}`,
    ),
  );
}

function values(p) {
  const others = p.values.filter((x) => x.name !== p.text);
  return (
    others.length > 0 &&
    h("span", { class: "values" }, others.map((x) => `${x.name} = ${x.value}`).join(", "))
  );
}
