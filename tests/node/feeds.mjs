// Reads a JSON object {rss, atom, json} of feeds as text from standard input; writes what feedsmith makes of each.
// It throws where one is not what it is called.
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from "feedsmith";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { rss, atom, json } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
process.stdout.write(JSON.stringify({ rss: parseRssFeed(rss), atom: parseAtomFeed(atom), json: parseJsonFeed(json) }));
