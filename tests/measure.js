// What a reader sees of the document that is open: each piece of text with its colours and its place, each link, each
// picture, the outline. Places are CSS pixels of the window, before any scrolling.
() => {
  const rgba = (css) => { const [r, g, b, a = 1] = css.match(/[\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  // The ground of an element: its own, or laid over that of what surrounds it while it lets that through.
  const grounds = new Map([[null, [255, 255, 255]]]);
  const ground = (element) => {
    if (!grounds.has(element)) {
      const layer = rgba(getComputedStyle(element).backgroundColor);
      grounds.set(element, layer[3] === 1 ? layer.slice(0, 3) : over(layer, ground(element.parentElement)));
    }
    return grounds.get(element);
  };
  const seen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const size = (style) => parseFloat(style.fontSize);
  const serif = (style) => /^("Newsreader Variable"|"Han Marks"|Georgia)/.test(style.fontFamily);
  const placed = (range) => [...range.getClientRects()].filter((rect) => rect.width > 0);
  const lines = (rects) => rects.filter((rect, at) => at === 0 || rect.top >= rects[at - 1].bottom - 1).length;
  const bounds = (rects) => ({
    left: Math.min(...rects.map((rect) => rect.left)),
    right: Math.max(...rects.map((rect) => rect.right)),
    top: Math.min(...rects.map((rect) => rect.top)),
    bottom: Math.max(...rects.map((rect) => rect.bottom)),
    lines: lines(rects),
    extent: rects.reduce((sum, rect) => sum + rect.width, 0),
  });
  const rooms = [...document.body.querySelectorAll("*")].filter((one) => getComputedStyle(one).overflow !== "visible");
  const cut = (element, box) => {
    for (const one of rooms.filter((room) => room.contains(element))) {
      const room = one.getBoundingClientRect();
      if (box.left < room.left - 1 || box.right > room.right + 1) return true;
      if (box.top < room.top - 1 || box.bottom > room.bottom + 1) return true;
    }
    return false;
  };

  const texts = [], names = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement, style = getComputedStyle(element);
    if (!node.data.trim() || !seen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = placed(range);
    const box = rects.length ? bounds(rects) : { left: 0, right: 0, top: 0, bottom: 0, lines: 0, extent: 0 };
    const behind = ground(element);
    const colour = over(rgba(style.color), behind);
    texts.push({
      text: node.data.replace(/\s+/g, " ").trim(), size: size(style), serif: serif(style), mono: /mono/.test(style.fontFamily),
      colour, ground: behind, ...box, cut: cut(element, box), tag: element.tagName.toLowerCase(),
    });
    // Two to four Chinese letters that stand alone are a name; in titles and small lines it has to stay whole.
    if (!element.closest("h1, h2, h3") && serif(style)) continue;
    for (const name of node.data.matchAll(/(?<!\p{Script=Han})\p{Script=Han}{2,4}(?!\p{Script=Han})/gu)) {
      range.setStart(node, name.index);
      range.setEnd(node, name.index + name[0].length);
      names.push({ name: name[0], lines: lines(placed(range)) });
    }
  }

  const links = [...document.querySelectorAll("a[href]")].filter(seen).map((link) => {
    const style = getComputedStyle(link), picture = link.querySelector("img"), box = link.getBoundingClientRect();
    return {
      text: (picture ? picture.alt : link.textContent).replace(/\s+/g, " ").trim(), href: link.getAttribute("href"),
      underlined: style.textDecorationLine.includes("underline"), picture: Boolean(picture),
      filled: rgba(style.backgroundColor)[3] > 0, raised: Boolean(link.closest("sup")),
      alone: Boolean(link.closest("header.site")), left: box.left, right: box.right, width: box.width, height: box.height,
    };
  });

  const pictures = [...document.querySelectorAll("img")].filter(seen).map((image) => {
    const style = getComputedStyle(image), box = image.getBoundingClientRect(), trial = document.createElement("div");
    // The room that the words need: the same words, set alike, as wide as the picture and a broken picture's mark.
    trial.style.cssText = `position:absolute;width:${box.width - 20}px;font:${style.font};letter-spacing:${style.letterSpacing}`;
    trial.textContent = image.alt;
    document.body.append(trial);
    const needed = trial.getBoundingClientRect().height;
    trial.remove();
    const behind = ground(image);
    return {
      alt: image.alt, width: Number(image.getAttribute("width")), height: Number(image.getAttribute("height")),
      loaded: image.naturalWidth > 0, shown_width: box.width, shown_height: box.height, left: box.left, right: box.right,
      needed, size: size(style), line_height: parseFloat(style.lineHeight), colour: over(rgba(style.color), behind),
      ground: behind,
    };
  });

  const root = document.documentElement;
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(seen).map((h) => Number(h.tagName[1]));
  return { width: root.clientWidth, scroll_width: root.scrollWidth, texts, names, links, pictures, levels };
}
