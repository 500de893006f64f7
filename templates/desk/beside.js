"use strict";
// The mail and the findings follow what is typed, before anything is saved. Without this, both stand as they were when
// the page was loaded. A new frame takes the place of the old one where one reads; one with mistakes never does.

{
  const TYPED = 600; // ms after the last key until the mail is made anew
  const CHECKED = 1200; // ms until it is checked as well, which takes longer
  const AGAIN = 2000; // ms until what could not be shown at once is tried again
  const text = document.getElementById("section-form");
  const inPart = { "HX-Request": "true" };

  function fields() {
    const pairs = [...new FormData(text)].filter(([, value]) => typeof value === "string"); // no picture goes along
    return new URLSearchParams(pairs);
  }

  const saved = text ? fields().toString() : "";

  function isTyped() {
    return text !== null && fields().toString() !== saved;
  }

  // One request at a time for each part: what is asked for later is what counts.
  const under = new Map();

  async function part(address, body) {
    const name = address.split("/").pop();
    under.get(name)?.abort();
    const turn = new AbortController();
    under.set(name, turn);
    const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers: inPart, signal: turn.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.ok ? page : null;
  }

  function shownFrame() {
    const chosen = document.querySelector("#beside .tabs input:checked");
    return chosen && document.querySelector(`#beside [data-view="${chosen.value}"] iframe`);
  }

  // Words by which the section is found in the mail: the first of its text, without what is no text; else its longest line.
  function begins() {
    const body = text?.elements.namedItem("body")?.value ?? "";
    const lines = [...(text?.elements ?? [])].filter((one) => one.name.startsWith("f-")).map((one) => one.value);
    const said = body.trim() || lines.sort((one, other) => other.length - one.length)[0] || "";
    return said.replace(/\]\([^)]*\)|\[\^[^\]]*\]/g, "").trim().slice(0, 40);
  }

  // A wide document is shown smaller, so that all of its width is seen. When it is seen first, it is seen at the section.
  async function arrange(frame) {
    if (!frame || !frame.offsetWidth) return;
    const sheet = frame.parentElement;
    const isFirst = !frame.dataset.width;
    sheet.classList.add("stack");
    const scale = Math.min(1, sheet.clientWidth / frame.offsetWidth);
    if (frame.offsetWidth > sheet.clientWidth) sheet.style.setProperty("--scale", scale);
    const top = (await fit(frame, begins())) * scale;
    if (isFirst && top > sheet.clientHeight / 2) sheet.scrollTop = top - sheet.clientHeight / 5;
  }

  async function renewMail() {
    const next = (await part(text.dataset.beside, fields()))?.getElementById("beside");
    const old = document.getElementById("beside");
    if (!next || !old) return;
    if (!old.querySelector(".views") && next.querySelector(".views")) {
      old.replaceWith(document.importNode(next, true));
      await arrange(shownFrame());
      return;
    }
    const isBroken = next.querySelector(".mistakes") !== null;
    document.getElementById("beside-now").replaceWith(document.importNode(next.querySelector("#beside-now"), true));
    if (isBroken) return;
    document.getElementById("beside-text").textContent = next.querySelector("#beside-text").textContent;
    const shown = shownFrame();
    for (const frame of old.querySelectorAll("iframe:not(.coming)")) {
      const { view } = frame.closest("[data-view]").dataset;
      const fresh = next.querySelector(`[data-view="${view}"] iframe`);
      if (!fresh || fresh.getAttribute("src") === frame.getAttribute("src")) continue;
      fresh.removeAttribute("loading");
      if (frame === shown) await swap(frame, fresh);
      else frame.setAttribute("src", fresh.getAttribute("src")); // loaded when it is looked at
    }
  }

  function opened(root) {
    return [...root.querySelectorAll("details[open]")].map((one) => one.id).filter(Boolean);
  }

  function isBusy(root) {
    const at = document.activeElement;
    const typing = root.contains(at) && at.matches("textarea, select, input");
    return typing || [...root.querySelectorAll("textarea")].some((one) => one.value.trim());
  }

  async function renewFindings(isForced = false) {
    const old = document.getElementById("findings");
    if (!old) return;
    if (!isForced && isBusy(old)) {
      later("findings", renewFindings, AGAIN);
      return;
    }
    const unsaved = isTyped() || (text && old.hasAttribute("data-unsaved"));
    const address = text ? text.dataset.findings : location.pathname;
    const next = (await part(address, unsaved ? fields() : null))?.getElementById("findings");
    if (!next || !old.isConnected) return;
    const open = opened(old);
    const fresh = document.importNode(next, true);
    old.replaceWith(fresh);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (fresh.hasAttribute("data-asking")) later("findings", renewFindings, AGAIN);
  }

  const waiting = new Map();

  function later(name, what, time) {
    clearTimeout(waiting.get(name));
    waiting.set(name, setTimeout(() => what().catch(() => {}), time)); // the next key tries again
  }

  // A change that a finding offers, made in the text as it is typed.
  function change(button) {
    const area = text.elements.namedItem("body");
    if (!area) return;
    const { line, column, old, new: put } = button.dataset;
    const lines = area.value.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const start = at + [...lines[line - 1] ?? ""].slice(0, column - 1).join("").length; // columns count whole characters
    if (!area.value.startsWith(old, start)) {
      later("findings", renewFindings, 0);
      return;
    }
    area.setRangeText(put, start, start + old.length, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }

  function say(words) {
    const messages = document.getElementById("messages");
    if (!messages) return;
    const said = document.createElement("p");
    said.className = "said";
    said.textContent = words;
    messages.replaceChildren(said);
  }

  async function sendInPlace(form) {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: inPart });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) {
      form.querySelector(".answer").replaceChildren(...document.importNode(page.body, true).children);
      return;
    }
    say(page.querySelector(".said")?.textContent ?? "Done.");
    await renewFindings(true);
    document.getElementById("findings-title")?.focus();
  }

  async function showSide(link) {
    const place = document.getElementById(link.dataset.side);
    if (place.childElementCount) {
      place.replaceChildren();
      link.setAttribute("aria-expanded", "false");
      return;
    }
    const page = await part(link.href, null);
    if (!page) return;
    place.replaceChildren(...document.importNode(page.body, true).children);
    link.setAttribute("aria-expanded", "true");
  }

  document.addEventListener("click", (event) => {
    const within = event.target.closest?.("#findings");
    if (!within) return;
    const link = event.target.closest("[data-side]");
    const button = event.target.closest("button[data-old]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      showSide(link).catch(() => location.assign(link.href));
    } else if (button && text) change(button);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("#findings")) return;
    if (form.matches("[data-inplace]")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      sendInPlace(form).catch(() => form.submit());
    } else if (form.matches("[data-changes], [data-links]") && isTyped()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      say("Save the text first: this looks at the file, or changes it.");
    }
  }, { capture: true });

  document.addEventListener("change", (event) => {
    if (event.target.matches("#beside .tabs input")) arrange(shownFrame());
  });

  text?.addEventListener("input", () => {
    later("mail", renewMail, TYPED);
    later("findings", renewFindings, CHECKED);
  });

  window.addEventListener("resize", () => arrange(shownFrame()));
  arrange(shownFrame());
  const first = document.getElementById("findings");
  if (first?.dataset.state === "waiting" || first?.hasAttribute("data-asking")) {
    later("findings", renewFindings, first.dataset.state === "waiting" ? 0 : AGAIN);
  }
}
