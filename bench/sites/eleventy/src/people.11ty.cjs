const { counted, frame } = require("./_includes/frame.cjs");

exports.data = { permalink: "people/index.html", eleventyImport: { collections: ["people"] } };
exports.render = ({ collections, page }) =>
  frame({ title: "People", url: page.url }, counted("People", collections.people, "people"));
