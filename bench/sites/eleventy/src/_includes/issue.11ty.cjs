const { day, e, frame, slug } = require("./frame.cjs");

const links = (label, names, folder) => `<section class="aside">
<h2 class="label">${label}</h2>
<ul class="inline">
${names.map((name) => `<li><a href="/${folder}/${slug(name)}/">${e(name)}</a></li>`).join("\n")}
</ul>
</section>`;

const turn = (rel, label, issue) =>
  issue ? `<a rel="${rel}" href="${issue.url}"><span>${label}</span> <b>${e(issue.data.title)}</b></a>` : "";

exports.render = (data) => {
  const issues = data.collections.issues;
  const at = issues.length ? issues[0].data.number - data.number : 0;
  return frame({ title: data.title, description: data.description, url: data.page.url, kind: "article" }, `<div data-pagefind-body data-pagefind-meta="number:${data.number}, date:${data.day}">
${data.content}
</div>
${links("Topics", data.topics, "topics")}
${links("People", data.people, "people")}
<nav class="turn" aria-label="Other issues">
${turn("prev", "Previous", issues[at + 1])}
${turn("next", "Next", issues[at - 1])}
</nav>`);
};
