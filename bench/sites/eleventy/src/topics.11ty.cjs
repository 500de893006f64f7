const { counted, frame } = require("./_includes/frame.cjs");

exports.data = { permalink: "topics/index.html", eleventyImport: { collections: ["topics"] } };
exports.render = ({ collections, page }) =>
  frame({ title: "Topics", url: page.url }, counted("Topics", collections.topics, "topics"));
