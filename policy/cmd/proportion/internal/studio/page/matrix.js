// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Pictures of a policy, with the request that is tried marked in them.

import { h } from "./dom.js";

/** Colours go by what a step does, and for challenges by how strong they are. */
export function tone(policy, name) {
  const step = policy.ladder.find((s) => s.name === name);
  if (!step) return "deny";
  if (step.do !== "challenge") return step.do;
  const challenges = policy.ladder.filter((s) => s.do === "challenge");
  return challenges.indexOf(step) === 0 ? "ask" : "ask-more";
}

/** The score between 0 and 100, and the bands. */
export function scale(policy, v) {
  const row = policy.cells.slice(0, 4);
  const bands = row.map((c, i) => {
    const to = row[i + 1]?.from ?? 100;
    const node = h(
      "div",
      { class: `band${c.band === v.band ? " here" : ""}` },
      h("span", {}, c.band),
      h("small", {}, `${c.from}`),
    );
    node.style.flexGrow = Math.max(1, to - c.from);
    return node;
  });
  const at = (node) => {
    node.style.left = `${v.score}%`;
    node.style.transform = `translateX(-${v.score}%)`; // inside at either end
    return node;
  };
  return h(
    "div",
    { class: "scale", role: "img", "aria-label": `Score ${v.score} of 100, band ${v.band}` },
    h("div", { class: "bands" }, bands),
    at(h("div", { class: "line" })),
    at(h("b", { class: "needle" }, `${v.score}`)),
  );
}

/** The step of each sensitivity and band. */
export function matrix(policy, v) {
  const rows = [0, 1, 2, 3].map((i) => policy.cells.slice(4 * i, 4 * i + 4));
  const head = h(
    "tr",
    {},
    h("td", {}),
    rows[0].map((c) => h("th", { scope: "col" }, c.band, h("small", {}, ` ${c.from}+`))),
  );
  const body = rows.map((row) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, row[0].sensitivity),
      row.map((c) => {
        const here = c.sensitivity === v.sensitivity && c.band === v.band;
        return h(
          "td",
          { class: here ? "here" : null, "data-tone": tone(policy, c.step) },
          c.step,
          here && h("span", { class: "unseen" }, " (this request)"),
        );
      }),
    ),
  );
  const note = v.base !== v.step.name || v.softened;
  return [
    h("table", { class: "matrix" }, h("thead", {}, head), h("tbody", {}, body)),
    note &&
      h(
        "p",
        { class: "note" },
        v.softened ? `The prompt budget softens this to ${v.base}. ` : "",
        v.base !== v.step.name && `Rules lead from ${v.base} to ${v.step.name}: see the ladder.`,
      ),
  ];
}

/** The steps, strongest first, and what led to the one that is asked for. */
export function ladder(policy, v) {
  const places = [
    ["base", v.base],
    ["floor", v.floor],
    ["cap", v.cap],
    ["failure", v.failure],
  ];
  return h(
    "ol",
    { class: "ladder", reversed: true },
    [...policy.ladder].reverse().map((s) =>
      h(
        "li",
        {
          class: s.name === v.step.name ? "here" : null,
          "data-tone": tone(policy, s.name),
          "aria-current": s.name === v.step.name ? "step" : null,
        },
        h("span", { class: "name" }, s.name),
        h("span", { class: "what" }, s.do === "challenge" ? s.methods.join(", ") : s.do),
        places.filter(([, name]) => name === s.name).map(([what]) => h("span", { class: "tag" }, what)),
      ),
    ),
  );
}
