/* What every page knows: "/" to search, rows and trees by keyboard, theme, password eye, toasts, a form sent once.
   Everything here helps; no page needs it. Elements say by data-… attributes what they want. */
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const plain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;

  /* "/": the list's own search field if the page has one, else the one in the bar */
  const find = () => {
    const field = [...all("main [data-find]"), ...all("[data-find]")].find((input) => input.offsetParent);
    if (field) { field.focus(); field.select(); return; }
    const link = document.querySelector("[data-find-page]");
    if (link) link.click();
  };

  /* rows: ↑ ↓ move over the links that name them, Enter is the link's own */
  const rowLink = (row) => row.querySelector("th a, a");
  const shown = (row) => row.offsetParent && rowLink(row);
  const step = (table, from, by) => {
    const rows = all("tbody tr", table).filter(shown);
    const at = from ? rows.indexOf(from) + by : 0;
    if (rows[at]) rowLink(rows[at]).focus();
    return Boolean(rows[at]);
  };
  const moveRows = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const inside = event.target.closest("table[data-rows], table[data-tree]");
    const table = inside || document.querySelector("table[data-rows], table[data-tree]");
    if (!by || !table) return;
    const fromSearch = event.target.matches("[data-find]") && by === 1;
    if (typing(event.target) && !fromSearch) return;
    if (!inside && !fromSearch && event.target !== document.body) return;
    if (step(table, event.target.closest("tbody tr"), by)) event.preventDefault();
  };

  /* trees: a row says its depth by aria-level; .tg opens and closes what follows deeper */
  const level = (row) => Number(row.getAttribute("aria-level"));
  const below = (row) => {
    const rows = [];
    for (let next = row.nextElementSibling; next && level(next) > level(row); next = next.nextElementSibling) rows.push(next);
    return rows;
  };
  const setOpen = (toggle, open) => {
    const row = toggle.closest("tr");
    toggle.setAttribute("aria-expanded", open);
    row.setAttribute("aria-expanded", open);
    const closed = [];
    for (const child of below(row)) {
      while (closed.length && level(child) <= closed.at(-1)) closed.pop();
      child.hidden = !open || closed.length > 0;
      if (child.querySelector('.tg[aria-expanded="false"]')) closed.push(level(child));
    }
  };
  const moveTree = (event) => {
    const row = event.target.closest("table[data-tree] tbody tr");
    if (!row || typing(event.target) || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const toggle = row.querySelector(".tg[aria-expanded]");
    const open = toggle && toggle.getAttribute("aria-expanded") === "true";
    if (toggle && open === (event.key === "ArrowLeft")) toggle.click();
    else if (event.key === "ArrowLeft") parentOf(row) && rowLink(parentOf(row)).focus();
    event.preventDefault();
  };
  const parentOf = (row) => {
    let before = row.previousElementSibling;
    while (before && level(before) >= level(row)) before = before.previousElementSibling;
    return before;
  };

  document.addEventListener("keydown", (event) => {
    if (!plain(event)) return;
    if (event.key === "/" && !typing(event.target)) { event.preventDefault(); find(); return; }
    if (event.key === "Escape") all("details.jx-me[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    moveRows(event);
    moveTree(event);
  });

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("table[data-tree] button.tg[aria-expanded]");
    if (toggle) { setOpen(toggle, toggle.getAttribute("aria-expanded") !== "true"); return; }
    all("details.jx-me[open]").filter((menu) => !menu.contains(event.target)).forEach((menu) => { menu.open = false; });
    openRow(event);
  });

  /* a row with data-href opens where it was clicked, beside its link */
  const openRow = (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.defaultPrevented || event.target.closest("a, button, input, label, select, textarea, summary")) return;
    if (String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) open(row.dataset.href);
    else location.assign(row.dataset.href);
  };

  /* a form is sent once: a second click while the first is on its way does nothing */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-many") || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    all("[aria-busy=true]").forEach((button) => button.removeAttribute("aria-busy"));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest('[aria-disabled="true"]')) event.preventDefault();
  }, true);

  /* choices that are sent at once; their button is there for a page without script */
  all("form[data-auto]").forEach((form) => {
    all("[type=submit]", form).forEach((button) => { button.hidden = true; });
    form.addEventListener("change", () => form.requestSubmit());
  });

  /* light, dark, as the system */
  all("[data-theme-choice]").forEach((group) => {
    let kept = "";
    try { kept = localStorage.getItem("theme") || ""; } catch { /* private window: only this page */ }
    all("input", group).forEach((input) => { input.checked = input.value === kept; });
    group.hidden = false;
    group.addEventListener("change", (event) => {
      try {
        if (event.target.value) localStorage.setItem("theme", event.target.value);
        else localStorage.removeItem("theme");
      } catch { return; }
      document.dispatchEvent(new Event("jx:theme"));
    });
  });

  /* show the password */
  all("[data-eye]").forEach((button) => {
    const field = document.getElementById(button.dataset.eye);
    button.hidden = false;
    button.addEventListener("click", () => {
      const show = field.type === "password";
      field.type = show ? "text" : "password";
      button.setAttribute("aria-pressed", show);
    });
  });

  /* toasts go after 6 seconds, not while somebody reads or uses them */
  const box = document.querySelector(".jx-toasts");
  const leave = (toast) => {
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), 6000); };
    const stop = () => clearTimeout(timer);
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
    start();
  };
  all(".jx-toast", box || document.createElement("div")).forEach(leave);

  /* for the page's own script: jinxian.toast("…", {label: "Undo", act: () => …}) */
  const toast = (text, action) => {
    if (!box) return;
    const note = document.createElement("div");
    note.className = "jx-toast";
    note.append(text);
    if (action) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.textContent = action.label;
      button.addEventListener("click", () => { note.remove(); action.act(); });
      note.append(button);
    }
    box.append(note);
    leave(note);
  };
  window.jinxian = { toast };
})();
