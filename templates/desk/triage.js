// Triage by keys, and an item beside the list without a new page. Everything here is done by links and forms as well.
const list = document.getElementById("stories");
const beside = document.getElementById("beside");
const isWide = matchMedia("(min-width: 60.01rem)");
let moving = null; // the place in the list that is chosen once an answer has come
let asking = 0;

const places = () => [...list.children];
const storyOf = (place) => place?.querySelector(".story:not(.decided)");
const chosen = () => list.querySelector(".story.on");

// The place in the list after this one, or before it, that still holds a story.
function neighbour(place, step) {
  const all = places();
  for (let at = all.indexOf(place) + step; all[at]; at += step) if (storyOf(all[at])) return all[at];
  return null;
}

function choose(place, link) {
  const story = storyOf(place);
  if (!story) return;
  for (const other of list.querySelectorAll(".story.on")) other.classList.remove("on");
  story.classList.add("on");
  const first = link ?? story.querySelector(".pick");
  first.focus({ preventScroll: true });
  story.scrollIntoView({ block: "nearest" });
  if (isWide.matches) show(first);
}

// Only the last of several quick steps is asked for.
async function show(link) {
  const mine = ++asking;
  await new Promise((go) => setTimeout(go, 80));
  if (mine !== asking) return;
  const answer = await fetch(link.dataset.beside + location.search, { headers: { "HX-Request": "true" } });
  const text = await answer.text();
  if (mine !== asking || !answer.ok) return;
  beside.innerHTML = text;
  beside.parentElement.scrollTop = 0;
}

function press(key) {
  const place = chosen()?.parentElement;
  place?.querySelector(`.decide [data-key="${key}"], .done [data-key="${key}"]`)?.click();
}

const KEYS = {
  j: () => choose(chosen() ? neighbour(chosen().parentElement, 1) : places().find(storyOf)),
  k: () => choose(chosen() ? neighbour(chosen().parentElement, -1) : places().find(storyOf)),
  y: () => press("y"),
  h: () => press("h"),
  u: () => {
    const undo = [...list.querySelectorAll(".done [data-key]")].at(-1);
    const own = chosen()?.querySelector('[data-key="u"]');
    (own ?? list.lastUndo?.querySelector("[data-key]") ?? undo)?.click();
  },
  x: () => {
    const reject = chosen()?.querySelector(".reject");
    if (!reject) return;
    reject.open = true;
    reject.querySelector("select, input:not([type=hidden])").focus();
  },
  o: () => chosen()?.querySelector(".original")?.click(),
  b: () => chosen()?.querySelector(".blurb")?.click(),
  i: () => chosen()?.querySelector(".whole")?.click(),
  "/": () => document.querySelector(".search input[type=search]").focus(),
  "?": () => {
    const keys = document.getElementById("keys");
    keys.open = !keys.open;
    if (keys.open) keys.querySelector("summary").focus();
  },
};

// Keys can be turned off (WCAG 2.1.4): those who speak to their machine would press them with every word.
const isOn = document.getElementById("keys-on");
document.getElementById("keys-switch").hidden = false;
isOn.checked = localStorage.getItem("triage-keys") !== "off";
isOn.addEventListener("change", () => localStorage.setItem("triage-keys", isOn.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const reject = event.target.closest?.(".reject");
    if (reject) {
      reject.open = false;
      reject.querySelector("summary").focus();
    } else if (event.target.matches?.("input[type=search]")) event.target.blur();
    return;
  }
  if (!isOn.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches?.("input, textarea, select")) return;
  const does = KEYS[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// A click on a title of the list shows its item beside it, where there is room for that.
list.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-beside]");
  if (!link || !isWide.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(link.closest("li[id]"), link);
});

// What is decided in the list moves the choice on; what takes it back returns to it.
list.addEventListener("submit", (event) => {
  const place = event.target.closest("li[id]");
  const isBack = event.submitter?.value === "new";
  moving = { place, to: isBack ? place : neighbour(place, 1) ?? neighbour(place, -1) };
}, true);

// A story of one item is decided on beside the list as well: its own form does it.
beside.addEventListener("submit", (event) => {
  const story = chosen();
  const own = story?.querySelector(".decide input[name=items]");
  const key = event.submitter?.dataset.key;
  const button = key && story?.querySelector(`.decide [data-key="${key}"]`);
  if (!button || own.value !== event.target.querySelector("input[name=items]").value) return;
  event.preventDefault();
  button.click();
}, true);

new MutationObserver(() => {
  if (!moving) return;
  const { place, to } = moving;
  moving = null;
  if (storyOf(place)?.querySelector("[aria-invalid]")) {
    storyOf(place).querySelector("[aria-invalid]").focus();
    return;
  }
  list.lastUndo = place.querySelector(".done");
  if (storyOf(place) && to !== place) storyOf(place).classList.remove("on");
  if (to) choose(to);
  else document.getElementById("next-page")?.focus();
}).observe(list, { childList: true, subtree: true });
