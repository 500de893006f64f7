const { NAME, SITE, whole } = require("./_includes/frame.cjs");

exports.data = { permalink: "feed.json", eleventyExcludeFromCollections: true, eleventyImport: { collections: ["issues"] } };
exports.render = ({ collections }) =>
  JSON.stringify({
    version: "https://jsonfeed.org/version/1.1",
    title: NAME,
    home_page_url: `${SITE}/`,
    feed_url: `${SITE}/feed.json`,
    items: collections.issues.slice(0, 20).map((issue) => ({
      id: SITE + issue.url,
      url: SITE + issue.url,
      title: issue.data.title,
      summary: issue.data.description,
      date_published: issue.date.toISOString(),
      content_html: whole(issue.content),
    })),
  });
