// The link planner: choosing by keyboard or mouse, loads that follow, undo. Without script the form works by itself.
"use strict";

const plan = document.querySelector("[data-plan]");
if (plan) {
  const rows = [...plan.querySelectorAll("[data-household]")];
  const all = plan.querySelector("[data-all]");
  const steps = [];

  const parts = (row) => ({
    box: row.querySelector("input[type=checkbox]"),
    select: row.querySelector("select"),
    why: row.querySelector("[data-why]"),
    edited: row.querySelector("[data-edited]"),
  });

  // The whole branch stands once on the page; a row gets it when its member is about to be changed.
  const offerAll = (select) => {
    if (select.dataset.all) return;
    select.dataset.all = "1";
    const offered = new Set([...select.options].map((option) => option.value));
    for (const option of all.options) {
      if (!offered.has(option.value)) select.append(option.cloneNode(true));
    }
  };

  const count = () => {
    const taken = new Map();
    let chosen = 0;
    for (const row of rows) {
      const { box, select } = parts(row);
      if (box.checked && select.value) {
        chosen += 1;
        taken.set(select.value, (taken.get(select.value) || 0) + 1);
      }
    }
    for (const item of plan.querySelectorAll("[data-load]")) {
      const after = Number(item.dataset.before) + (taken.get(item.dataset.load) || 0);
      item.querySelector("[data-after]").textContent = after;
      item.querySelector(".new").setAttribute("width", Math.min(after, 20));
      item.classList.toggle("over", after > Number(plan.dataset.highest));
      const folded = item.closest("details");
      if (folded && after !== Number(item.dataset.before)) folded.open = true;
    }
    const take = plan.querySelector("[data-take]");
    take.querySelector("span").textContent = chosen === 1 ? take.dataset.one : take.dataset.many.replace("#", chosen);
    take.disabled = chosen === 0 && !("leaving" in plan.dataset); // who leaves may leave households to nobody
    const coverage = plan.querySelector("[data-coverage]");
    const linkable = Number(plan.dataset.linkable);
    if (coverage && linkable) {
      const share = (linked) => `${((100 * Math.min(linked, linkable)) / linkable).toFixed(1)} %`;
      const linked = Number(plan.dataset.linked);
      coverage.textContent = `${share(linked)} → ${share(linked + chosen)}`;
    }
  };

  const mark = (row) => {
    const { select, why, edited } = parts(row);
    const isEdited = select.value !== select.dataset.proposed;
    why.hidden = isEdited;
    edited.hidden = !isEdited;
    row.classList.toggle("on", isEdited);
  };

  const note = (row) => {
    const { box, select } = parts(row);
    steps.push({ row, checked: box.dataset.was === "1", value: select.dataset.was });
    box.dataset.was = box.checked ? "1" : "";
    select.dataset.was = select.value;
    mark(row);
    count();
  };

  const undo = () => {
    const step = steps.pop();
    if (!step) return;
    const { box, select } = parts(step.row);
    box.checked = step.checked;
    box.dataset.was = step.checked ? "1" : "";
    select.value = step.value;
    select.dataset.was = step.value;
    mark(step.row);
    count();
    box.focus();
  };

  for (const row of rows) {
    const { box, select } = parts(row);
    box.dataset.was = box.checked ? "1" : "";
    select.dataset.was = select.value;
    select.addEventListener("focus", () => offerAll(select));
    select.addEventListener("pointerdown", () => offerAll(select));
    select.addEventListener("change", () => {
      if (select.value) {
        box.disabled = false;
        box.checked = true;
      }
      note(row);
    });
    box.addEventListener("change", () => note(row));
  }

  plan.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      undo();
      return;
    }
    if (!event.target.matches("input[type=checkbox]")) return;
    const visible = rows.filter((row) => !row.closest("[hidden]"));
    const place = visible.indexOf(event.target.closest("tr"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && visible[place + step]) {
      event.preventDefault();
      parts(visible[place + step]).box.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      parts(visible[place]).select.focus();
    }
  });

  const unfold = plan.querySelector("[data-unfold]");
  if (unfold) {
    const button = unfold.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => {
      plan.querySelector("[data-more]").hidden = false;
      unfold.remove();
    });
  }
  count();
}
