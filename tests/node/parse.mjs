// Reads a JSON list of base64 messages from standard input; writes what postal-mime makes of each.
import PostalMime from "postal-mime";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const messages = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const parsed = [];
for (const message of messages) {
  const mail = await PostalMime.parse(Buffer.from(message, "base64"));
  parsed.push({
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    messageId: mail.messageId,
    date: mail.date,
    text: mail.text,
    html: mail.html,
    headers: mail.headers,
  });
}
process.stdout.write(JSON.stringify(parsed));
