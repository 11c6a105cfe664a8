// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h, plural } from "./dom.js";

const outcomes = ["allow", "notify", "challenge", "deny"];

/** What the policy would have made of recorded decisions. */
export function journal(r, actions) {
  const load = h("label", { class: "quiet load" }, r?.name ? "Load another journal" : "Load a journal",
    h("input", { type: "file", class: "unseen", "data-key": "load", onchange: (e) => e.target.files[0] && actions.upload(e.target.files[0]) }));
  if (!r?.name) {
    return [h("p", { class: "note" }, "With a journal of what was decided before, this shows what the policy would change: JSON Lines, gzip or not. The file stays on this machine."), load];
  }
  if (!r.draft) return [h("p", { class: "note" }, `${r.name}: the policy cannot be loaded, so nothing is compared.`), load];
  const d = r.draft;
  return [
    h("p", { class: "verdict" }, h("strong", {}, r.name), `: ${plural(d.decisions, "decision")}`,
      d.bad > 0 && `, and ${plural(d.bad, "line")} that cannot be read`),
    prompts(r), bar(d),
    h("p", { class: "note" }, "Against what was decided then: ", counts(d)),
    d.examples.length > 0 && examples(d), load];
}

function prompts({ draft, saved }) {
  const differs = saved && Math.abs(saved.prompts - draft.prompts) >= 0.05;
  return h("p", { class: "figure" }, h("b", {}, draft.prompts.toFixed(1)), " of 1,000 decisions would ask for proof",
    differs ? `; the saved policy asks in ${saved.prompts.toFixed(1)}.` : ".");
}

function counts(d) {
  return [[d.same, "as before"], [d.stronger, "stronger"], [d.weaker, "weaker"], [d.not_comparable, "not comparable"]]
    .map(([n, what]) => `${n} ${what}`).join(", ");
}

/** The outcomes, as parts of a bar with their names below. */
function bar(d) {
  const total = outcomes.reduce((n, o) => n + (d.outcomes[o] ?? 0), 0);
  if (total === 0) return h("p", { class: "note" }, "None of them holds what this policy reads.");
  const parts = outcomes.map((o) => ({ o, n: d.outcomes[o] ?? 0 })).filter((p) => p.n > 0);
  const row = parts.map(({ o, n }) => {
    const part = h("span", { "data-tone": o === "challenge" ? "ask" : o });
    part.style.flexGrow = n;
    return part;
  });
  return h("div", { class: "shares" }, h("div", { class: "share", "aria-hidden": "true" }, row),
    h("p", { class: "note" }, parts.map(({ o, n }) => `${o} ${(100 * n / total).toFixed(1)} %`).join(" · ")));
}

function examples(d) {
  return h("table", { class: "examples" }, h("caption", {}, "The first that would come out otherwise"),
    h("thead", {}, h("tr", {}, ["action", "was", "would be", ""].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, d.examples.map((e) => h("tr", {}, h("td", {}, e.action), h("td", {}, e.was), h("td", {}, e.is),
      h("td", {}, e.weaker ? "weaker" : "stronger")))));
}
