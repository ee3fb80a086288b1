// A run of the workbook: its progress while it is at work, one click for one effect, a question before it is given up.
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}
// The browser's back button shows the page as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.ask)) event.preventDefault();
  });
}

const work = document.querySelector("[data-progress]");
if (work) {
  work.querySelector("[data-again]").hidden = true;
  const look = async () => {
    try {
      const answer = await fetch(work.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      if (!told.is_at_work) {
        window.location.reload();
        return;
      }
      work.querySelector("[data-bar]").value = told.share;
      work.querySelector("[data-stage]").textContent = `${told.stage} · ${Math.round(told.share * 100)} %`;
    } catch {
      work.querySelector("[data-again]").hidden = false; // the line is down: the person looks again
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 700);
}
