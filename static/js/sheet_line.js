/* One member at a time: each value is sent when it is left; the marks stand under the item. */
(() => {
  const form = document.querySelector("form[data-cells]");
  const one = (selector, root = document) => root.querySelector(selector);
  const status = one("[data-save]", form);
  const box = (name) => one(`[data-cell="${name}"]`, form);
  const words = (css, text) => {
    const span = document.createElement("span");
    span.className = `st ${css}`;
    span.textContent = text;
    return span;
  };
  const say = (text, isWaiting) => {
    status.classList.toggle("wait", Boolean(isWaiting));
    status.textContent = text;
  };
  let store = null;

  const page = {
    changed() {},
    mark(name, state, sentence, stored) {
      const item = box(name);
      const says = one("[data-says]", item);
      item.classList.toggle("bad", state === "bad" || state === "conflict");
      says.replaceChildren();
      if (state === "wait") says.append(words("", form.dataset.wait));
      if (state === "bad") says.append(words("bad", sentence));
      if (state === "conflict") says.append(words("bad", sentence), choice(name, stored, true), choice(name, stored, false));
      item.querySelectorAll("input").forEach((input) => {
        if (state === "bad" || state === "conflict") input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      });
    },
    answer(answer) {
      for (const [name, cell] of Object.entries(answer.cells)) {
        const item = box(name);
        if (!item) continue;
        one("[data-cell-points]", item).textContent = cell.points ? `${cell.points} ${form.dataset.points}` : "";
        const says = one("[data-says]", item);
        if (cell.is_empty && !says.childElementCount) says.append(words("bad", form.dataset.empty));
      }
      const line = Object.values(answer.lines)[0];
      if (line) {
        one("[data-points]", form).textContent = line.points || "—";
        one("[data-points-note]", form).textContent = line.note;
        one("[data-filled]", form).textContent = line.filled;
        one("[data-progress]", form).value = line.filled;
      }
      say(status.dataset.saved.replace("{at}", answer.saved_at));
    },
    trouble(kind, answer) {
      say(answer.message || status.dataset.waiting.replace("{n}", store ? store.waiting() : ""), true);
      if (answer.sign_in) {
        const link = document.createElement("a");
        link.href = `${answer.sign_in}?next=${encodeURIComponent(location.pathname)}`;
        link.textContent = status.dataset.signIn;
        status.append(" ", link);
      }
    },
  };
  const choice = (name, stored, isMine) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = isMine ? form.dataset.mine : form.dataset.stored;
    button.addEventListener("click", () => store.decide(name, stored, isMine));
    return button;
  };

  store = window.jinxian.cells(form, page);
  form.addEventListener("change", (event) => { if (event.target.name.startsWith("c-")) store.put(event.target.name); });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".inp > input")) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll(".inp input")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next) next.focus();
    else event.target.blur();
  });
  form.addEventListener("focusin", (event) => {
    form.querySelectorAll(".pm-item.now").forEach((item) => item.classList.remove("now"));
    const item = event.target.closest(".pm-item");
    if (item) item.classList.add("now");
    if (event.target.matches(".inp > input")) event.target.select();
  });
})();
