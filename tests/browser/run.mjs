// Usage: run.mjs UNECHO DESK HOSTILE.json. Prints a line a test and the measured times.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [unecho, desk, hostileFile] = process.argv.slice(2);
const require = createRequire(path.join(desk, "x.js"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");
const work = path.join(desk, "work");
fs.rmSync(work, { recursive: true, force: true });
fs.mkdirSync(work, { recursive: true });
process.chdir(work);
for (const name of Object.keys(process.env)) if (name.startsWith("UNECHO_")) delete process.env[name];

const run = (...args) => execFileSync(unecho, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
const write = (name, text) => {
  fs.mkdirSync(path.dirname(name), { recursive: true });
  fs.writeFileSync(name, text);
};
const read = (name) => fs.readFileSync(name, "utf8");

// Articles: a restated paragraph, a caption over its body, an exact copy, a look-alike.
const said = (n) => `Captain Ines Falk of boat ${n} said on Friday that the new engine had passed every trial, and that tickets were on sale.`;
const again = (n) => `Captain Ines Falk of boat ${n} said Friday that the new engine has passed every trial, and that tickets were on sale.`;
const article = (n) => [
  `The ferry number ${n} to Oldmoor Island will run again from Monday, two months after its engine failed.`,
  said(n),
  `About ${n}00 people live on the island in the summer, and most of them work on the mainland during the week.`,
  again(n),
  "The council of the mainland town has promised to pay for a second boat within three years, if the county agrees.",
  `About ${n}50 people live on the island in the summer, and most of them work on the mainland during the week.`,
  "The council of the mainland town has promised to pay for a second boat within three years, if the county agrees.",
].join("\n\n") + "\n";
for (let n = 1; n <= 12; n++) write(`in/${n}.txt`, article(n));
run("clean", "in", "-o", "out", "--report", "report.html");

// Milliseconds that a busy machine may take for any one thing.
const patience = 180000;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Containers have little shared memory.
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
  timeout: patience,
});
let passed = 0;
let failed = 0;
const test = async (name, body) => {
  try {
    const note = await body();
    passed++;
    console.log(`ok ${name}${note ? ": " + note : ""}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}\n${error.stack}`);
  }
};

// A page that must load nothing but itself, and complain of nothing.
const opened = async (file, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => !/^(file|blob|data):/.test(request.url()) && wrong.push(request.url()));
  page.on("dialog", (dialog) => wrong.push("dialog " + dialog.message()));
  await page.goto(pathToFileURL(path.resolve(file)).href);
  if (options.javaScriptEnabled !== false) await page.waitForFunction(() => document.documentElement.dataset.ready === "1");
  return { page, context, wrong };
};
const shown = (page) => page.textContent("#shown");
const title = (page) => page.textContent("#card h2");
const barriers = async (page) => {
  await page.evaluate(read(axe));
  const result = await page.evaluate(() => axe.run());
  return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).slice(0, 2).join(" ")}`);
};

await test("loads, and shows the figures", async () => {
  const { page, context, wrong } = await opened("report.html");
  // The same council paragraph in 12 articles is one card.
  assert.match(await page.textContent("#summary"), /^24 removals, 0 to review, \d+ look-alikes kept; equal pairs are one card/);
  assert.equal(await shown(page), "1 of 13 shown, 24 open");
  assert.match(await page.textContent("#card"), /Removed: ¶\d/);
  assert.equal(await page.locator("#card del, #card ins").count() > 0, true);
  await page.click("#figures summary");
  assert.equal(await page.locator("#kinds li").count(), 2);
  assert.equal(await page.locator("#files li").count(), 12);
  await page.screenshot({ path: path.join(desk, "light.png") });
  assert.deepEqual(wrong, []);
  await context.close();
});

await test("filters, orders, samples", async () => {
  const { page, context } = await opened("report.html");
  await page.fill("#text", "boat 7 ");
  assert.equal(await shown(page), "1 of 1 shown, 24 open");
  await page.fill("#text", "");
  await page.selectOption("#kind", "exact");
  assert.equal(await shown(page), "1 of 1 shown, 24 open");
  assert.match(await page.textContent("#card"), /The same two texts 12 times/);
  assert.equal(await page.inputValue("#scope"), "pair");
  await page.selectOption("#kind", "");
  await page.selectOption("#verdict", "keep");
  assert.match(await page.textContent("#card .instead"), /^kept: \d+50 → \d+00|^kept: \d+00 → \d+50/);
  await page.click("#reset");
  await page.selectOption("#verdict", "remove");
  await page.fill("#sample", "5");
  const first = await page.locator(".row bdi").allTextContents();
  await page.fill("#seed", "2");
  const other = await page.locator(".row bdi").allTextContents();
  await page.fill("#seed", "1");
  assert.deepEqual(await page.locator(".row bdi").allTextContents(), first);
  assert.notDeepEqual(other, first);
  await page.focus("#list");
  for (const key of "aaar") await page.keyboard.press(key);
  assert.match(await page.textContent("#rate"), /4 judged, 1 wrong\. Error rate 25\.0 %, 95 % interval 4\.6 % to 69\.9 %/);
  await context.close();
});

await test("every key does what the help says; decisions survive a reload, are exported and hold on the command line", async () => {
  const { page, context, wrong } = await opened("report.html");
  await page.selectOption("#order", "position");
  await page.focus("#list");
  const press = async (keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press("j");
  assert.match(await shown(page), /^2 of 13/);
  await press("k");
  assert.match(await shown(page), /^1 of 13/);
  await press("?");
  assert.equal(await page.locator("#help").getAttribute("open"), "");
  assert.deepEqual(await barriers(page), []);
  await page.keyboard.press("Escape");
  await press("t");
  assert.equal(await page.locator("#card .around").count() >= 3, true);
  await press("t");
  await press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "text");
  await page.keyboard.press("Escape");
  // Card 1 accepted, 2 (the equal pairs) restored, 3 swapped, 4 unsure, 5 accepted and taken back.
  await press("arwua");
  assert.match(await shown(page), /^6 of 13/);
  await press("z");
  assert.match(await shown(page), /^5 of 13/);
  assert.match(await page.textContent("#card .state"), /not decided/);
  await press("kkkk");
  assert.match(await page.textContent("#card .state"), /accepted/);
  await press("n");
  assert.match(await shown(page), /^5 of 13/);
  await page.uncheck("#keys");
  await page.focus("#list");
  await press("a");
  assert.match(await shown(page), /^5 of 13/);
  // On a busy machine the next page can be there before the browser has passed on what the last one stored.
  const stored = await page.evaluate(() => JSON.stringify(localStorage));
  await page.reload();
  await page.waitForFunction((stored) => JSON.stringify(localStorage) === stored, stored);
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset.ready === "1");
  await page.selectOption("#order", "position");
  await page.selectOption("#choice", "restore");
  assert.match(await shown(page), /^1 of 1 shown/);
  await page.selectOption("#choice", "");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-key=e]")]);
  await download.saveAs("decisions.jsonl");
  assert.deepEqual(wrong, []);
  await context.close();
  const lines = read("decisions.jsonl").trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.verdict), ["accept", "restore", "swap", "unsure", "accept", "open"]);
  run("clean", "in", "-o", "decided", "--decisions", "decisions.jsonl", "--stats", "stats.json");
  const { decisions } = JSON.parse(read("stats.json"));
  assert.deepEqual(decisions, { applied: 14, new: 10, moot: 0, stale: 0, conflicting: 0, elsewhere: 0 });
  const twice = (name) => read(name).split("The council of the mainland town").length - 1;
  for (let n = 1; n <= 12; n++) assert.equal(twice(`decided/${n}.txt`), 2, "the pair is restored everywhere");
  const name = lines[2].doc;
  const n = Number(path.parse(name).name);
  assert.equal(read(`decided/${name}`).includes(again(n)), true);
  assert.equal(read(`decided/${name}`).includes(said(n)), false);
  // A report of a run under decisions knows them.
  run("clean", "in", "-o", "decided", "--decisions", "decisions.jsonl", "--report", "known.html");
  const known = await opened("known.html");
  await known.page.selectOption("#choice", "swap");
  assert.match(await shown(known.page), /^1 of 1 shown/);
  await known.page.selectOption("#choice", "");
  await known.page.setInputFiles("#import", "decisions.jsonl");
  await known.page.waitForFunction(() => /lines read/.test(document.getElementById("live").textContent));
  await known.context.close();
});

await test("no barriers, in light and dark and on a narrow screen", async () => {
  for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { viewport: { width: 400, height: 800 } }, { forcedColors: "active" }]) {
    const { page, context } = await opened("report.html", options);
    await page.click("#figures summary");
    await page.focus("#list");
    await page.keyboard.press("t");
    assert.deepEqual(await barriers(page), [], JSON.stringify(options));
    if (options.colorScheme === "dark") await page.screenshot({ path: path.join(desk, "dark.png") });
    if (options.viewport) {
      await page.screenshot({ path: path.join(desk, "narrow.png"), fullPage: true });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "it does not scroll sideways");
    }
    await context.close();
  }
});

await test("without scripts it is a plain list; on paper, too", async () => {
  const { page, context } = await opened("report.html", { javaScriptEnabled: false });
  assert.equal(await page.locator("noscript li").count() > 13, true);
  assert.equal(await page.locator("#app").isVisible(), false);
  await context.close();
  const paper = await opened("report.html");
  await paper.page.emulateMedia({ media: "print" });
  await paper.page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await paper.page.locator("#paper article").count(), 13);
  await paper.context.close();
});

await test("20 hostile articles leave it inert", async () => {
  const payloads = JSON.parse(read(hostileFile));
  assert.equal(payloads.length, 20);
  payloads.forEach((payload, n) => {
    const echo = `Captain Ines Falk said on Friday that the new engine had passed every trial, and that tickets were on sale at the harbour office ${payload} for the whole of the summer. About 800 people live on the island, she said, and most of them work on the mainland during the week, where rents are high and boats are few.`;
    write(`hostile/${n}.txt`, `The ferry to Oldmoor Island will run again from Monday.\n\n${echo}\n\nAbout 800 people.\n\n${echo}\n`);
  });
  write("hostile/<img src=x onerror=window.__pwned=1>.txt", article(3));
  run("clean", "hostile", "-o", "hostile-out", "--report", "hostile.html");
  const bytes = read("hostile.html");
  // eslint-disable-next-line no-control-regex
  assert.equal(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(bytes), false);
  assert.equal(bytes.split("<script").length - 1, 2);
  assert.equal(bytes.split("</script").length - 1, 2);
  for (const options of [{}, { javaScriptEnabled: false }]) {
    const { page, context, wrong } = await opened("hostile.html", options);
    const url = page.url();
    if (options.javaScriptEnabled !== false) {
      await page.focus("#list");
      for (let n = 0; n < 25; n++) {
        await page.keyboard.press("j");
        assert.equal(await page.evaluate(() => window.__pwned), undefined);
      }
      const foreign = await page.evaluate(() => document.querySelectorAll("#app img, #app svg, #app iframe, #app a, #app style, #app meta, #app script").length);
      assert.equal(foreign, 0);
      assert.equal(await page.evaluate(() => ({}).polluted), undefined);
    } else {
      assert.equal(await page.locator("img, iframe, svg").count(), 0);
    }
    await page.waitForTimeout(300);
    assert.equal(page.url(), url);
    assert.deepEqual(wrong, []);
    await context.close();
  }
});

await test("10,000 removals are usable, and more go into shards", async () => {
  const big = [];
  for (let n = 1; n <= 10100; n++) {
    const text = [`A line of its own, number ${n}, about nothing in particular but the sea.`, said(n), "Between them stands a line that nobody says again, not even in the harbour.", again(n)].join("\n\n");
    big.push(JSON.stringify({ id: `news/${n}`, text }));
  }
  write("big.jsonl", big.join("\n") + "\n");
  run("clean", "big.jsonl", "-o", "big-out.jsonl", "--report", "big.html");
  assert.match(read("big.html"), /10100 removals[^<]*on 2 pages/);
  assert.match(read("big.html"), /<a href="big-1\.html">/);
  const size = (fs.statSync("big-1.html").size / 1e6).toFixed(1);
  const start = performance.now();
  const { page, context, wrong } = await opened("big-1.html");
  const ready = performance.now() - start;
  const inside = await page.evaluate(() => performance.now());
  assert.equal(await shown(page), "1 of 10000 shown, 10000 open");
  const steps = await page.evaluate(() => {
    const times = [];
    for (let n = 0; n < 200; n++) {
      const from = performance.now();
      const target = document.getElementById("list");
      target.dispatchEvent(new KeyboardEvent("keydown", { key: n % 4 ? "j" : "a", bubbles: true }));
      void document.body.offsetHeight;
      times.push(performance.now() - from);
    }
    return times.sort((a, b) => a - b);
  });
  const filter = await page.evaluate(() => {
    const from = performance.now();
    const field = document.getElementById("text");
    field.value = "boat 99";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    void document.body.offsetHeight;
    return performance.now() - from;
  });
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  assert.deepEqual(wrong, []);
  await context.close();
  const text = `${size} MB, interactive after ${ready.toFixed(0)} ms (page clock ${inside.toFixed(0)} ms), next card ${steps[100].toFixed(1)} ms (median), ${steps[199].toFixed(1)} ms (most), filter ${filter.toFixed(0)} ms, ${nodes} nodes`;
  // Targets are 1.5 s and 50 ms; a busy machine may take many times that.
  assert.equal(ready < 10000 && steps[100] < 300 && nodes < 1000, true, text);
  return text;
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
