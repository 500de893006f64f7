// Reads a JSON object {record: {name, strings}, messages: [base64]} from standard input; no DNS is asked but this record.
// Writes what mailauth, following the RFCs to the letter, says of the signatures of each: [[{result, comment, warnings}]].
import { dkimVerify } from "mailauth/lib/dkim/verify.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { record, messages } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const resolver = async (name, type) => {
  if (name === record.name && type === "TXT") return [record.strings];
  throw Object.assign(new Error(`no ${type} of ${name}`), { code: "ENOTFOUND" });
};
const verdicts = [];
for (const message of messages) {
  const { results } = await dkimVerify(Buffer.from(message, "base64"), { resolver, strict: true });
  verdicts.push(results.map(({ status }) => ({ ...status, header: undefined, policy: undefined })));
}
process.stdout.write(JSON.stringify(verdicts));
