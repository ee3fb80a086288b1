/* Cells of a sheet sent one by one. What is typed waits in the browser until the server has it: through a lost line,
   a session that ended, a closed tab. The page says how a cell looks in each state; here is decided which state it is.

   jinxian.cells(form, page): page.mark(name, state, sentence), page.answer(answer), page.trouble(kind, answer)
   state: "wait", "ok", "bad" (refused), "conflict", "" (as stored). */
(() => {
  const RETRY = 8000;
  const has = (answer, kind, name) => Object.hasOwn(answer[kind] || {}, name);

  const cells = (form, page) => {
    const url = form.dataset.saveUrl || form.action;
    const place = `jinxian.cells.${form.dataset.user}.${form.dataset.sheet}`;
    const seenField = form.elements.seen;
    const seen = JSON.parse(seenField.value || "{}");
    const typed = new Map(); // name → {text, seen, isRefused}: not stored yet
    let isSending = false;
    let timer;

    const control = (name) => form.elements[name];
    const read = (name) => {
      const field = control(name);
      return field ? field.value : "";
    };
    const show = (name, text) => { if (control(name)) control(name).value = text; };

    const keep = () => {
      try {
        if (typed.size) localStorage.setItem(place, JSON.stringify([...typed]));
        else localStorage.removeItem(place);
      } catch { /* no storage: it is kept as long as the page stands */ }
    };
    const kept = () => {
      try { return JSON.parse(localStorage.getItem(place) || "[]"); } catch { return []; }
    };

    /* cells of other members may wait, too, while one member's page stands */
    const mark = (name, ...state) => { if (control(name)) page.mark(name, ...state); };

    const pending = () => [...typed].filter(([, each]) => !each.isRefused);
    const later = () => { clearTimeout(timer); timer = setTimeout(send, RETRY); };

    const body = (batch) => {
      const data = new FormData();
      data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      data.append("seen", JSON.stringify(Object.fromEntries(batch.map(([name, each]) => [name, each.seen]))));
      batch.forEach(([name, each]) => data.append(name, each.text));
      return data;
    };

    const send = async () => {
      const batch = pending();
      if (isSending || !batch.length) return;
      isSending = true;
      let response;
      let answer = {};
      try {
        response = await fetch(url, { method: "POST", body: body(batch), headers: { Accept: "application/json" } });
        answer = await response.json();
      } catch {
        answer = null;
      }
      isSending = false;
      if (!response || !answer || response.status >= 500) { page.trouble("offline", {}); later(); return; }
      if (!answer.cells) { page.trouble(answer.error || "refused", answer); return; }
      take(batch, answer);
      if (pending().length) send();
    };

    const take = (batch, answer) => {
      for (const [name, sent] of batch) settle(name, sent, answer);
      seenField.value = JSON.stringify(seen);
      keep();
      page.answer(answer);
    };

    const settle = (name, sent, answer) => {
      const now = typed.get(name);
      const isSame = now && now.text === sent.text;
      if (has(answer, "refused", name)) {
        if (isSame) { now.isRefused = true; mark(name, "bad", answer.refused[name]); }
        return;
      }
      if (has(answer, "conflicts", name)) {
        if (!isSame) return;
        now.isRefused = true;
        mark(name, "conflict", answer.conflicts[name].sentence, answer.conflicts[name].stored);
        return;
      }
      seen[name] = answer.cells[name].value;
      if (isSame) {
        typed.delete(name);
        show(name, seen[name]);
        mark(name, "ok");
      } else if (now) {
        now.seen = seen[name];
      }
    };

    /* what stands in a field now; sent unless it is what is stored */
    const put = (name) => {
      const text = read(name).trim();
      const before = typed.get(name);
      if (before && before.text === text) return;
      if (text === (seen[name] ?? "")) {
        if (typed.delete(name)) { keep(); mark(name, ""); page.changed(); }
        return;
      }
      typed.set(name, { text, seen: seen[name] ?? "", isRefused: false });
      keep();
      mark(name, "wait");
      page.changed();
      send();
    };

    /* a conflict decided: mine is typed over what is stored now, or given up */
    const decide = (name, stored, isMine) => {
      const each = typed.get(name);
      seen[name] = stored;
      if (isMine && each) {
        each.seen = stored;
        each.isRefused = false;
        mark(name, "wait");
        send();
      } else {
        typed.delete(name);
        show(name, stored);
        mark(name, "");
      }
      keep();
      page.changed();
    };

    const undo = (name) => {
      typed.delete(name);
      show(name, seen[name] ?? "");
      keep();
      mark(name, "");
      page.changed();
    };

    const restore = () => {
      for (const [name, each] of kept()) {
        typed.set(name, { ...each, isRefused: false });
        show(name, each.text);
        mark(name, "wait");
      }
      if (typed.size) { page.changed(); send(); }
    };

    /* sent as a whole: what is kept stays kept until the next page has seen it stored */
    form.addEventListener("submit", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      page.trouble("offline", {});
    });
    addEventListener("online", send);
    addEventListener("focus", send); // back from signing in beside
    restore();
    return { put, undo, decide, send, seen, waiting: () => pending().length, refused: () => typed.size - pending().length };
  };

  window.jinxian.cells = cells;
})();
