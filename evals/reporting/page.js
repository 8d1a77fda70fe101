"use strict";
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const byId = (id) => document.getElementById(id);
  const views = [...document.querySelectorAll("details.view")];
  const fields = ["language", "type", "error", "trap", "order", "words"];
  const field = Object.fromEntries(fields.map((name) => [name, byId(`f-${name}`)]));

  /* Filters: an article stays if all of it fits, and one of its records has both the type and the error. */
  const ofArticle = {
    failed: (view) => view.dataset.failed === "1",
    obeyed: (view) => view.dataset.obeyed === "1",
    up: (view) => Number(view.dataset.gap) > 0,
    down: (view) => Number(view.dataset.gap) < 0,
  };

  function fitsCard(card, type, error) {
    if (type && card.dataset.type !== type) return false;
    if (!error || error in ofArticle) return true;
    const errors = card.dataset.errors.split(" ");
    return error === "any" ? errors[0] !== "right" : errors.includes(error);
  }

  function fits(view, wanted) {
    if (wanted.language && view.dataset.language !== wanted.language) return false;
    if (wanted.trap && !view.dataset.traps.split("\n").includes(wanted.trap)) return false;
    if (wanted.error in ofArticle && !ofArticle[wanted.error](view)) return false;
    if (wanted.words && !view.textContent.toLowerCase().includes(wanted.words)) return false;
    let some = false;
    for (const card of view.querySelectorAll("article.card")) {
      card.hidden = !fitsCard(card, wanted.type, wanted.error);
      some = some || !card.hidden;
    }
    return some || !(wanted.type || (wanted.error && !(wanted.error in ofArticle)));
  }

  function apply() {
    const wanted = Object.fromEntries(fields.map((name) => [name, field[name].value]));
    wanted.words = wanted.words.trim().toLowerCase();
    let shown = 0;
    for (const view of views) {
      view.hidden = !fits(view, wanted);
      shown += view.hidden ? 0 : 1;
    }
    byId("count").textContent = `${shown} of ${views.length} articles`;
    byId("nothing").hidden = shown > 0;
  }

  const numberOf = (view, name, without) => (view.dataset[name] === "" ? without : Number(view.dataset[name]));
  const orders = {
    f1: (one, other) => numberOf(one, "f1", 1) - numberOf(other, "f1", 1),
    wrong: (one, other) => numberOf(other, "wrong", 0) - numberOf(one, "wrong", 0),
    gap: (one, other) => Math.abs(numberOf(other, "gap", 0)) - Math.abs(numberOf(one, "gap", 0)),
    id: () => 0,
  };
  const byName = (one, other) => one.dataset.id.localeCompare(other.dataset.id, "en", { numeric: true });

  function reorder() {
    const order = orders[field.order.value];
    byId("views").append(...[...views].sort((one, other) => order(one, other) || byName(one, other)));
  }

  function clear() {
    for (const name of ["language", "type", "error", "trap", "words"]) field[name].value = "";
    apply();
  }

  for (const name of ["language", "type", "error", "trap"]) field[name].addEventListener("change", apply);
  field.words.addEventListener("input", apply);
  field.order.addEventListener("change", reorder);
  byId("clear").addEventListener("click", clear);
  for (const button of document.querySelectorAll("button[data-filter]")) {
    button.addEventListener("click", () => {
      clear();
      field[button.dataset.filter].value = button.dataset.to;
      apply();
      byId("articles").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
      field[button.dataset.filter].focus({ preventScroll: true });
    });
  }
  document.querySelector(".filters").hidden = false;
  apply();

  /* Tables: a heading sorts, first the largest numbers or the first names, then the other way round. */
  function keyOf(row, column) {
    const cell = row.cells[column];
    return "value" in cell.dataset ? cell.dataset.value : cell.textContent.trim();
  }

  function compare(one, other) {
    const [left, right] = [Number.parseFloat(one), Number.parseFloat(other)];
    if (Number.isNaN(left) || Number.isNaN(right)) return one.localeCompare(other, "en");
    return right - left;
  }

  function sort(heading) {
    const table = heading.closest("table");
    const column = heading.cellIndex;
    const wasDown = heading.getAttribute("aria-sort") === "descending";
    for (const one of table.querySelectorAll("th[aria-sort]")) one.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", wasDown ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows];
    const blank = (row) => keyOf(row, column) === "";
    rows.sort((one, other) => {
      if (blank(one) || blank(other)) return blank(one) - blank(other);
      return (wasDown ? -1 : 1) * compare(keyOf(one, column), keyOf(other, column));
    });
    table.tBodies[0].append(...rows);
  }

  for (const heading of document.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(heading));
    heading.append(button);
  }

  /* An address within an article opens it, whatever the filters say. */
  function openTarget() {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    const view = target && target.closest("details.view");
    if (!view) return;
    if (view.hidden) clear();
    view.open = true;
    target.scrollIntoView({ block: target === view ? "start" : "center" });
    if (target.matches("article.card")) target.focus({ preventScroll: true });
  }
  addEventListener("hashchange", openTarget);
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) openTarget();
  });
  openTarget();

  /* A record and its words light up together. */
  const lit = new Set();
  let pinned = [];

  function light(keys) {
    for (const element of lit) element.classList.remove("on");
    lit.clear();
    for (const key of keys) {
      const card = byId(key);
      if (!card) continue;
      lit.add(card);
      for (const stretch of card.closest("details.view").querySelectorAll(`[data-keys~="${key}"]`)) lit.add(stretch);
    }
    for (const element of lit) element.classList.add("on");
  }

  function keysAt(target) {
    const at = target instanceof Element && target.closest("article.card, [data-keys]");
    return at ? (at.dataset.key || at.dataset.keys).split(" ") : [];
  }

  addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const keys = keysAt(event.target);
    light(keys.length ? keys : pinned);
  });
  addEventListener("focusin", (event) => {
    pinned = keysAt(event.target);
    light(pinned);
  });
  addEventListener("click", (event) => {
    const stretch = event.target instanceof Element && event.target.closest("mark[data-keys]");
    if (!stretch || !getSelection().isCollapsed) return;
    const card = byId(keysAt(stretch)[0]);
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    pinned = [];
    light(pinned);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
})();
