const { e, frame, short } = require("./_includes/frame.cjs");

exports.data = {
  pagination: { data: "collections.years", size: 1, alias: "year" },
  permalink: ({ year }) => `numbers/${year.name}/index.html`,
};
exports.render = ({ year, page }) =>
  frame({ title: `Numbers of ${year.name}`, url: page.url }, `<h1>Numbers of ${year.name}</h1>
<ul class="numbers">
${year.of.map(({ url, data }) => `<li><b>${data.figure}</b> ${e(data.caption)} <a href="${url}">${e(data.title)}</a> <time datetime="${data.day}">${short(data.day)}</time></li>`).join("\n")}
</ul>`);
