const { ABOUT, NAME, SITE, e, whole } = require("./_includes/frame.cjs");

exports.data = { permalink: "feed.xml", eleventyExcludeFromCollections: true, eleventyImport: { collections: ["issues"] } };
exports.render = ({ collections }) => `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>${NAME}</title>
<link>${SITE}/</link>
<description>${ABOUT}</description>
<atom:link href="${SITE}/feed.xml" rel="self" type="application/rss+xml"/>
${collections.issues.slice(0, 20).map((issue) => `<item>
<title>${e(issue.data.title)}</title>
<link>${SITE}${issue.url}</link>
<guid>${SITE}${issue.url}</guid>
<pubDate>${issue.date.toUTCString()}</pubDate>
<description>${e(issue.data.description)}</description>
<content:encoded>${e(whole(issue.content))}</content:encoded>
</item>`).join("\n")}
</channel>
</rss>
`;
