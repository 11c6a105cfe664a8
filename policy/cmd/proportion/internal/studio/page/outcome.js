// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h, put, duration } from "./dom.js";
import { scale, matrix, ladder, tone } from "./matrix.js";
import { why } from "./why.js";

const methods = {
  code4: "a code of four digits",
  code6: "a code of six digits",
  mobile4: "four digits typed into the customer's app",
  totp: "an authenticator app",
  recovery: "a recovery code",
  passkey: "a passkey",
};

/** Says an outcome in plain words. */
export function words(v) {
  if (v.held) return "Let through";
  switch (v.outcome) {
    case "allow":
      return "Let through";
    case "notify":
      return "Let through, and say so";
    case "challenge":
      return "Ask for proof";
  }
  return "Refuse";
}

function detail(v) {
  if (v.held) {
    const { method, action, age_s } = v.held;
    return `${capital(methods[method])} of ${duration(Math.round(age_s))} ago, for ${action}, is proof enough.`;
  }
  switch (v.outcome) {
    case "allow":
      return "Nothing is asked of the customer.";
    case "notify":
      return "The customer is told, and nothing is asked.";
    case "challenge": {
      if (v.step.methods.length === 0)
        return "No method proves this action: the customer is refused, and told what to enrol.";
      const fresh = v.step.fresh_s > 0 ? ` A proof of the last ${duration(v.step.fresh_s)} may do.` : "";
      return `${capital(either(v.step.methods.map((m) => methods[m])))}.${fresh}`;
    }
  }
  return "With a reference for support, and a way to reach a person.";
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
const either = (all) => (all.length < 2 ? all.join() : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`);

/** One line, for where there is no room. */
export function strip(node, policy, v) {
  node.dataset.tone = toneOf(policy, v);
  put(node, h("strong", {}, words(v)), h("span", {}, `${v.step.name} · score ${v.score} ${v.band}`));
}

/** Shows a verdict. The actions are go, and keep if there is a file of tests. */
export function show(node, policy, v, request, stale, { go, keep }) {
  put(
    node,
    stale && h("p", { class: "notice" }, "The text has errors. This is what it said before them."),
    headline(policy, v),
    degraded(v),
    otherwise(v, request),
    take(request, keep),
    block("Score", scale(policy, v)),
    block("Matrix", matrix(policy, v)),
    block("Ladder", ladder(policy, v)),
    customer(v),
    block("Why", why(v, go)),
  );
}

const toneOf = (policy, v) => (v.held ? "allow" : tone(policy, v.step.name));

function headline(policy, v) {
  const shadow =
    v.shadow.rules.length > 0 &&
    h(
      "p",
      { class: "note" },
      v.shadow.step === v.step.name
        ? "Shadow rules fired, and would change nothing: "
        : `With its shadow rules in force: ${v.shadow.step}. They are `,
      v.shadow.rules.join(", "),
      ".",
    );
  return h(
    "div",
    { class: "headline", "data-outcome": v.outcome, "data-tone": toneOf(policy, v), role: "status" },
    h("h2", {}, words(v)),
    h("p", {}, detail(v)),
    h(
      "dl",
      { class: "facts" },
      [
        ["step", v.step.name],
        ["score", v.score],
        ["band", v.band],
        ["action is", v.sensitivity],
        v.step.acr && ["acr", v.step.acr],
      ]
        .filter(Boolean)
        .map(([k, x]) => h("div", {}, h("dt", {}, k), h("dd", {}, `${x}`))),
    ),
    shadow,
  );
}

/** The fewest changes that would have led to a weaker step, to be tried. */
function otherwise(v, request) {
  if (!v.otherwise) return null;
  const { changes, step } = v.otherwise;
  return h(
    "div",
    { class: "otherwise" },
    h(
      "p",
      {},
      "It would be ",
      h("strong", {}, step),
      " if ",
      changes.map((c, i) => [
        i > 0 && " and ",
        h("code", {}, c.name),
        " were ",
        h("code", {}, JSON.stringify(c.to)),
        h("span", { class: "was" }, ` (${c.from})`),
      ]),
      ".",
    ),
    h(
      "button",
      { type: "button", class: "quiet", "data-key": "otherwise", onclick: () => request.set(changes) },
      "Try that",
    ),
  );
}

/** The request, to be kept as a test or explained elsewhere. */
function take(request, keep) {
  const copy = () => navigator.clipboard.writeText(JSON.stringify(request.line()));
  return h(
    "div",
    { class: "take" },
    keep &&
      h("button", { type: "button", class: "quiet", "data-key": "keep", onclick: keep }, "Keep as a test"),
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        "data-key": "copy",
        onclick: copy,
        title: "as proportion explain reads it",
      },
      "Copy the request",
    ),
  );
}

function degraded(v) {
  return (
    v.degraded.length > 0 &&
    h(
      "div",
      { class: "notice bad" },
      h("p", {}, "Decided without all that it needs:"),
      h(
        "ul",
        {},
        v.degraded.map((g) => h("li", {}, h("code", {}, `${g.kind} ${g.name}`), ` ${g.text}`)),
      ),
    )
  );
}

function customer(v) {
  const languages = Object.keys(v.reasons)
    .sort((a, b) => (b === "en") - (a === "en") || a.localeCompare(b))
    .filter((l) => v.reasons[l].length > 0);
  const texts = languages.map((l) =>
    h(
      "div",
      { class: "reason" },
      h("span", { class: "language" }, l),
      h(
        "div",
        { lang: l },
        v.reasons[l].map((t) => h("p", {}, t)),
      ),
    ),
  );
  const none = h("p", { class: "note" }, "No rule that fired has words for the customer.");
  return block(
    "What the customer reads",
    texts.length > 0 ? texts : none,
    texts.length > 0 &&
      h("p", { class: "note" }, "On a trusted device only; elsewhere the words are general."),
  );
}

const block = (title, ...children) => h("section", { class: "block" }, h("h3", {}, title), children);
