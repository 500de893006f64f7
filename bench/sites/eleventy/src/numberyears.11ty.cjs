const { counted, frame } = require("./_includes/frame.cjs");

exports.data = { permalink: "numbers/index.html", eleventyImport: { collections: ["years"] } };
exports.render = ({ collections, page }) =>
  frame({ title: "Numbers", url: page.url }, counted("Numbers", collections.years, "numbers"));
