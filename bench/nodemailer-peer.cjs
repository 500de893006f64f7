// Sends the newsletter with nodemailer's pool: node nodemailer-peer.cjs LETTER PORT COUNT CONNECTIONS [KEY].
// With KEY each message is signed by nodemailer's own DKIM. Prints seconds and CPU of the sending.
const { readFileSync } = require("node:fs");
const nodemailer = require("../tests/node/node_modules/nodemailer");

const [path, port, count, connections, key] = process.argv.slice(2);
const letter = JSON.parse(readFileSync(path, "utf8"));
const dkim = key && { domainName: letter.domain, keySelector: letter.selector, privateKey: readFileSync(key, "utf8") };
const transporter = nodemailer.createTransport({
  host: "127.0.0.1",
  port: Number(port),
  ignoreTLS: true,
  pool: true,
  maxConnections: Number(connections),
  maxMessages: Infinity,
  ...(dkim ? { dkim } : {}),
});

const safe = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
const filled = (pieces, values) =>
  pieces.map((piece) => (typeof piece === "string" ? piece : values[piece.slot])).join("");

function mail(number) {
  const values = {
    greeting: `Dear Reader ${number},`,
    unsubscribe_url: `https://${letter.domain}/u/${number}`,
    preferences_url: `https://${letter.domain}/p/${number}`,
  };
  const escaped = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, safe(value)]));
  return {
    envelope: { from: letter.bounces, to: `reader-${number}@example.org` },
    from: { name: letter.from[0], address: letter.from[1] },
    to: `reader-${number}@example.org`,
    replyTo: letter.reply_to,
    subject: letter.subject,
    text: filled(letter.text, values),
    html: filled(letter.html, escaped),
    headers: {
      ...letter.headers,
      "List-Unsubscribe": `<${values.unsubscribe_url}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
  };
}

const began = process.hrtime.bigint();
const before = process.cpuUsage();
let next = 0;
let done = 0;

function finished() {
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const used = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ seconds, cpu: (used.user + used.system) / 1e6 }));
  transporter.close();
}

// As its manual has it for many messages: whenever the pool has room, the next ones are made.
function fill() {
  while (transporter.isIdle() && next < Number(count)) {
    transporter.sendMail(mail(next++), (error) => {
      if (error) throw error;
      done += 1;
      if (done === Number(count)) finished();
    });
  }
}

transporter.on("idle", fill);
fill();
