// What the map shows, as it comes to show it: node e2e/shift.mjs URL TOKEN_FILE. A line on stdout for each time that a load on the
// map has become another: {"at": Unix seconds, "links": {id: bit/s}}. Until stdin ends. Started by lab/matrix.

import fs from "node:fs";
import { chromium } from "playwright-core";
import { kBrowser } from "./harness.mjs";

const [url, token] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: kBrowser });
const context = await browser.newContext({
  viewport: { width: 800, height: 600 },
  ignoreHTTPSErrors: true,
  httpCredentials: { username: "lab", password: fs.readFileSync(token, "utf8").trim() },
});
const page = await context.newPage();
page.on("pageerror", (error) => console.error(error.message));
await page.exposeFunction("tell", (line) => console.log(line));
await page.goto(url);
await page.waitForFunction(() => window.__anemone?.links.length > 0);
await page.evaluate(() => {
  let last = "";
  setInterval(() => {
    const links = JSON.stringify(Object.fromEntries(window.__anemone.links.map((link) => [link.id, link.load_bps ?? 0])));
    if (links === last) return;
    last = links;
    window.tell(`{"at":${Date.now() / 1000},"links":${links}}`);
  }, 50);
});
process.stdin.resume();
process.stdin.on("end", async () => {
  await browser.close();
  process.exit();
});
