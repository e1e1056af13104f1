// The report's page. Everything scraped reaches the page as text nodes only.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const cards = data.cards;
  const $ = (id) => document.getElementById(id);
  const ROW = 52;
  const STATES = { accept: "accepted", restore: "restored", swap: "swapped", unsure: "unsure" };
  const VERDICTS = { remove: "goes", review: "to review", keep: "kept" };

  const make = (name, cls, text) => {
    const node = document.createElement(name);
    if (cls) node.className = cls;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const own = (card) => card.pieces.filter((p) => p.mark !== "-").map((p) => p.text).join("");
  const para = (index) => "¶" + (index + 1);

  cards.forEach((card, at) => {
    card.at = at;
    card.full = own(card);
    card.low = (card.full + "\n" + card.twin_text).toLowerCase();
    card.words = card.full.split(/\s+/).length;
  });

  // What was decided here: lines, as they are exported; and what holds by them.
  const KEY = "unecho-report-" + data.id;
  let lines = [];
  let saved = true;
  try {
    lines = JSON.parse(localStorage.getItem(KEY) || "[]");
  } catch (_) {
    saved = false;
  }
  const chosen = new Map();
  const shownChoice = (card) => {
    const choice = chosen.get(card.at);
    return choice === undefined ? card.choice : choice.verdict === "open" ? undefined : choice.verdict;
  };
  const touches = (line, card) => {
    if (line.scope === "text") return line.texts[0] === card.identity.paragraph;
    if (line.scope === "pair") return line.texts[0] === card.identity.paragraph && line.texts[1] === card.identity.twin;
    return line.id === card.identity.id && (line.doc || null) === (card.doc || null);
  };
  const RANK = { text: 1, pair: 2, this: 3 };
  const byText = new Map();
  cards.forEach((card) => {
    const key = card.identity.paragraph;
    if (!byText.has(key)) byText.set(key, []);
    byText.get(key).push(card);
  });
  const carry = (line) => {
    for (const card of byText.get(line.texts[0]) || []) {
      if (!touches(line, card)) continue;
      const known = chosen.get(card.at);
      if (!known || known.verdict === "open" || RANK[known.scope] <= RANK[line.scope]) {
        chosen.set(card.at, { verdict: line.verdict, scope: line.scope });
      }
    }
  };
  lines.forEach(carry);
  const save = () => {
    try {
      localStorage.setItem(KEY, JSON.stringify(lines));
      saved = true;
    } catch (_) {
      saved = false;
    }
    $("unsaved").hidden = saved;
  };
  addEventListener("beforeunload", (event) => {
    if (!saved && lines.length) event.preventDefault();
  });

  // What is shown, in order.
  let list = [];
  let at = 0;
  let context = false;
  const random = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const sampled = (all, size, seed) => {
    const next = random(seed);
    const pool = all.slice();
    for (let i = 0; i < Math.min(size, pool.length); i++) {
      const j = i + Math.floor(next() * (pool.length - i));
      [pool[i], pool[j]] = [pool[j], pool[i]];
    }
    return pool.slice(0, size);
  };
  const ORDERS = {
    margin: (a, b) => Math.abs(a.margin) - Math.abs(b.margin) || a.at - b.at,
    position: (a, b) => a.at - b.at,
    kind: (a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.at - b.at),
    length: (a, b) => b.words - a.words || a.at - b.at,
  };
  const filter = () => {
    const value = (id) => $(id).value.trim();
    const [verdict, kind, choice, file, text] = ["verdict", "kind", "choice", "file", "text"].map(value);
    const margin = value("margin") === "" ? Infinity : Number(value("margin"));
    const least = Number(value("length")) || 0;
    const low = text.toLowerCase();
    const here = list[at];
    list = cards.filter((card) => {
      const state = shownChoice(card) || "none";
      return (!verdict || card.verdict === verdict) && (!kind || card.kind === kind) &&
        (!choice || state === choice) && card.margin <= margin && card.words >= least &&
        (!file || card.name.includes(file)) && (!low || card.low.includes(low));
    });
    const size = Number(value("sample"));
    if (size > 0) list = sampled(list, size, Number(value("seed")) || 0);
    list.sort(ORDERS[value("order")]);
    at = Math.max(0, list.indexOf(here));
    draw();
  };

  // Counts and the error rate of the sample, by Wilson's interval.
  const count = (all, test) => all.reduce((sum, card) => sum + (test(card) ? card.count : 0), 0);
  const rate = () => {
    const sample = Number($("sample").value) > 0;
    $("rate").hidden = !sample;
    if (!sample) return;
    const judged = list.filter((card) => ["accept", "restore", "swap"].includes(shownChoice(card)));
    const wrong = judged.filter((card) => shownChoice(card) !== "accept").length;
    const n = judged.length;
    let text = `Sample of ${list.length} (seed ${$("seed").value}): ${n} judged, ${wrong} wrong.`;
    if (n) {
      const z = 1.96, p = wrong / n, mid = (p + z * z / (2 * n)) / (1 + z * z / n);
      const half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
      const percent = (x) => (100 * Math.min(1, Math.max(0, x))).toFixed(1) + " %";
      text += ` Error rate ${percent(p)}, 95 % interval ${percent(mid - half)} to ${percent(mid + half)}.`;
    }
    $("rate").textContent = text;
  };
  const open = (card) => card.verdict !== "keep" && !shownChoice(card);

  // The list: only the rows in view are in the page.
  const drawRows = () => {
    const box = $("list"), pad = $("pad");
    pad.style.height = list.length * ROW + "px";
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - 4);
    const last = Math.min(list.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + 4);
    const rows = [];
    for (let index = first; index < last; index++) {
      const card = list[index];
      const row = make("div", "row");
      row.id = "row-" + index;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", index === at ? "true" : "false");
      row.setAttribute("aria-setsize", list.length);
      row.setAttribute("aria-posinset", index + 1);
      row.style.top = index * ROW + "px";
      const what = make("span", "what");
      what.append(make("span", "state", STATES[shownChoice(card)] || ""));
      what.append(`${card.name} ${para(card.paragraph)} ${card.kind}${card.count > 1 ? " ×" + card.count : ""}`);
      const text = make("bdi", "", card.instead && card.verdict === "keep" ? `${card.instead}: ${card.full.slice(0, 90)}` : card.full.slice(0, 120));
      row.append(what, text);
      row.addEventListener("click", () => go(index));
      rows.push(row);
    }
    pad.replaceChildren(...rows);
    if (list.length) box.setAttribute("aria-activedescendant", "row-" + at);
    else box.removeAttribute("aria-activedescendant");
  };
  const block = (title, text) => {
    if (!text) return [];
    const p = make("p", "around");
    p.dir = "auto";
    p.append(make("bdi", "", text));
    return [make("h3", "", title), p];
  };
  const marked = (card) => {
    const p = make("p", "text");
    p.dir = "auto";
    card.pieces.forEach((piece, index) => {
      if (piece.mark === "=") {
        p.append(piece.text);
        return;
      }
      const twin = piece.mark === "-";
      const node = make(twin ? "del" : "ins");
      node.append(make("span", "unseen", twin ? " [only in the kept: " : " [only in the removed: "), piece.text, make("span", "unseen", "] "));
      const before = index && card.pieces[index - 1].text;
      if (twin && before && !before.endsWith(" ")) p.append(" ");
      p.append(node);
      const next = card.pieces[index + 1];
      if (twin && next && !next.text.startsWith(" ")) p.append(" ");
    });
    return p;
  };
  const cardNodes = (card) => {
    const choice = shownChoice(card);
    const elsewhere = card.elsewhere ? ` in ${card.elsewhere.doc}, one of ${card.elsewhere.articles} articles` : "";
    const twins = [card.twin, ...(card.also || [])].map(para).join(", ") + elsewhere;
    const gone = choice === "accept" || (!choice && card.verdict === "remove");
    const head = make("h2", "", `${para(card.paragraph)} ${VERDICTS[card.verdict]}: ${card.reason}`);
    const meta = make("p", "meta");
    const state = make("span", "state", choice ? STATES[choice] : "not decided");
    meta.append(`${card.name}, ${card.kind} of ${twins}, of ${card.of} paragraphs. Coverage ${card.coverage.toFixed(2)}, ` +
      `Jaccard ${card.jaccard.toFixed(2)}, margin ${card.margin.toFixed(2)}.${card.guards.length ? " Guards: " + card.guards.join(", ") + "." : ""}` +
      `${card.count > 1 ? ` The same two texts ${card.count} times.` : ""} `, state);
    const nodes = [head, meta];
    if (card.verdict === "keep" && card.instead) nodes.push(make("p", "instead", "kept: " + card.instead));
    if (context) nodes.push(...block("Before it", card.around[0]));
    nodes.push(make("h3", "", gone ? `Removed: ${para(card.paragraph)}` : `Stays: ${para(card.paragraph)}`), marked(card));
    if (context) nodes.push(...block("After it", card.around[1]), ...block("Before its twin", card.twin_around[0]));
    const twin = make("p", "text");
    twin.dir = "auto";
    twin.append(card.twin_text);
    nodes.push(make("h3", "", choice === "swap" ? `Removed: ${para(card.twin)}` : `${card.elsewhere ? "There" : "Kept"}: ${para(card.twin)}${elsewhere}`), twin);
    if (context) nodes.push(...block("After its twin", card.twin_around[1]));
    return nodes;
  };
  const draw = () => {
    $("shown").textContent = list.length ? `${at + 1} of ${list.length} shown, ${count(cards, open)} open` : "Nothing matches.";
    const card = list[at];
    const box = $("list");
    if (card) {
      const top = at * ROW;
      if (top < box.scrollTop) box.scrollTop = top;
      if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW - box.clientHeight;
    }
    drawRows();
    rate();
    $("card").replaceChildren(...(card ? cardNodes(card) : []));
    $("scope").value = card && card.count > 1 ? "pair" : "this";
    for (const [key, choice] of [["a", "accept"], ["r", "restore"], ["w", "swap"], ["u", "unsure"]]) {
      document.querySelector(`[data-key=${key}]`).classList.toggle("on", !!card && shownChoice(card) === choice);
    }
  };
  const say = (text) => {
    $("live").textContent = text;
  };
  const go = (index) => {
    at = Math.max(0, Math.min(list.length - 1, index));
    draw();
  };
  const nextOpen = () => {
    for (let step = 1; step <= list.length; step++) {
      const index = (at + step) % list.length;
      if (!shownChoice(list[index])) return go(index);
    }
    say("Everything shown is decided.");
  };

  // Deciding.
  const undo = [];
  const line = (card, verdict, scope) => {
    const made = { id: card.identity.id, verdict, scope };
    if (card.doc !== undefined) made.doc = card.doc;
    made.texts = [card.identity.paragraph, card.identity.twin];
    made.excerpt = card.full.slice(0, 60);
    return made;
  };
  const put = (made) => {
    lines.push(made);
    carry(made);
    save();
  };
  const decide = (verdict) => {
    const card = list[at];
    if (!card) return;
    const scope = $("scope").value;
    if (scope === "text" && verdict === "swap") return say("Swap is about two texts: choose another scope.");
    const before = chosen.get(card.at);
    undo.push({ card, scope, verdict: before && before.scope === scope ? before.verdict : "open" });
    put(line(card, verdict, scope));
    say(`${para(card.paragraph)} ${STATES[verdict]}, ${count(cards, open)} left`);
    go(at + 1);
  };
  const takeBack = () => {
    const last = undo.pop();
    if (!last) return say("Nothing to undo.");
    const made = line(last.card, last.verdict, last.scope);
    lines.push(made);
    chosen.clear();
    lines.forEach(carry);
    save();
    const index = list.indexOf(last.card);
    say(`${para(last.card.paragraph)}: taken back`);
    go(index < 0 ? at : index);
  };
  const exported = () => {
    const text = lines.map((made) => JSON.stringify(made) + "\n").join("");
    const link = make("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
    link.download = "decisions.jsonl";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say(`${lines.length} lines exported`);
  };

  const KEYS = {
    j: () => go(at + 1), ArrowDown: () => go(at + 1), k: () => go(at - 1), ArrowUp: () => go(at - 1),
    Home: () => go(0), End: () => go(list.length - 1), PageDown: () => go(at + 10), PageUp: () => go(at - 10),
    n: nextOpen, a: () => decide("accept"), r: () => decide("restore"), w: () => decide("swap"),
    u: () => decide("unsure"), z: takeBack, e: exported,
    t: () => {
      context = !context;
      document.querySelector("[data-key=t]").setAttribute("aria-pressed", context);
      draw();
    },
    "/": () => $("text").focus(), f: () => $("verdict").focus(), "?": () => $("help").showModal(),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
    const field = event.target.closest("input, select, textarea");
    if (field && event.key === "Escape") return $("list").focus();
    if (field && field.id !== "keys") return;
    if (event.key.length === 1 && !$("keys").checked) return;
    const act = KEYS[event.key];
    if (!act || (event.key.length > 1 && event.target.closest("button, summary, a"))) return;
    event.preventDefault();
    act();
  });
  document.querySelectorAll("[data-key]").forEach((button) => button.addEventListener("click", () => KEYS[button.dataset.key]()));
  $("filters").addEventListener("input", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(() => {
    $("verdict").value = "";
    filter();
  }));
  $("list").addEventListener("scroll", drawRows, { passive: true });
  addEventListener("resize", drawRows);
  $("import").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    try {
      const read = (await file.text()).split("\n").filter(Boolean).map((text) => JSON.parse(text));
      read.forEach((made) => {
        made.scope = made.scope || "this";
        if (!Array.isArray(made.texts)) throw new Error("no line of decisions");
      });
      lines = read.concat(lines);
      chosen.clear();
      lines.forEach(carry);
      save();
      draw();
      say(`${read.length} lines read`);
    } catch (_) {
      say("This file holds no decisions.");
    }
  });

  // Figures.
  const bars = (id, tally) => {
    const most = Math.max(1, ...tally.map(([, n]) => n));
    $(id).replaceChildren(...tally.map(([name, n]) => {
      const row = make("li");
      const bar = make("span", "bar");
      bar.style.width = (100 * n / most) + "%";
      row.append(make("bdi", "", name), bar, make("span", "n", String(n)));
      return row;
    }));
  };
  const tally = (key) => {
    const sums = new Map();
    cards.filter((card) => card.verdict === "remove").forEach((card) => sums.set(card[key], (sums.get(card[key]) || 0) + card.count));
    return [...sums].sort((a, b) => b[1] - a[1]);
  };
  const kinds = tally("kind");
  bars("kinds", kinds);
  bars("files", data.files);
  for (const kind of [...new Set(cards.map((card) => card.kind))].sort()) {
    const option = make("option", "", kind);
    option.value = kind;
    $("kind").append(option);
  }
  addEventListener("beforeprint", () => {
    $("paper").replaceChildren(...list.slice(0, 1000).map((card) => {
      const node = make("article");
      node.append(...cardNodes(card));
      return node;
    }));
  });
  addEventListener("afterprint", () => $("paper").replaceChildren());

  if (!cards.some((card) => card.verdict === "remove")) $("verdict").value = "";
  $("unsaved").hidden = saved;
  $("app").hidden = false;
  filter();
  document.documentElement.dataset.ready = "1";
})();
