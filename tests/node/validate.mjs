// Reads a JSON object {html, off} from standard input: a document, and rules of html-validate that are switched off.
// Writes what the other recommended rules find in it: [{rule, line, column, message}].
import { HtmlValidate } from "html-validate";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { html, off } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const rules = Object.fromEntries(off.map((rule) => [rule, "off"]));
const validator = new HtmlValidate({ root: true, extends: ["html-validate:recommended"], rules });
const report = await validator.validateString(html);
const found = report.results.flatMap(({ messages }) => messages);
process.stdout.write(
  JSON.stringify(found.map(({ ruleId, line, column, message }) => ({ rule: ruleId, line, column, message }))),
);
