/* The review queue: ticking by space, all clean ones at once, and the button that says how many. */
(() => {
  const form = document.querySelector("form[data-review]");
  if (!form) return;
  const ticks = () => [...form.querySelectorAll("input[name=sheet]")];
  const count = form.querySelector("[data-count]");
  const confirm = form.querySelector("[data-confirm]");
  const all = form.querySelector("[data-all]");
  const clean = form.querySelector("[data-clean]");
  const idle = confirm?.querySelector("span").textContent;

  const redraw = () => {
    const ticked = ticks().filter((tick) => tick.checked).length;
    if (!confirm) return;
    count.textContent = ticked ? count.dataset.some.replace("{n}", ticked) : count.dataset.none;
    confirm.querySelector("span").textContent = ticked ? confirm.dataset.label.replace("{n}", ticked) : idle;
    confirm.setAttribute("aria-disabled", !ticked);
    ticks().forEach((tick) => tick.closest("tr").classList.toggle("is-on", tick.checked));
  };
  const tickClean = (isOn) => {
    ticks().filter((tick) => tick.hasAttribute("data-clean-row")).forEach((tick) => { tick.checked = isOn; });
    redraw();
  };

  if (all) { all.hidden = false; all.addEventListener("change", () => tickClean(all.checked)); }
  if (clean) { clean.hidden = false; clean.addEventListener("click", () => tickClean(true)); }
  form.addEventListener("change", redraw);
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    if (event.key !== " " || !row || !event.target.matches("a")) return;
    const tick = row.querySelector("input[name=sheet]");
    if (tick) { event.preventDefault(); tick.checked = !tick.checked; redraw(); }
  });
  redraw();
})();
