"use strict";
(() => {
  const wide = matchMedia("(min-width: 62rem)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const records = "article.card";
  const lit = new Set();
  let pinned = null;

  const keysOf = (element) => (element.dataset.keys || element.dataset.key || "").split(" ").filter(Boolean);
  const cards = new Map();
  const stretches = new Map();
  for (const card of document.querySelectorAll("[data-key]")) cards.set(card.dataset.key, card);
  for (const stretch of document.querySelectorAll("[data-keys]")) {
    for (const key of keysOf(stretch)) {
      if (!stretches.has(key)) stretches.set(key, []);
      stretches.get(key).push(stretch);
    }
  }

  function light(keys) {
    for (const element of lit) element.classList.remove("on");
    lit.clear();
    for (const key of keys) {
      const card = cards.get(key);
      if (card && card.matches(records)) lit.add(card);
      for (const stretch of stretches.get(key) || []) lit.add(stretch);
    }
    for (const element of lit) element.classList.add("on");
  }

  function pin(keys) {
    pinned = keys;
    light(keys || []);
  }

  function reveal(element) {
    element.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  }

  function isInView(element) {
    const pane = element.closest(".text, .records").getBoundingClientRect();
    const box = element.getBoundingClientRect();
    return box.top >= Math.max(pane.top, 0) && box.bottom <= Math.min(pane.bottom, innerHeight);
  }

  /* On a card: the value under the pointer or focus, if it knows its words, else the whole record. */
  function keysAt(target) {
    const value = target.closest("button.value[data-key]");
    if (value && stretches.has(value.dataset.key)) return [value.dataset.key];
    const card = target.closest(records);
    if (card) return [card.dataset.key];
    const stretch = target.closest("[data-keys]");
    return stretch ? keysOf(stretch).filter((key) => cards.has(key) && cards.get(key).matches(records)) : null;
  }

  addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const keys = keysAt(event.target);
    if (keys && keys.length) light(keys);
    else light(pinned || []);
  });

  addEventListener("focusin", (event) => {
    const keys = event.target.closest(".records") && keysAt(event.target);
    if (!keys) return;
    pin(keys);
    const [first] = stretches.get(keys[0]) || [];
    if (first && wide.matches && !isInView(first)) reveal(first);
  });

  addEventListener("click", (event) => {
    if (event.target.closest("a, button")) return;
    const stretch = event.target.closest("mark[data-keys]");
    if (stretch && getSelection().isCollapsed) {
      const card = cards.get(keysAt(stretch)[0]);
      card.focus({ preventScroll: true });
      if (!isInView(card)) reveal(card);
    } else if (!event.target.closest(records)) {
      pin(null);
    }
  });

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    pin(null);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });

  const save = document.getElementById("save");
  save.hidden = false;
  save.addEventListener("click", () => {
    const all = JSON.parse(document.getElementById("extractions").textContent);
    const content = JSON.stringify(all.length === 1 ? all[0] : all, null, 2);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
    link.download = "extraction.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });
})();
