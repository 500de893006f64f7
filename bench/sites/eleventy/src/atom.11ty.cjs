const { NAME, SITE, e, whole } = require("./_includes/frame.cjs");

exports.data = { permalink: "atom.xml", eleventyExcludeFromCollections: true, eleventyImport: { collections: ["issues"] } };
exports.render = ({ collections }) => `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>${NAME}</title>
<id>${SITE}/</id>
<link href="${SITE}/atom.xml" rel="self"/>
<link href="${SITE}/"/>
<updated>${collections.issues[0].date.toISOString()}</updated>
${collections.issues.slice(0, 20).map((issue) => `<entry>
<title>${e(issue.data.title)}</title>
<id>${SITE}${issue.url}</id>
<link href="${SITE}${issue.url}"/>
<updated>${issue.date.toISOString()}</updated>
<summary>${e(issue.data.description)}</summary>
<content type="html">${e(whole(issue.content))}</content>
</entry>`).join("\n")}
</feed>
`;
