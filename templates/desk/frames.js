"use strict";
// Frames that show a document: each as high as it, so that the sheet it lies on scrolls, and a new one takes the place
// of the old one without a flicker. What is here is shared by the preview and by the desk.

const PAINTED = 100; // ms in which a new frame lies on the old one, until it has been painted
const PATIENCE = 30000; // ms for a frame to load; then it is shown as it is

function pause(time) {
  return new Promise((resolve) => setTimeout(resolve, time));
}

// What happens first: the event, or the end of our patience.
function heard(target, name, matches = () => true) {
  return new Promise((resolve) => {
    const end = (event) => {
      if (event && !matches(event)) return;
      target.removeEventListener(name, end);
      clearTimeout(timer);
      resolve(event);
    };
    const timer = setTimeout(end, PATIENCE);
    target.addEventListener(name, end);
  });
}

// Gives a frame the height of its document. No script runs in the frame itself, so a twin of it, unseen, is asked; it
// tells how far down these words begin as well, in pixels; null where they do not stand there.
async function fit(frame, words = "") {
  const twin = document.createElement("iframe");
  twin.className = "probe";
  twin.setAttribute("sandbox", "allow-scripts");
  twin.setAttribute("aria-hidden", "true");
  twin.tabIndex = -1;
  const width = frame.offsetWidth;
  twin.style.width = `${width}px`;
  twin.src = `${frame.src}&measure#${encodeURIComponent(words)}`;
  const told = heard(window, "message", (event) => (
    event.source === twin.contentWindow && Math.abs(event.data.width - width) <= 1
  ));
  document.body.append(twin);
  const { height, top } = (await told)?.data ?? {};
  twin.remove();
  if (height) frame.style.setProperty("--height", `${height}px`);
  frame.dataset.width = width;
  return top ?? null;
}

async function swap(old, next) {
  const fresh = document.importNode(next);
  fresh.classList.add("coming");
  fresh.style.setProperty("--height", old.style.getPropertyValue("--height")); // until we know its own
  const loaded = heard(fresh, "load");
  old.after(fresh);
  await loaded;
  fresh.classList.remove("coming");
  await pause(PAINTED);
  old.remove();
  await fit(fresh);
}
