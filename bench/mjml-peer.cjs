// Renders the MJML of each line of input, a JSON string, and answers with the seconds that the rendering took.
const mjml2html = require("../tests/node/node_modules/mjml");

require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const skeleton = JSON.parse(line);
  const start = process.hrtime.bigint();
  mjml2html(skeleton, { validationLevel: "skip", fonts: {} });
  process.stdout.write(`${Number(process.hrtime.bigint() - start) / 1e9}\n`);
});
