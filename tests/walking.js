// What a page of the desk has to hold wherever a walk comes to: [what is wrong with it, its ground, the texts of its
// plots with their colours]. tests/walking.py reads it.
(phone) => {
  const TARGETS = "a[href], button, summary, select, input:not([type=hidden]), textarea, .tabs label";
  const wrong = [];
  const named = (one) => `${one.tagName.toLowerCase()} “${(one.innerText || one.ariaLabel || one.name || one.className).slice(0, 50)}”`;
  const isSeen = (one) => {
    const box = one.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  };
  const colour = (words) => words.match(/[\d.]+/g).map(Number);
  const groundOf = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const found = getComputedStyle(at).backgroundColor;
      const parts = colour(found);
      if (found !== "transparent" && (parts.length < 4 || parts[3] > 0)) return parts;
    }
    return [255, 255, 255];
  };

  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) wrong.push(`${headings} headings of the first level`);
  if (document.scrollingElement.scrollWidth > innerWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
    wrong.push(`wider than the window: ${wide.slice(0, 3).map(named).join(", ") || document.scrollingElement.scrollWidth}`);
  }

  // Where a finger presses: what is a target, as large as what is pressed with it; a box with its label is one.
  const place = (one) => (one.type === "checkbox" || one.type === "radio" ? one.labels[0] ?? one : one).getBoundingClientRect();
  const isSmall = ({ width, height }) => Math.round(width) < 24 || Math.round(height) < 24;
  const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  const isFree = (box, other) => {
    const [x, y] = middle(box);
    if (isSmall(other)) return Math.hypot(x - middle(other)[0], y - middle(other)[1]) >= 24;
    const away = [Math.max(other.left - x, 0, x - other.right), Math.max(other.top - y, 0, y - other.bottom)];
    return Math.hypot(...away) >= 12;
  };
  const inSentence = (one) => {
    if (getComputedStyle(one).display !== "inline") return false;
    let block = one.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    const links = [...block.querySelectorAll("a, button, summary")].map((link) => link.innerText).join("");
    return block.innerText.replace(/[\s·]/g, "").length > links.replace(/[\s·]/g, "").length;
  };
  if (phone) {
    const all = [...document.querySelectorAll(TARGETS)].filter(isSeen);
    for (const one of all) {
      const box = place(one);
      if (!isSmall(box) || inSentence(one)) continue;
      const near = all.find((other) => other !== one && !one.contains(other) && !other.contains(one) && !isFree(box, place(other)));
      if (near || !one.matches("a")) {
        wrong.push(`too small to be pressed: ${named(one)}, ${Math.round(box.width)} by ${Math.round(box.height)}${near ? `, beside ${named(near)}` : ""}`);
      }
    }
  }

  const texts = [];
  for (const plot of document.querySelectorAll("svg.plot")) {
    const around = plot.closest("figure.plotted") ?? plot.closest("section");
    if (!around?.querySelector("details table tbody tr")) wrong.push("a plot without its figures as a table");
    if (!plot.querySelector("title")?.textContent && !plot.ariaLabel) wrong.push("a plot without a name");
    for (const text of plot.querySelectorAll("text")) {
      if (isSeen(text)) texts.push([text.textContent, colour(getComputedStyle(text).fill), groundOf(plot)]);
    }
  }
  return [wrong, groundOf(document.body), texts];
}
