const { SITE } = require("./_includes/frame.cjs");

exports.data = { permalink: "sitemap.xml", eleventyExcludeFromCollections: true, eleventyImport: { collections: ["all"] } };
exports.render = ({ collections }) => `<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${collections.all.map((page) => `<url><loc>${SITE}${page.url}</loc><lastmod>${page.date.toISOString().slice(0, 10)}</lastmod></url>`).join("\n")}
</urlset>
`;
