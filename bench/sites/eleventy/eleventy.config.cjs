// The archive as Eleventy builds it: templates in plain JavaScript, the kind that it runs fastest.
const { appendFileSync } = require("node:fs");

const PAGE = 52;

// Where the bench asks for it, a line for each build: how many milliseconds it took.
function clocked(config, log) {
  let began = 0;
  config.on("eleventy.before", () => {
    began = performance.now();
  });
  config.on("eleventy.after", () => appendFileSync(log, `${performance.now() - began}\n`));
}

const newestFirst = (one, other) => other.data.number - one.data.number;

function grouped(issues, names) {
  const found = new Map();
  for (const issue of issues) {
    for (const name of names(issue)) {
      if (!found.has(name)) found.set(name, []);
      found.get(name).push(issue);
    }
  }
  return [...found].map(([name, of]) => ({ name, of })).sort((one, other) => (one.name < other.name ? -1 : 1));
}

const slug = (name) => name.toLowerCase().replaceAll(" ", "-");

function paged(groups, folder) {
  return groups.flatMap(({ name, of }) => {
    const pages = [];
    for (let start = 0; start < of.length; start += PAGE) {
      const number = start / PAGE + 1;
      const first = `/${folder}/${slug(name)}/`;
      pages.push({ name, rows: of.slice(start, start + PAGE), number, first, more: start + PAGE < of.length });
    }
    return pages;
  });
}

module.exports = (config) => {
  if (process.env.BUILDS) clocked(config, process.env.BUILDS);
  config.addPassthroughCopy("src/images");
  config.addPassthroughCopy("src/assets");
  config.setFreezeReservedData(false);
  const issues = (api) => api.getFilteredByGlob("src/issues/*.html").sort(newestFirst);
  const topics = (api) => grouped(issues(api), (issue) => issue.data.topics);
  const people = (api) => grouped(issues(api), (issue) => issue.data.people);
  config.addCollection("issues", issues);
  config.addCollection("years", (api) => grouped(issues(api), (issue) => [issue.data.day.slice(0, 4)]).reverse());
  config.addCollection("topics", topics);
  config.addCollection("people", people);
  config.addCollection("topicPages", (api) => paged(topics(api), "topics"));
  config.addCollection("personPages", (api) => paged(people(api), "people"));
  return { dir: { input: "src", output: "_site" }, htmlTemplateEngine: false };
};
