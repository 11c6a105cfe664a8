// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

import { h, put } from "./dom.js";
import { call } from "./api.js";

const order = { weaker: 0, unclear: 1, stronger: 2 };

/** Shows what saving would change, and saves it if that is wanted. */
export async function save(dialog, files, done, problem) {
  const d = await call("diff", { files });
  const close = () => dialog.close();
  const confirm = h(
    "button",
    {
      type: "button",
      class: "primary",
      disabled: d.changed.length > 0 || d.files.length === 0,
      onclick: async () => {
        confirm.disabled = true;
        try {
          done(await call("save", { files, seal: d.seal }));
        } catch (e) {
          problem(e);
        }
        close();
      },
    },
    d.files.length === 1 ? `Save ${base(d.files[0].name)}` : `Save ${d.files.length} files`,
  );
  put(
    dialog,
    h("h2", { id: "dialog-title" }, "What saving changes"),
    d.changed.length > 0 &&
      h(
        "p",
        { class: "notice bad" },
        `${d.changed.join(", ")} changed on disk since it was read, and is not written over. `,
        "Copy what you need, then reload the page.",
      ),
    !d.loads &&
      h(
        "p",
        { class: "notice bad" },
        "The policy has errors: a service that loads it keeps the one it has, or does not start.",
      ),
    h(
      "div",
      { class: "scroll", tabindex: "0" },
      h("h3", {}, "What it asks for"),
      meaning(d),
      d.files.map(text),
    ),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", class: "quiet", onclick: close }, "Cancel"),
      confirm,
    ),
  );
  dialog.showModal();
}

const base = (path) => path.split(/[\\/]/).at(-1);

function meaning(d) {
  if (!d.compared) return h("p", { class: "note" }, "The two cannot be compared, since one has errors.");
  if (d.changes.length === 0) return h("p", { class: "note" }, "Nothing: no request gets another step.");
  const changes = [...d.changes].sort((a, b) => order[a.direction] - order[b.direction]);
  return h(
    "ul",
    { class: "changes" },
    changes.map((c) =>
      h(
        "li",
        { "data-direction": c.direction },
        h("span", { class: "direction" }, c.direction),
        h("span", {}, h("strong", {}, c.where), `: ${c.text}`),
      ),
    ),
  );
}

const kinds = { "+": "added", "-": "removed", "@": "hunk" };

function text(f) {
  return [
    h("h3", {}, f.name),
    h(
      "pre",
      { class: "diff" },
      f.lines.map((l) => h("div", { class: kinds[l[0]] ?? null }, l || " ")),
    ),
  ];
}
