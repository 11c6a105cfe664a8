// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// What is wrong with what is in view, by WCAG 2.2: contrast (1.4.3), no
// scrolling sideways (1.4.10), names of controls (4.1.2); and what lies over
// other things.
(() => {
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".unseen");

  function names() {
    const nameless = (e) =>
      !e.ariaLabel && !e.textContent.trim() && ![...(e.labels ?? [])].some((l) => l.textContent.trim());
    return [...document.querySelectorAll("button, input, select, textarea, summary")]
      .filter((e) => seen(e) && nameless(e))
      .map((e) => `no name: ${e.outerHTML.slice(0, 90)}`);
  }

  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  /** Any colour of CSS as red, green, blue and alpha, of 0 to 255. */
  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }

  /** The colour behind an element, as its ancestors lie over each other. */
  function behind(e) {
    const layers = [];
    for (; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor));
    const over = (under, [r, g, b, a]) => [r, g, b].map((c, i) => (c * a + under[i] * (255 - a)) / 255);
    return layers.reverse().reduce(over, [255, 255, 255]);
  }

  function luminance(rgb) {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(e) {
    const [dark, light] = [
      luminance(rgba(getComputedStyle(e).color).slice(0, 3)),
      luminance(behind(e)),
    ].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  function contrasts() {
    const own = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    const read = (e) => own(e) && seen(e) && !e.disabled && !e.matches("textarea, option");
    const enough = (e) => {
      const { fontSize, fontWeight } = getComputedStyle(e);
      const size = parseFloat(fontSize);
      return size >= 24 || (size >= 18.66 && fontWeight >= 700) ? 3 : 4.5;
    };
    return [...document.querySelectorAll("body *")]
      .filter((e) => read(e) && contrast(e) < enough(e))
      .map((e) => `contrast ${contrast(e).toFixed(2)}: ${e.className} ${e.textContent.slice(0, 40)}`);
  }

  /** Elements that their own content does not fit in, and lies over others. */
  function overflows() {
    const spare = 3; // the tips of letters
    const sticks = (e, style) =>
      (style.overflowY === "visible" && e.scrollHeight > e.clientHeight + spare) ||
      (style.overflowX === "visible" && e.scrollWidth > e.clientWidth + spare);
    return [...document.querySelectorAll("body *")]
      .filter(
        (e) =>
          e.clientHeight > 0 &&
          seen(e) &&
          e.namespaceURI.endsWith("xhtml") &&
          sticks(e, getComputedStyle(e)),
      )
      .map((e) => `overflows: ${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 40)}`);
  }

  const wide = document.documentElement.scrollWidth > innerWidth ? ["the page scrolls sideways"] : [];
  return [...new Set([...wide, ...names(), ...contrasts(), ...overflows()])];
})();
