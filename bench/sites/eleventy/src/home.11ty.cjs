const { ABOUT, NAME, day, e, frame, rows } = require("./_includes/frame.cjs");

exports.data = { permalink: "index.html", eleventyImport: { collections: ["issues", "years"] } };
exports.render = ({ collections, page }) => {
  const [newest, ...others] = collections.issues;
  const { data, url } = newest;
  const long = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  return frame({ title: NAME, description: ABOUT, url: page.url }, `<section class="newest">
<p class="label"><span>Latest</span> · <span>No. ${data.number}</span> · <time datetime="${data.day}">${day(data.day, long)}</time></p>
<h2><a href="${url}">${e(data.title)}</a></h2>
<p class="standfirst">${e(data.description)}</p>
<p class="loud"><b>${data.figure}</b> <span>${e(data.caption)}</span></p>
</section>
<ul class="by-year">
${collections.years.map(({ name, of }) => `<li><a href="/issues/${name}/">${name}</a> ${of.length}</li>`).join("\n")}
</ul>
${rows(others.slice(0, 52))}`);
};
