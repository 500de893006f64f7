// The editor's comforts: every one of them has a plain way that works without it.
"use strict";

{
  const KEEP_AFTER = 2000; // ms after the last key until what is typed is kept
  const form = document.getElementById("section-form");
  const body = document.getElementById("body");
  const reads = !form || form.hasAttribute("data-reads");

  // Words are counted as the checks do it: a Chinese, Japanese or Korean character is a word.
  const CJK = "\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff";
  const WORD = new RegExp(`[${CJK}]|(?:(?![${CJK}_])[\\p{L}\\p{N}])+(?:['’.,-](?:(?![${CJK}_])[\\p{L}\\p{N}])+)*`, "gu");
  const MARKUP = /\[\^[^\]]*\]|\]\([^)]*\)|[*_`>#]/g;

  function words(text) {
    return (text.replace(MARKUP, " ").match(WORD) ?? []).length;
  }

  // The form's other lines count as the server counts them: what it said is kept, and what is typed is added.
  const count = document.getElementById("words");
  const out = count?.querySelector("[data-count]");
  const first = body ? words(body.value) : 0;
  const said = Number.parseInt(out?.textContent ?? "", 10) || 0;

  function recount() {
    if (!out || body.name !== "body") return;
    const now = Math.max(0, said + words(body.value) - first);
    const { least, most } = count.dataset;
    out.textContent = now === 1 ? "1 word" : `${now} words`;
    count.classList.toggle("over", (most && now > Number(most)) || (least && now < Number(least)));
  }

  // Keeping what is typed, in the store and never in the file.
  const keptSaid = document.getElementById("draft-said");
  const voids = document.getElementById("voids");
  let kept = reads ? "" : fields().toString();
  let timer = 0;
  let sending = false;

  function fields() {
    return new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  }

  async function keep(isLast = false) {
    clearTimeout(timer);
    const sent = fields();
    if (sending || sent.toString() === kept) return;
    kept = sent.toString();
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: sent, keepalive: isLast && kept.length < 60000 });
      const told = await answer.json();
      if (keptSaid) keptSaid.textContent = told.said;
      warn(told.voids ?? "");
    } catch {
      kept = ""; // the next key tries again
      if (keptSaid) keptSaid.textContent = "Cannot be kept at the moment; copy it before you leave.";
    }
  }

  function warn(names) {
    if (!voids) return;
    const words = names ? `Saving this voids the approval of ${names}.` : "";
    if (voids.textContent !== words) voids.textContent = words;
    voids.hidden = !names;
    form.elements.namedItem("seen").value = names;
  }

  if (!reads) {
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, KEEP_AFTER);
      recount();
    });
    form.addEventListener("focusout", () => {
      if (kept !== fields().toString()) keep();
    });
    addEventListener("pagehide", () => keep(true));
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      sending = true;
      setTimeout(() => (sending = false), 5000);
      remember();
    });
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        form.requestSubmit(form.querySelector("button.primary"));
      }
    });
  }

  // After a save, the caret is where it was.
  const place = form && `caret ${form.dataset.draft}`;

  function remember() {
    if (!body) return;
    sessionStorage.setItem(place, JSON.stringify([body.selectionStart, body.selectionEnd, scrollY]));
  }

  if (body && location.hash === "#body") {
    const at = sessionStorage.getItem(place);
    body.focus({ preventScroll: at !== null });
    if (at !== null) {
      const [start, end, y] = JSON.parse(at);
      body.setSelectionRange(start, end);
      scrollTo(0, y);
      sessionStorage.removeItem(place);
    }
  }

  // Rich text from another program comes in as Markdown, and one Ctrl+Z takes it out again.
  const pasted = document.getElementById("pasted");

  function insert(text) {
    body.focus();
    if (!document.execCommand("insertText", false, text)) {
      body.setRangeText(text, body.selectionStart, body.selectionEnd, "end");
      body.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  if (!reads && body) {
    body.addEventListener("paste", async (event) => {
      const html = event.clipboardData?.getData("text/html") ?? "";
      const plain = event.clipboardData?.getData("text/plain") ?? "";
      if (!html.trim() || event.clipboardData.types.includes("vscode-editor-data")) return;
      event.preventDefault();
      let markdown = plain;
      let told = [];
      try {
        const sent = new URLSearchParams({ token: form.elements.namedItem("token").value, html });
        const answer = await fetch(form.dataset.pasted, { method: "POST", body: sent });
        if (!answer.ok) throw new Error(String(answer.status));
        const found = await answer.json();
        markdown = found.markdown;
        told = found.left_out;
      } catch {
        told = ["It came in as plain text: its links and emphasis could not be read."];
      }
      const bare = markdown.replace(/\n+$/, "");
      insert(bare.includes("\n") ? `${bare}\n` : bare);
      pasted.textContent = told.length ? `Pasted. ${told.join(" ")}` : "Pasted as Markdown.";
    });
  }

  // Marks of items, put in where the caret is.
  if (!reads && body) {
    for (const mark of document.querySelectorAll("[data-mark]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "mark";
      button.textContent = mark.textContent;
      button.title = "Put this mark into the text";
      button.addEventListener("click", () => insert(button.textContent));
      mark.replaceWith(button);
    }
  }

  // The order: Alt with an arrow, or the mouse.
  const order = document.getElementById("order");

  document.addEventListener("keydown", (event) => {
    const up = event.key === "ArrowUp";
    if (!event.altKey || event.ctrlKey || event.metaKey || !(up || event.key === "ArrowDown")) return;
    const at = event.target.closest?.(".place");
    if (!at) return;
    event.preventDefault();
    const button = at.querySelectorAll(".move button")[up ? 0 : 1];
    if (button && !button.disabled) order.requestSubmit(button);
  });

  if (order) {
    let held = null;
    for (const one of order.querySelectorAll(".place:has(.move)")) one.draggable = true;
    for (const link of order.querySelectorAll(".place a")) link.draggable = false;
    order.addEventListener("dragstart", (event) => {
      held = event.target.closest?.(".place");
      if (!held) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", held.dataset.name);
      held.classList.add("held");
    });
    order.addEventListener("dragover", (event) => {
      const over = event.target.closest?.(".place");
      if (!held || !over) return;
      event.preventDefault();
      if (over === held) return;
      const box = over.getBoundingClientRect();
      over[event.clientY < box.top + box.height / 2 ? "before" : "after"](held);
    });
    order.addEventListener("drop", (event) => event.preventDefault());
    order.addEventListener("dragend", () => {
      if (!held) return;
      held.classList.remove("held");
      held = null;
      order.requestSubmit();
    });
  }

  // The part of a picture that is shown, drawn with the mouse or a finger; the four numbers say the same.
  const file = document.getElementById("picture-file");
  const crop = document.getElementById("crop");
  const present = document.getElementById("present");

  function drawnOn(area, name) {
    const frame = area.querySelector(".frame");
    const image = area.querySelector("img");
    const cut = area.querySelector(".cut");
    const edges = ["left", "top", "right", "bottom"].map((edge) => document.getElementById(`${name}-${edge}`));
    let start = null;

    function draw() {
      const numbers = edges.map((one, at) => (one.value === "" ? (at < 2 ? 0 : 100) : Number(one.value)));
      if (numbers.some((one) => !(one >= 0 && one <= 100))) return;
      const [left, top, right, bottom] = numbers;
      Object.assign(cut.style, { left: `${left}%`, top: `${top}%`, right: `${100 - right}%`, bottom: `${100 - bottom}%` });
    }

    function at(event) {
      const box = image.getBoundingClientRect();
      const share = (value, from, size) => Math.round(Math.min(1, Math.max(0, (value - from) / size)) * 1000) / 10;
      return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
    }

    frame.addEventListener("pointerdown", (event) => {
      start = at(event);
      frame.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    frame.addEventListener("pointermove", (event) => {
      if (!start) return;
      const [x, y] = at(event);
      const numbers = [Math.min(start[0], x), Math.min(start[1], y), Math.max(start[0], x), Math.max(start[1], y)];
      edges.forEach((one, place) => (one.value = String(numbers[place])));
      draw();
    });
    frame.addEventListener("pointerup", () => {
      start = null;
      if (edges[0].value === edges[2].value || edges[1].value === edges[3].value) for (const one of edges) one.value = "";
      draw();
    });
    for (const one of edges) one.addEventListener("input", draw);
    draw();
    return { image, edges, draw };
  }

  if (present) {
    present.hidden = false;
    drawnOn(present, "cut");
  }

  if (file && crop) {
    const { image, edges, draw } = drawnOn(crop, "crop");
    file.addEventListener("change", () => {
      const [chosen] = file.files;
      if (image.src) URL.revokeObjectURL(image.src);
      crop.hidden = !chosen;
      for (const one of edges) one.value = "";
      if (chosen) image.src = URL.createObjectURL(chosen);
      draw();
    });
  }

  recount();
}
