"use strict";
// Follows the files. Asks every 150 ms whether one has changed; when one has, fetches the page again and takes over
// what differs. A frame is as high as its document: the sheet it lies on scrolls, not the frame, so the place one reads
// at stays where it is when a new frame, loaded unseen, takes the place of the old one.

const EVERY = 150; // ms; an answer costs the server five
const SETTLED = 40; // ms without another change: an editor that empties a file before it writes it is let finish
const LOST = 1000; // ms until we ask again when there was no answer

async function ask(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}

function tell(state) {
  const shown = document.getElementById("state");
  if (shown.classList.contains(state)) return;
  shown.classList.remove("live", "lost");
  shown.classList.add(state);
  const word = shown.querySelector(".word");
  word.textContent = word.dataset[state];
}

// Where each sheet and the page are scrolled to; what comes back after a mistake comes back there.
const places = new Map();

function remember() {
  for (const sheet of document.querySelectorAll(".sheet")) places.set(sheet.parentElement.id, sheet.scrollTop);
  places.set("", window.scrollY);
}

function recall() {
  for (const sheet of document.querySelectorAll(".sheet")) sheet.scrollTop = places.get(sheet.parentElement.id) ?? 0;
  window.scrollTo(0, places.get("") ?? 0);
}

function inSight(frame) {
  const box = frame.parentElement.getBoundingClientRect();
  return box.bottom > 0 && box.top < window.innerHeight;
}

async function renew() {
  const next = new DOMParser().parseFromString(await ask("/"), "text/html");
  const [main, coming] = [document.querySelector("main"), next.querySelector("main")];
  document.title = next.title;
  if (main.dataset.shown !== coming.dataset.shown) {
    if (main.dataset.shown === "issue") remember();
    main.replaceWith(document.importNode(coming, true));
    await arrange();
    if (coming.dataset.shown === "issue") recall();
  }
  const [frames, fresh] = [document, next].map((page) => [...page.querySelectorAll("main iframe")]);
  const parts = [...next.querySelectorAll("[data-part]")];
  if (frames.length !== fresh.length || parts.some((part) => !document.getElementById(part.id))) {
    location.reload(); // the template of this page is another one now
    return;
  }
  for (const part of parts) {
    const old = document.getElementById(part.id);
    if (old.outerHTML === part.outerHTML) continue;
    const [top, replacement] = [old.scrollTop, document.importNode(part, true)];
    old.replaceWith(replacement);
    replacement.scrollTop = top;
  }
  const changed = frames.filter((frame, at) => frame.getAttribute("src") !== fresh[at].getAttribute("src"));
  const [first, later] = [changed.filter(inSight), changed.filter((frame) => !inSight(frame))];
  for (const some of [first, later]) {
    await Promise.all(some.map((frame) => swap(frame, fresh[frames.indexOf(frame)])));
  }
  document.body.dataset.token = next.body.dataset.token;
}

function arrange() {
  const frames = [...document.querySelectorAll("main iframe")];
  for (const frame of frames) frame.parentElement.classList.add("stack");
  return Promise.all(frames.map(fit));
}

async function settled(token) {
  await pause(SETTLED);
  const again = await ask("/state");
  return again === token || settled(again);
}

async function follow() {
  try {
    const token = await ask("/state");
    if (token !== document.body.dataset.token && (await settled(token))) await renew();
    tell("live");
    await pause(EVERY);
  } catch {
    tell("lost");
    await pause(LOST);
  }
  follow();
}

window.addEventListener("resize", () => {
  for (const frame of document.querySelectorAll("main iframe")) {
    if (frame.dataset.width && Number(frame.dataset.width) !== frame.offsetWidth) fit(frame);
  }
});

arrange().then(follow);
