// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";

const token = new RegExp(
  [
    /(?<comment>(?<=^|\s)#.*$)/,
    /(?<text>"(?:[^"\\]|\\.)*"|'[^']*')/,
    /(?<key>[A-Za-z_*][\w.*-]*(?=:(?:\s|$)))/,
    /(?<number>\b\d[\w.-]*)/,
    /(?<word>\b(?:true|false|and|or|not|in|known|any|all|none|count|matches|contains)\b)/,
  ]
    .map((r) => r.source)
    .join("|"),
  "g",
);

/** Returns a line as spans of colour. It is only for the eye. */
export function colours(line) {
  const parts = [];
  let at = 0;
  for (const match of line.matchAll(token)) {
    if (match.index > at) parts.push({ kind: "", text: line.slice(at, match.index) });
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    parts.push({ kind, text: match[0] });
    at = match.index + match[0].length;
  }
  parts.push({ kind: "", text: line.slice(at) });
  return parts;
}

/** Returns where a finding at a column (from 1, in characters) begins and ends. */
export function extent(line, column) {
  const from = Array.from(line)
    .slice(0, column - 1)
    .join("").length;
  const rest = line.slice(from);
  const word = rest.match(/^(?:"[^"]*"|[^\s,{}[\]]+)/);
  return [from, from + Math.max(1, word ? word[0].length : 1)];
}

/** Draws a line with its colours, and the findings that are in it. */
export function draw(line, findings) {
  const marks = findings.map((f) => [...extent(line, f.column), f.severity]);
  const nodes = [];
  let at = 0;
  for (const part of colours(line)) {
    const end = at + part.text.length;
    const cuts = [at, end, ...marks.flatMap(([from, to]) => [from, to])]
      .filter((x) => x >= at && x <= end)
      .sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i++) {
      if (cuts[i] === cuts[i + 1]) continue;
      const mark = marks.find(([from, to]) => from <= cuts[i] && cuts[i] < to);
      const classes = [part.kind, mark && `mark ${mark[2]}`].filter(Boolean).join(" ");
      nodes.push(h("span", { class: classes || null }, line.slice(cuts[i], cuts[i + 1])));
    }
    at = end;
  }
  const past = marks.find(([from]) => from >= line.length);
  if (past) nodes.push(h("span", { class: `mark ${past[2]}` }, " "));
  return nodes;
}
