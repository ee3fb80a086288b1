/* The entry grid: the line of the selected cell, keys as in a spreadsheet, marks of the cells, the check beside it. */
(() => {
  const form = document.querySelector("form[data-cells]");
  const table = form.querySelector("table.eg-t");
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const heads = all("thead th", table);
  const rows = all("tbody tr[data-line]", table);
  const target = (td) => td && (one("input", td) || td);
  const isEditable = Boolean(one("td.c input", table));
  const sprite = one(".jx-brand") && one("svg use") ? one("svg use").getAttribute("href").split("#")[0] : "";

  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "i m");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  };

  /* the line above: whose cell, how its points come about */
  const bar = one("[data-fx]");
  const facts = one("[data-fx-facts]");
  bar.hidden = false;
  const describe = (td) => {
    const row = td.closest("tr");
    const head = heads[td.cellIndex];
    one("[data-fx-who]").textContent = one("th", row).firstElementChild.textContent;
    one("[data-fx-item]").textContent = head.dataset.title;
    one("[data-fx-says]").textContent = td.dataset.s || "";
    const parts = [["target", td.dataset.t], ["last", td.dataset.l], ["year", td.dataset.y]];
    facts.textContent = parts.filter(([, value]) => value).map(([name, value]) => `${facts.dataset[name]} ${value}`).join("　");
    if (td.dataset.n) facts.textContent += `　${facts.dataset.note.replace("{n}", td.dataset.n)}`;
    const note = one("[data-fx-note]");
    const input = one("input", td);
    note.hidden = !input;
    if (input) note.href = noteUrl(input.name);
  };
  const noteUrl = (name) => {
    const [, line, item] = name.split("-");
    return `${form.action}${line}/${item}/`;
  };
  const select = (td) => {
    all(".hl, .sel", table).forEach((each) => each.classList.remove("hl", "sel"));
    all("[tabindex='0']", table).forEach((each) => { each.tabIndex = -1; });
    td.classList.add("sel");
    td.closest("tr").classList.add("hl");
    heads[td.cellIndex].classList.add("hl");
    target(td).tabIndex = 0;
    describe(td);
  };

  /* keys */
  let isEditing = false;
  all("td.c", table).forEach((td) => { target(td).tabIndex = -1; });
  if (rows.length) select(rows[0].cells[1]);
  const go = (td, down, right) => {
    const at = rows.indexOf(td.closest("tr"));
    const row = rows[at + down];
    const next = row && row.cells[td.cellIndex + right];
    if (!next || !next.matches("td.c")) return false;
    target(next).focus();
    return true;
  };
  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener("focusin", (event) => {
    const td = event.target.closest("td.c");
    if (!td) return;
    isEditing = false;
    select(td);
    if (event.target.matches("input")) event.target.select();
  });
  table.addEventListener("dblclick", () => { isEditing = true; });
  table.addEventListener("keydown", (event) => {
    const td = event.target.closest("td.c");
    if (!td || event.isComposing) return;
    const move = MOVES[event.key];
    if (move && !event.altKey && !event.ctrlKey && !event.metaKey && !(isEditing && move[1])) {
      if (go(td, ...move)) event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (event.target.matches("input")) save(event.target);
      go(td, event.shiftKey ? -1 : 1, 0);
    } else if (event.key === "Tab" && !event.altKey) {
      if (go(td, 0, event.shiftKey ? -1 : 1)) event.preventDefault();
    } else if (event.key === "F2") {
      event.preventDefault();
      if (event.shiftKey) one("[data-fx-note]").click();
      else if (event.target.matches("input")) { isEditing = true; event.target.setSelectionRange(-1, -1); }
    } else if (event.key === "Escape" && event.target.matches("input")) {
      store.undo(event.target.name);
      event.target.select();
    }
  });
  addEventListener("keydown", (event) => {
    if (!event.altKey || !/^[1-9]$/.test(event.key)) return;
    const tab = one(`[data-area="${event.key}"]`);
    if (tab) { event.preventDefault(); tab.click(); }
  });
  table.addEventListener("click", (event) => {
    const td = event.target.closest("td.c");
    if (td && event.target === td) target(td).focus();
  });
  // A link leads to the cell where the grid is shown; on a phone, which has no grid, it opens the member's page there.
  const jump = (link, field) => link.addEventListener("click", (event) => {
    if (field?.checkVisibility()) { event.preventDefault(); field.focus(); }
  });
  all("[data-jump]").forEach((link) => jump(link, document.getElementById(link.dataset.jump)));

  /* second line: target and last quarter, a year ago, points */
  const second = one("[data-second]");
  const WORDS = { target: (d) => (d.t ? `${d.t} · ${d.l || "—"}` : d.l || "\u00a0"), year: (d) => d.y || "—", points: (d) => d.p || "—" };
  const mode = () => one("input:checked", second).value;
  const name = one("[data-second-name]");
  const usual = name.textContent;
  const redraw = (td) => { const sub = one(".sub", td); if (sub) sub.textContent = WORDS[mode()](td.dataset); };
  second.hidden = false;
  second.addEventListener("change", () => {
    name.textContent = mode() === "target" ? usual : one("input:checked", second).parentElement.textContent;
    all("td.c", table).forEach(redraw);
  });

  if (!isEditable) return;

  /* marks of cells and the lists of the check */
  const MARKS = { wait: "cloud-up", ok: "check", bad: "circle-x", conflict: "circle-x", gap: "circle-dashed" };
  const mark = (field, state, sentence, stored) => {
    const input = form.elements[field];
    const td = input.closest("td");
    const css = state || (input.value.trim() === "" && td.dataset.needed !== "0" ? "gap" : "");
    const old = one(":scope > .m", td);
    td.classList.remove("wait", "ok", "bad", "gap");
    if (css) td.classList.add(css === "conflict" ? "bad" : css);
    if (old) old.remove();
    if (MARKS[css]) td.append(icon(MARKS[css]));
    if (css === "bad" || css === "conflict") { input.setAttribute("aria-invalid", "true"); td.dataset.s = sentence; td.dataset.stored = stored ?? ""; }
    else { input.removeAttribute("aria-invalid"); delete td.dataset.stored; }
    td.classList.toggle("clash", css === "conflict");
    if (td.classList.contains("sel")) describe(td);
  };
  const who = (td) => one("th", td.closest("tr")).firstElementChild;
  const what = (td) => heads[td.cellIndex].firstElementChild.textContent;
  const entry = (td, text, small) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    const input = one("input", td);
    link.href = `${who(td).href}#n-${input.id}`;
    link.textContent = text;
    jump(link, input);
    line.append(link);
    if (small) { const words = document.createElement("small"); words.textContent = small; line.append(words); }
    return line;
  };
  const item = (td, small) => {
    const line = entry(td, `${who(td).textContent} · ${what(td)}`, small);
    if (td.classList.contains("clash")) line.append(choice(td, true), choice(td, false));
    return line;
  };
  const choice = (td, isMine) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = isMine ? form.dataset.mine : form.dataset.stored;
    button.addEventListener("click", () => store.decide(one("input", td).name, td.dataset.stored, isMine));
    return button;
  };
  const list = (section, cells, lines) => {
    section.hidden = !cells.length;
    one(".n", section).textContent = cells.length;
    one("ul", section).replaceChildren(...lines);
  };
  // One line per member, as the page comes: thirty empty cells are not thirty lines.
  const byMember = (cells, between) => {
    const found = new Map();
    cells.forEach((td) => found.set(who(td), [...(found.get(who(td)) || []), td]));
    return [...found].map(([name, own]) => entry(own[0], name.textContent, own.map(what).join(between)));
  };
  const status = one("[data-save]");
  const say = (text, isWaiting) => {
    status.classList.toggle("wait", Boolean(isWaiting));
    status.replaceChildren(icon(isWaiting ? "cloud-up" : "check"), text);
    status.firstChild.setAttribute("class", "i");
  };
  const redrawCheck = () => {
    const bad = all("td.c.bad", table);
    const gaps = all("td.c.gap", table);
    const waiting = all("td.c.wait", table);
    const empty = one("[data-empty]");
    list(one('[data-list="bad"]'), bad, bad.map((td) => item(td, td.dataset.s)));
    list(one('[data-list="wait"]'), waiting, waiting.map((td) => item(td)));
    list(empty, gaps, byMember(gaps, empty.dataset.empty));
    const button = one("[data-submit] button");
    const isBlocked = bad.length + gaps.length + waiting.length > 0;
    if (button) button.setAttribute("aria-disabled", isBlocked);
    const why = one("[data-why]");
    why.textContent = isBlocked ? why.dataset.some.replace("{n}", bad.length + gaps.length + waiting.length) : why.dataset.none;
  };

  const page = {
    mark,
    changed: redrawCheck,
    answer(answer) {
      for (const [field, cell] of Object.entries(answer.cells)) {
        const input = form.elements[field];
        if (!input) continue;
        const td = input.closest("td");
        if (!td.classList.contains("bad")) td.dataset.s = cell.says;
        td.dataset.p = cell.points;
        redraw(td);
        if (td.classList.contains("sel")) describe(td);
      }
      for (const [pk, line] of Object.entries(answer.lines)) {
        const row = one(`tr[data-line="${pk}"]`, table);
        one("[data-points]", row).textContent = line.points || "—";
        one("[data-points-note]", row).textContent = line.note;
      }
      for (const [pk, sum] of Object.entries(answer.columns)) {
        const cell = one(`[data-total="${pk}"]`, table);
        cell.firstElementChild.textContent = sum.actual;
        cell.lastElementChild.textContent = sum.target;
      }
      one("[data-mean]").textContent = answer.mean;
      one("[data-mean-words]").textContent = answer.mean_words;
      one("[data-filled]").textContent = `${answer.filled}/${answer.needed}`;
      all("[data-version]").forEach((field) => { field.value = answer.version; });
      say(status.dataset.saved.replace("{at}", answer.saved_at));
      redrawCheck();
    },
    trouble(kind, answer) {
      const waiting = status.dataset.waiting.replace("{n}", store ? store.waiting() : "");
      say(answer.message || waiting, true);
      if (answer.sign_in) {
        const link = document.createElement("a");
        link.href = `${answer.sign_in}?next=${encodeURIComponent(location.pathname)}`;
        link.textContent = status.dataset.signIn;
        status.append(" ", link);
      }
    },
  };
  let store = null;
  const save = (input) => store.put(input.name);
  all("[data-keys]").forEach((each) => { each.hidden = false; });
  all("[data-plain]").forEach((each) => { each.hidden = true; });
  store = window.jinxian.cells(form, page);
  table.addEventListener("change", (event) => { if (event.target.matches("td.c input")) save(event.target); });
  let idle;
  table.addEventListener("input", (event) => {
    clearTimeout(idle);
    const field = event.target;
    idle = setTimeout(() => { if (field.value.trim()) save(field); }, 1500);
  });
  redrawCheck();
})();
