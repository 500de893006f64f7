// What stands around every page.
const SITE = "https://archive.example.org";
const NAME = "Bench Weekly";
const ABOUT = "Prepared every week to be measured.";
const slug = (name) => name.toLowerCase().replaceAll(" ", "-");
const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const e = (text) => String(text).replace(/[&<>"']/g, (mark) => MARKS[mark]);
const day = (text, options) => new Date(`${text}T13:00:00Z`).toLocaleDateString("en-GB", { timeZone: "UTC", ...options });
const MONTHS = "January February March April May June July August September October November December".split(" ");
const short = (text) => `${Number(text.slice(8))} ${MONTHS[Number(text.slice(5, 7)) - 1]}`;

function frame({ title, description = "", url, kind = "website" }, main) {
  return `<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'">
<title>${e(title)} · ${NAME}</title>
<meta name="description" content="${e(description)}">
<link rel="canonical" href="${SITE}${url}">
<link rel="stylesheet" href="/assets/site.css">
<link rel="alternate" type="application/rss+xml" title="${NAME} (RSS)" href="/feed.xml">
<link rel="alternate" type="application/atom+xml" title="${NAME} (Atom)" href="/atom.xml">
<link rel="alternate" type="application/feed+json" title="${NAME} (JSON)" href="/feed.json">
<meta property="og:title" content="${e(title)}">
<meta property="og:type" content="${kind}">
<meta property="og:url" content="${SITE}${url}">
<meta property="og:site_name" content="${NAME}">
<meta property="og:description" content="${e(description)}">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header class="site">
<p class="name"><a href="/">${NAME}</a></p>
<nav aria-label="Site">
<ul>
<li><a href="/issues/">Issues</a></li>
<li><a href="/topics/">Topics</a></li>
<li><a href="/people/">People</a></li>
<li><a href="/numbers/">Numbers</a></li>
<li><a href="/about/">About</a></li>
<li><a href="/search/">Search</a></li>
</ul>
</nav>
</header>
<main id="content">
${main}
</main>
<footer class="site">
<p>${ABOUT}</p>
<p>1 Measuring Lane, Stopwatch</p>
<ul>
<li><a href="/about/">About</a></li>
<li><a href="/privacy/">Privacy</a></li>
<li><a href="/feed.xml">Feed</a></li>
</ul>
</footer>
</body>
</html>
`;
}

const row = ({ url, data }) => `<li>
<p class="when"><time datetime="${data.day}">${short(data.day)}</time> <span>No. ${data.number}</span></p>
<div>
<h3><a href="${url}">${e(data.title)}</a></h3>
<p>${e(data.description)}</p>
</div>
<p class="n"><b>${data.figure}</b> ${e(data.caption)}</p>
</li>`;

function rows(issues) {
  const years = new Map();
  for (const issue of issues) {
    const year = issue.data.day.slice(0, 4);
    if (!years.has(year)) years.set(year, []);
    years.get(year).push(issue);
  }
  return [...years]
    .map(([year, of]) => `<section class="year">
<h2 class="label">${year}</h2>
<ol class="issues">
${of.map(row).join("\n")}
</ol>
</section>`)
    .join("\n");
}

const counted = (title, groups, folder) => `<h1>${title}</h1>
<ul class="counted">
${groups.map(({ name, of }) => `<li><a href="/${folder}/${slug(name)}/">${e(name)}</a> <span>${of.length} issues</span></li>`).join("\n")}
</ul>`;

const whole = (html) => html.replaceAll('src="/images/', `src="${SITE}/images/`);

module.exports = { SITE, NAME, ABOUT, slug, e, day, short, frame, row, rows, counted, whole };
