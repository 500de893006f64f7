const { frame, rows } = require("./_includes/frame.cjs");

exports.data = {
  pagination: { data: "collections.years", size: 1, alias: "year" },
  permalink: ({ year }) => `issues/${year.name}/index.html`,
};
exports.render = ({ year, page }) =>
  frame({ title: year.name, url: page.url }, `<h1>${year.name}</h1>\n${rows(year.of)}`);
