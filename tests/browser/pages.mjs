// What Chromium shows of HTML pages before and after cleaning: nothing but the removed paragraphs is missing.
//
//   pages.mjs UNECHO DESK FOLDER [PAGES [SEED]]
//
// Cleans every page of FOLDER by itself, and, so that many more paragraphs go, a copy of each as a later article that
// says all of it again. Of both it holds: cleaned bytes are a subsequence of the page's, the log gives the page back,
// and the browser's text (textContent and innerText, no scripts, no network) lacks exactly the removed paragraphs, as
// the browser reads them by themselves, while the elements that show more than text are all there. The browser looks
// at PAGES changed pages of each kind (default 30), drawn by SEED; 0 is all. Prints figures only, no text of a page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [unecho, desk, given, most = "30", seed = "1"] = process.argv.slice(2);
const folder = path.resolve(given);
const require = createRequire(path.join(desk, "x.js"));
const { chromium } = require("playwright-core");
const work = path.join(desk, "pages");
fs.rmSync(work, { recursive: true, force: true });
fs.mkdirSync(work, { recursive: true });
process.chdir(work);
for (const name of Object.keys(process.env)) if (name.startsWith("UNECHO_")) delete process.env[name];
const run = (...args) => execFileSync(unecho, args, { stdio: ["ignore", "ignore", "pipe"], maxBuffer: 1e9 });

// Pages by themselves, and each as the later one of two that are equal.
fs.cpSync(folder, "again/1", { recursive: true });
fs.cpSync(folder, "again/2", { recursive: true });
const kinds = [
  { name: "by themselves", input: folder, output: "alone-out", log: "alone.log", flags: [], of: () => true },
  { name: "said again", input: "again", output: "again-out", log: "again.log", flags: ["--across", "repeats", "--one-site", "--force"], of: (doc) => doc.startsWith("2/") },
];

const bare = (text) => text.replace(/\s+/gu, "");

// True if `cleaned` is `source` without the strings `gone`, each once, in this order. `optional` ones may be missing
// from both.
const without = (source, cleaned, gone, optional) => {
  const failed = new Set();
  const from = (at, to, next) => {
    const key = `${at} ${to} ${next}`;
    if (failed.has(key)) return false;
    let same = 0;
    while (at + same < source.length && source[at + same] === cleaned[to + same]) same++;
    if (next === gone.length) return at + same === source.length && to + same === cleaned.length;
    // Latest first: most often the texts part where the paragraph stood.
    for (let p = source.lastIndexOf(gone[next], at + same); p >= at; p = p > 0 ? source.lastIndexOf(gone[next], p - 1) : -1) {
      if (from(p + gone[next].length, to + p - at, next + 1)) return true;
    }
    if (optional[next] && from(at, to, next + 1)) return true;
    failed.add(key);
    return false;
  };
  return from(0, 0, 0);
};

// mulberry32
const random = (state) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const drawn = (list) => {
  const next = random(Number(seed));
  const keyed = list.map((item) => [next(), item]).sort((a, b) => a[0] - b[0]);
  return (most === "0" ? keyed : keyed.slice(0, Number(most))).map(([, item]) => item);
};

const subsequence = (part, whole) => {
  let at = 0;
  for (let i = 0; i < whole.length && at < part.length; i++) if (whole[i] === part[at]) at++;
  return at === part.length;
};

// Milliseconds that a busy machine may take for any one thing.
const patience = 180000;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Containers have little shared memory.
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
  timeout: patience,
});
const context = await browser.newContext({ javaScriptEnabled: false, offline: true });
context.setDefaultTimeout(patience);
// The only thing that is loaded.
let served = {};
await context.route("**", (route) => (route.request().url() === "http://page.invalid/" ? route.fulfill(served) : route.abort()));
const page = await context.newPage();
const seen = async (file, charset) => {
  served = { body: fs.readFileSync(file), contentType: `text/html; charset=${charset}` };
  await page.goto("http://page.invalid/", { waitUntil: "domcontentloaded" });
  return page.evaluate(() => ({
    content: document.body.textContent,
    inner: document.body.innerText,
    // What shows more than its text, and what is never taken along.
    things: [...document.querySelectorAll("img,picture,video,audio,iframe,table,form,input,button,script,style,h1,nav,svg")].map((e) => e.localName).join(" "),
  }));
};
// What the browser makes of paragraphs alone. Their end tags may be outside.
const alone = async (sources) => {
  await page.goto("about:blank");
  return page.evaluate((list) => list.map((source) => {
    document.body.innerHTML = source;
    return { content: document.body.textContent, inner: document.body.innerText };
  }), sources);
};

let wrong = 0;
const bad = (what) => {
  wrong++;
  console.log(`FAILED ${what}`);
};
for (const { name, input, output, log, flags, of } of kinds) {
  run("clean", input, "-o", output, "--log", log, "-q", ...flags);
  run("restore", "--log", log, output, "-o", `${output}-back`);
  const docs = new Map();
  const charsets = new Map();
  for (const line of fs.readFileSync(log, "utf8").split("\n")) {
    const entry = line ? JSON.parse(line) : {};
    if (entry.type === "error") bad(`${name}: ${entry.doc}: ${entry.message}`);
    if (entry.type === "doc" && of(entry.doc)) docs.set(entry.doc, []);
    // The browser reads the page as it was read here, whatever its label says.
    if (entry.type === "doc") charsets.set(entry.doc, entry.encoding ?? "utf-8");
    if (entry.type !== "finding" || entry.verdict !== "remove" || !of(entry.doc)) continue;
    const text = Buffer.from(entry.text);
    docs.get(entry.doc).push(text.subarray(entry.span[0] - entry.cut[0], entry.span[1] - entry.cut[0]).toString());
  }
  for (const doc of docs.keys()) {
    const source = fs.readFileSync(path.join(input, doc));
    if (!subsequence(fs.readFileSync(path.join(output, doc)), source)) bad(`${name}: ${doc}: not a subsequence`);
    if (!source.equals(fs.readFileSync(path.join(`${output}-back`, doc)))) bad(`${name}: ${doc}: not given back`);
  }
  const changed = [...docs].filter(([, gone]) => gone.length);
  const looked = drawn(changed);
  let paragraphs = 0;
  let shown = 0;
  for (const [doc, gone] of looked) {
    const before = await seen(path.join(input, doc), charsets.get(doc));
    const after = await seen(path.join(output, doc), charsets.get(doc));
    const texts = await alone(gone);
    paragraphs += texts.length;
    const contents = texts.map((text) => bare(text.content));
    if (!without(bare(before.content), bare(after.content), contents, contents.map(() => false))) bad(`${name}: ${doc}: textContent`);
    // Style sheets show text in capitals and hide some.
    const low = (text) => bare(text).toLowerCase();
    const inner = texts.map((text) => low(text.inner));
    if (!without(low(before.inner), low(after.inner), inner, inner.map(() => true))) bad(`${name}: ${doc}: innerText`);
    shown += inner.filter((text) => low(before.inner).includes(text)).length;
    if (before.things !== after.things) bad(`${name}: ${doc}: elements`);
  }
  assert.equal(docs.size > 0, true, "no pages");
  console.log(`${name}: ${docs.size} pages read, restored; ${changed.length} changed; Chromium looked at ${looked.length} of these: ${paragraphs} paragraphs went, ${shown} of them shown`);
}
await browser.close();
console.log(wrong ? `${wrong} wrong` : "nothing else is missing");
process.exit(wrong ? 1 : 0);
