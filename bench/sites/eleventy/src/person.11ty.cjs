const { e, frame, rows } = require("./_includes/frame.cjs");

exports.data = {
  pagination: { data: "collections.personPages", size: 1, alias: "part" },
  permalink: ({ part }) => `${part.first.slice(1)}${part.number > 1 ? `older/${part.number}/` : ""}index.html`,
};
exports.render = ({ part, page }) =>
  frame({ title: part.name, url: page.url }, `<h1>${e(part.name)}</h1>
${rows(part.rows)}
${part.more ? `<a href="${part.first}older/${part.number + 1}/">Older</a>` : ""}`);
