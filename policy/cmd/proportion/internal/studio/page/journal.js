// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h, plural } from "./dom.js";

const outcomes = ["allow", "notify", "challenge", "deny"];
const percent = (part, of) => `${(of === 0 ? 0 : (100 * part) / of).toFixed(1)} %`;

/** What the policy would have made of recorded decisions. */
export function journal(r, actions) {
  const load = h(
    "label",
    { class: "quiet load" },
    r?.name ? "Load another journal" : "Load a journal",
    h("input", {
      type: "file",
      class: "unseen",
      "data-key": "load",
      onchange: (e) => e.target.files[0] && actions.upload(e.target.files[0]),
    }),
  );
  if (!r?.name) {
    return [
      h(
        "p",
        { class: "note" },
        "With a journal of what was decided before, this shows what the policy would change: ",
        "JSON Lines, gzip or not. The file stays on this machine.",
      ),
      load,
    ];
  }
  return [headline(r), bars(r), labels(r), lacking(r), examples(r), costs(r), load];
}

function headline(r) {
  const before = r.saved ? "the saved policy" : "what was decided then";
  const sign =
    r.after.prompts.toFixed(1) === r.before.prompts.toFixed(1)
      ? "as by "
      : `against ${r.before.prompts.toFixed(1)} by `;
  return [
    h(
      "p",
      { class: "figure" },
      h("b", {}, r.after.prompts.toFixed(1)),
      ` of 1,000 decisions ask for proof, ${sign}${before}.`,
    ),
    h(
      "p",
      { class: "note" },
      `${r.name}: ${plural(r.decisions, "decision")}. `,
      `${r.same} as by ${before}, ${r.stronger} stronger, ${r.weaker} weaker. `,
      `${percent(r.after.spared, 1)} of the subjects are never asked.`,
      !r.saved &&
        sign.startsWith("against") &&
        " Where a customer had no method to use, a challenge was recorded as a refusal.",
      r.bad > 0 && ` ${plural(r.bad, "line")} cannot be read.`,
      r.unopened > 0 && ` ${plural(r.unopened, "decision")} stay sealed.`,
    ),
  ];
}

/** The outcomes as bars, the policy above what it is compared with. */
function bars(r) {
  return h(
    "div",
    { class: "shares" },
    [
      [r.after, "this text"],
      [r.before, r.saved ? "saved" : "then"],
    ].map(([side, name]) => {
      const total = outcomes.reduce((n, o) => n + side.outcomes[o], 0);
      const parts = outcomes.filter((o) => side.outcomes[o] > 0);
      const bar = parts.map((o) => {
        const part = h("span", {
          "data-tone": o === "challenge" ? "ask" : o,
          title: `${o} ${percent(side.outcomes[o], total)}`,
        });
        part.style.flexGrow = side.outcomes[o];
        return part;
      });
      return h(
        "div",
        { class: "shares-row" },
        h("span", { class: "name" }, name),
        h("div", { class: "share", "aria-hidden": "true" }, bar),
        h(
          "span",
          { class: "note" },
          parts.map((o) => `${o} ${percent(side.outcomes[o], total)}`).join(" · ") || "nothing comparable",
        ),
      );
    }),
  );
}

function labels({ after, before }) {
  return (
    after.attacks > 0 &&
    h(
      "p",
      {},
      h("strong", {}, `${after.stopped} of ${plural(after.attacks, "attack")} stopped`),
      ` (${before.stopped} before), at ${after.friction.toFixed(1)} of 1,000 legitimate requests`,
      ` (${before.friction.toFixed(1)} before).`,
    )
  );
}

function lacking({ after }) {
  const what = Object.entries(after.lacking ?? {})
    .map(([name, n]) => `${name} (${n})`)
    .join(", ");
  return (
    after.not_comparable > 0 &&
    h(
      "p",
      { class: "note" },
      `${plural(after.not_comparable, "decision")} left out, for want of what this policy reads: ${what}.`,
    )
  );
}

function examples(r) {
  return (
    r.examples.length > 0 &&
    table(
      "The first that come out otherwise",
      ["action", "was", "is", "", "rules"],
      r.examples.map((e) => [e.action, e.was, e.is, e.weaker ? "weaker" : "stronger", e.rules.join(", ")]),
    )
  );
}

function costs(r) {
  return (
    r.rules.length > 0 &&
    table(
      "What each rule costs",
      ["rule", "fired", "mattered", "challenges that only it asks for"],
      r.rules.map((c) => [c.id, c.fired, c.mattered, c.prompts]),
    )
  );
}

const table = (title, head, rows) =>
  h(
    "table",
    { class: "examples" },
    h("caption", {}, title),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        head.map((t) => h("th", { scope: "col" }, t)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          row.map((c) => h("td", {}, `${c}`)),
        ),
      ),
    ),
  );
