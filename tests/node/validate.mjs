// Reads a JSON object {html, off} from standard input: a document, and rules of html-validate that are switched off.
// Writes what the other recommended rules find in it: [{rule, line, column, message}]. Where {pages} stands in the place
// of {html}, several documents by name: {name: [...]}.
import { HtmlValidate } from "html-validate";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { html, pages, off } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const rules = Object.fromEntries(off.map((rule) => [rule, "off"]));
const validator = new HtmlValidate({ root: true, extends: ["html-validate:recommended"], rules });

async function faults(document) {
  const report = await validator.validateString(document);
  const found = report.results.flatMap(({ messages }) => messages);
  return found.map(({ ruleId, line, column, message }) => ({ rule: ruleId, line, column, message }));
}

async function faultsByName() {
  const named = Object.entries(pages).map(async ([name, document]) => [name, await faults(document)]);
  return Object.fromEntries(await Promise.all(named));
}

process.stdout.write(JSON.stringify(pages ? await faultsByName() : await faults(html)));
