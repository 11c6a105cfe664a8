// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Writes a request that was tried, with what came of it, as a test of the
// policy: only what its rules look at, and what is unknown as unknown, so that
// nothing of the file's `given` gets into it.

/** Where a test goes: after the last one. Returns a line, from 1. */
export function placeOf(text) {
  const lines = text.split("\n");
  const start = lines.findIndex((l) => l.startsWith("tests:"));
  const next = lines.findIndex((l, i) => i > start && /^[^\s#-]/.test(l));
  let end = next < 0 ? lines.length : next;
  while (end > start + 1 && lines[end - 1].trim() === "") end--;
  return end;
}

/** The lines of the test, indented as those that are there. */
export function test(text, request, v) {
  const indent = text.match(/^tests:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*( *)- /m)?.[1] ?? "  ";
  const lines = [
    `- name: ${value(freeName(text, `${request.action} comes to ${v.step.name}`))}`,
    `  action: ${value(request.line().action)}`,
  ];
  const groups = Object.groupBy(request.read, (name) => name.split(".")[0]);
  for (const [group, names] of Object.entries(groups)) {
    lines.push(`  ${group}: ${mapping(names.map((n) => [n.split(".")[1], request.signals[n]]))}`);
  }
  const { needs } = request.policy.actions.find((a) => a.name === request.action);
  const facts = [...new Set(needs)].map((n) => [n, request.facts[n].value]);
  if (facts.length > 0) lines.push(`  facts: ${mapping(facts)}`);
  if (request.proofs.length > 0) lines.push(`  proofs: [${request.proofs.map(proof).join(", ")}]`);
  if (request.policy.prompts.most > 0) lines.push(`  prompts: ${value(request.prompts)}`);
  if (v.rules.some((r) => r.effect.startsWith("at_most")))
    lines.push(`  spent: ${request.spent ? "{}" : "unknown"}`);
  lines.push(
    `  expect: ${mapping([
      ["outcome", v.outcome],
      ["step", v.step.name],
      ["band", v.band],
      ...(v.degraded.length > 0
        ? [["degraded", v.degraded.map((g) => (g.kind === "fact" ? `fact ${g.name}` : g.kind))]]
        : []),
    ])}`,
  );
  return lines.map((l) => indent + l).join("\n");
}

function freeName(text, name) {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name} (${n})`;
    if (!text.includes(value(candidate)) && !text.includes(`name: ${candidate}`)) return candidate;
  }
}

// JSON is YAML, and its quotes keep NO a country.
const value = (x) =>
  x === undefined ? "unknown" : Array.isArray(x) ? `[${x.map(value).join(", ")}]` : JSON.stringify(x);
const mapping = (pairs) => `{ ${pairs.map(([name, x]) => `${name}: ${value(x)}`).join(", ")} }`;
const proof = (p) =>
  `{ method: ${p.method}, action: ${value(p.action)}, age: ${Math.round(p.age_s)}s, band: ${p.band} }`;
