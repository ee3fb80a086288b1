// The workbook's pages: progress while a run is at work, one click for one effect, the names of the chosen files.
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  const buttons = form.querySelectorAll("button");
  form.addEventListener("submit", () => {
    for (const button of buttons) button.disabled = true;
  });
  // The browser's back button shows the page as it was left.
  window.addEventListener("pageshow", () => {
    for (const button of buttons) button.disabled = false;
  });
}

for (const list of document.querySelectorAll("[data-files]")) {
  const form = list.closest("form");
  const input = form.querySelector("input[type=file]");
  const show = () => {
    const files = [...input.files];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    input.setCustomValidity(bytes > Number(form.dataset.most) ? form.dataset.tooLarge : "");
    list.hidden = files.length < 2; // the name of a single file stands in the field itself
    list.replaceChildren(
      ...files.map((file) => {
        const line = document.createElement("li");
        line.textContent = file.name;
        return line;
      }),
    );
  };
  input.addEventListener("change", show);
  show();
}

const asks = document.querySelector("details.wb-ask");
if (asks) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && asks.open) {
      asks.open = false;
      asks.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!asks.contains(event.target)) asks.open = false;
  });
}

const work = document.querySelector("[data-progress]");
if (work) {
  const again = work.querySelector("[data-again]");
  const stage = work.querySelector("[data-stage]");
  again.hidden = true;
  const look = async () => {
    try {
      const answer = await fetch(work.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      if (!told.is_at_work) {
        window.location.replace(work.dataset.page); // not reload(): the page may have answered a post
        return;
      }
      again.hidden = true;
      work.querySelector("[data-bar]").value = told.share;
      work.querySelector("[data-share]").textContent = `${Math.round(told.share * 100)} %`;
      if (stage.textContent !== told.stage) stage.textContent = told.stage;
    } catch {
      again.hidden = false; // the line is down: the person looks again
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 700);
}
