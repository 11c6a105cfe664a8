// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Controls for values that may be unknown. Each is made from { name, label,
// hint, value, onchange }, where the value undefined is unknown.

import { h } from "./dom.js";

let made = 0;
const id = () => `control-${++made}`;

/** Yes, no, or unknown. */
export function truth(o) {
  const name = id();
  const choice = (label, value) => {
    const key = id();
    const input = h("input", {
      type: "radio",
      name,
      id: key,
      checked: o.value === value,
      "data-key": `${o.name} ${label}`,
      onchange: () => o.onchange(value),
    });
    return [
      input,
      h(
        "label",
        { for: key, class: label },
        label === "unknown" ? "?" : label,
        label === "unknown" && h("span", { class: "unseen" }, " unknown"),
      ),
    ];
  };
  const choices = [choice("no", false), choice("yes", true)];
  if (o.unknown !== false) choices.splice(1, 0, choice("unknown", undefined));
  return h(
    "fieldset",
    { class: "control truth", "data-name": o.name, title: o.hint || null },
    h("legend", {}, o.label),
    h("div", { class: "segments" }, choices),
  );
}

/** A number, with a slider where it has ends. */
export function number(o) {
  const key = id();
  const box = h("input", {
    type: "number",
    id: key,
    step: "any",
    value: o.value ?? "",
    placeholder: "?",
    "data-key": o.name,
    oninput: () => set(box.value === "" ? undefined : Number(box.value), "box"),
  });
  const slide =
    o.slider &&
    h("input", {
      type: "range",
      min: o.slider.min,
      max: o.slider.max,
      step: o.slider.step,
      tabindex: "0",
      "aria-label": o.label,
      "data-key": `${o.name} slider`,
      oninput: () => set(Number(slide.value), "slide"),
    });
  const root = h(
    "div",
    { class: "control number", "data-name": o.name, title: o.hint || null },
    h("label", { for: key }, o.label, o.unit && h("span", { class: "unit" }, o.unit)),
    h("div", { class: "row" }, slide, box, o.unknown !== false && unknown(o, () => set(undefined))),
  );
  const show = (value) => {
    root.classList.toggle("is-unknown", value === undefined);
    root.querySelector(".unknown")?.setAttribute("aria-pressed", value === undefined);
    if (slide) slide.value = value ?? o.slider.min;
  };
  const set = (value, from) => {
    if (value !== undefined && !Number.isFinite(value)) return;
    if (from !== "box") box.value = value ?? "";
    show(value);
    o.onchange(value);
  };
  if (slide) slide.value = o.value ?? o.slider.min;
  show(o.value);
  return root;
}

/** A text, or a list of texts between commas. */
export function text(o) {
  const key = id();
  const show = (value) => (o.list && value ? value.join(", ") : (value ?? ""));
  const read = (written) =>
    o.list
      ? written
          .split(",")
          .map((t) => t.trim())
          .filter(Boolean)
      : written;
  const box = h("input", {
    type: "text",
    id: key,
    value: show(o.value),
    placeholder: "?",
    "data-key": o.name,
    oninput: () => set(box.value === "" && o.unknown !== false ? undefined : read(box.value), true),
  });
  const root = h(
    "div",
    { class: "control text", "data-name": o.name, title: o.hint || null },
    h("label", { for: key }, o.label, o.unit && h("span", { class: "unit" }, o.unit)),
    h("div", { class: "row" }, box, o.unknown !== false && unknown(o, () => set(undefined))),
  );
  const set = (value, typed) => {
    if (!typed) box.value = show(value);
    root.classList.toggle("is-unknown", value === undefined);
    root.querySelector(".unknown")?.setAttribute("aria-pressed", value === undefined);
    o.onchange(value);
  };
  root.classList.toggle("is-unknown", o.value === undefined);
  root.querySelector(".unknown")?.setAttribute("aria-pressed", o.value === undefined);
  return root;
}

/** One of some words. */
export function choice(o) {
  const key = id();
  const options = o.choices.map((c) => (typeof c === "string" ? { value: c, label: c } : c));
  if (o.unknown !== false) options.unshift({ value: "", label: "? unknown" });
  const box = h(
    "select",
    {
      id: key,
      "data-key": o.name,
      onchange: () => {
        root.classList.toggle("is-unknown", box.value === "");
        o.onchange(box.value === "" ? undefined : box.value);
      },
    },
    options.map((c) => h("option", { value: c.value }, c.label)),
  );
  box.value = o.value ?? "";
  const root = h(
    "div",
    { class: "control choice", "data-name": o.name, title: o.hint || null },
    h("label", { for: key }, o.label),
    h("div", { class: "row" }, box),
  );
  root.classList.toggle("is-unknown", o.value === undefined && o.unknown !== false);
  return root;
}

function unknown(o, onclick) {
  return h(
    "button",
    {
      type: "button",
      class: "unknown",
      "aria-pressed": "false",
      onclick,
      "data-key": `${o.name} unknown`,
      "aria-label": `${o.label} is unknown`,
      title: "unknown",
    },
    "?",
  );
}
