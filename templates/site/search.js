// The search page: asks the index of each year, the newest first, and lists the issues that hold the words.
// No index is loaded before somebody searches. Without this program the page shows its plain lists alone.
// It stands in the head and begins there, so that nothing on the page moves when an address comes with a question.
"use strict";
(() => {
  const PAGE = 10; // issues that are shown at a time
  const PAUSE = 200; // milliseconds after the last key
  // Chinese is written without spaces: in the index each of its characters is a word of its own.
  const HAN = "[\\u3005\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}]";
  const GAP = new RegExp(`(?<=\\S)(?=${HAN})|(?<=${HAN})(?=[0-9A-Za-z])`, "gu");
  const SET_APART = new RegExp(` (?=(?:<mark>)?${HAN})|(?<=${HAN}(?:</mark>)?) (?=(?:<mark>)?[0-9A-Za-z])`, "gu");
  const apart = (words) => words.replaceAll('"', "").replace(GAP, " ");

  // The issues that hold every word of a question, the fittest first. In quotation marks it is asked as a whole.
  // Pagefind alone would find something for any word: where the index of a year has not got it, what begins like it.
  // A single word in quotation marks finds its own forms only, and in no order: so each is asked like that as well.
  const holding = async (pagefind, query) => {
    const whole = /^".+"$/.test(query);
    const each = whole ? [] : query.split(/\s+/).filter((one) => /[\p{L}\p{N}]/u.test(one));
    const questions = [whole ? `"${apart(query)}"` : apart(query), ...each.map((one) => `"${apart(one)}"`)];
    const [found, ...exactly] = (await Promise.all(questions.map((one) => pagefind.search(one)))).map((one) => one.results);
    const held = exactly.map((results) => new Set(results.map((one) => one.id)));
    const having = (sets) => found.filter((one) => sets.every((ids) => ids.has(one.id)));
    const results = having(held);
    return results.length || !each.length ? results : beginning(having(held.slice(0, -1)), each.at(-1));
  };

  // Somebody may be typing still: the issues that hold a word that begins like the last one.
  const beginning = async (results, word) => {
    const some = results.slice(0, 2 * PAGE);
    const texts = await Promise.all(some.map((one) => one.data()));
    const begun = (mark) => plain(mark).startsWith(plain(word));
    return some.filter((_, at) => [...texts[at].excerpt.matchAll(/<mark>([^<]*)/g)].some((mark) => begun(mark[1])));
  };
  const plain = (text) => text.normalize("NFD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

  const asking = new URL(location.href).searchParams.get("q") ?? "";
  const searching = (yes) => document.documentElement.classList.toggle("searching", yes);
  searching(Boolean(asking.trim()));

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("search");
    const words = box.dataset;
    const form = box.querySelector("form");
    const field = form.elements.q;
    const status = box.querySelector("[role=status]");
    const list = box.querySelector("ol");
    const more = box.querySelector("button[type=button]");
    let engine = null;
    let turn = 0; // of the question that was asked last
    let results = [];

    // All years as one index. A year that cannot be had is left out; the newest is not to be done without.
    const load = () => {
      engine ??= (async () => {
        const [newest, ...others] = JSON.parse(words.indexes).map((one) => new URL(one, location.href).href);
        const pagefind = await import(`${newest}pagefind.js`);
        await pagefind.options({ baseUrl: "/", excerptLength: 32 });
        await pagefind.init();
        await Promise.allSettled(others.map((one) => pagefind.mergeIndex(one, { baseUrl: "/" })));
        return pagefind;
      })().catch((error) => {
        engine = null;
        throw error;
      });
      return engine;
    };

    // A day by the pattern that the whole site writes days by (Unicode Technical Standard 35).
    const inWords = (day) =>
      words.date.replace(/y+|M+|d+|E+|'[^']*'/g, (letters) => {
        if (letters[0] === "'") return letters.slice(1, -1) || "'";
        const field = { y: "year", M: "month", d: "day", E: "weekday" }[letters[0]];
        const style = letters.length > 3 ? "long" : "short";
        if (field === "year") return String(day.getUTCFullYear());
        if (field === "day") return String(day.getUTCDate());
        if (field === "month" && letters.length < 3) return String(day.getUTCMonth() + 1);
        return new Intl.DateTimeFormat(words.language, { [field]: style, timeZone: "UTC" }).format(day);
      });

    const made = (tag, name, ...inside) => {
      const element = document.createElement(tag);
      if (name) element.className = name;
      element.append(...inside);
      return element;
    };

    // An excerpt is HTML with marks around what was found. Only text and marks are taken from it.
    const marked = (excerpt) => {
      const read = new DOMParser().parseFromString(excerpt.replace(SET_APART, ""), "text/html").body;
      return [...read.childNodes].map((one) => (one.nodeName === "MARK" ? made("mark", "", one.textContent) : one.textContent));
    };

    const entry = ({ url, excerpt, meta }) => {
      const link = made("a", "", meta.title ?? url);
      link.href = url;
      const when = made("p", "when");
      if (meta.date) {
        const time = made("time", "", inWords(new Date(meta.date)));
        time.dateTime = meta.date;
        when.append(time, " ");
      }
      if (meta.number) when.append(made("span", "", words.number.replace("{number}", meta.number)));
      const inside = made("div", "", made("h2", "", link), made("p", "", ...marked(excerpt)));
      if (meta.language) inside.lang = meta.language;
      const item = made("li", "", when, inside);
      if (meta.figure) item.append(made("p", "n", made("b", "", meta.figure)));
      return item;
    };

    // The next few results; false when somebody has asked something else meanwhile.
    const show = async (mine) => {
      const first = list.children.length;
      const next = await Promise.all(results.slice(first, first + PAGE).map((one) => one.data()));
      if (mine !== turn) return false;
      list.append(...next.map(entry));
      more.hidden = list.children.length >= results.length;
      return true;
    };

    const told = (query) => {
      if (results.length === 0) return words.foundNone.replace("{query}", () => query);
      return results.length === 1 ? words.foundOne : words.found.replace("{count}", results.length);
    };

    const clear = (said) => {
      results = [];
      list.replaceChildren();
      more.hidden = true;
      status.textContent = said;
    };

    const search = async () => {
      const mine = ++turn;
      const query = field.value.trim();
      const address = new URL(location.href);
      if (query) address.searchParams.set("q", query);
      else address.searchParams.delete("q");
      history.replaceState(null, "", address);
      searching(Boolean(query));
      if (!query) return clear("");
      try {
        const found = await holding(await load(), query);
        if (mine !== turn) return;
        clear("");
        results = found;
        if (await show(mine)) status.textContent = told(query);
      } catch {
        if (mine !== turn) return;
        searching(false); // the plain lists are better than nothing
        clear(words.failed);
      }
    };

    let waiting;
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(search, PAUSE);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(waiting);
      search();
    });
    more.addEventListener("click", async () => {
      const first = list.children.length;
      if (await show(turn)) list.children[first]?.querySelector("a").focus();
    });
    field.value = asking;
    if (asking.trim()) search();
  });
})();
