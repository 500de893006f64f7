const { counted, frame } = require("./_includes/frame.cjs");

exports.data = { permalink: "issues/index.html", eleventyImport: { collections: ["years"] } };
exports.render = ({ collections, page }) =>
  frame({ title: "Issues", url: page.url }, counted("Issues", collections.years, "issues"));
