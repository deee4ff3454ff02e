// A network that is followed live, in a real browser: node e2e/live.mjs URL. Who started it makes things happen
// when it is asked to, by lines on stdout ("please fail 12"), and answers with a line on stdin when it has.
// Started by tests/live_check.py.

import readline from "node:readline";
import { chromium } from "playwright-core";

const base = process.argv[2].replace(/\/$/, "");
const kWithin_ms = 2000; // from the LSA's arrival in the log to the map
const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function please(what) {
  console.log(`please ${what}`);
  return (await answers.next()).value;
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const complaints = [];
page.on("pageerror", (e) => complaints.push(e.message));
const map = () => page.evaluate(() => { const a = window.__anemone; return { live: a.live, links: a.links.map((l) => ({ ...l })), nodes: a.nodes.map((n) => ({ ...n })) }; });
const see = (testid) => page.locator(`[data-testid=${testid}]`);
let held = 0;
async function holds(sentence, test, patience_ms = 15000) {
  const begin = Date.now();
  for (let why; ; await new Promise((r) => setTimeout(r, 30))) {
    try { if (await test()) break; why = "it does not"; } catch (error) { why = error.message; }
    if (Date.now() > begin + patience_ms) throw new Error(`${sentence}: ${why}`);
  }
  held++;
  console.log(`ok   ${sentence} (${Date.now() - begin} ms)`);
}
const down = async () => (await map()).links.filter((l) => l.state === "down").length;
const events = () => see("events").locator("[data-testid=event]").count();

try {
  await page.goto(`${base}/`);
  await page.waitForFunction(() => window.__anemone?.links.length > 0);
  await holds("the side says how many routers there are and who listens", async () => (await see("routers").innerText()) === "24" && (await see("vantage").count()) === 2);
  await holds("no load is pretended: no coverage, no lists, a legend that says why", async () => (await see("coverage").count()) === 0 && (await see("tab-links").count()) === 0 && (await see("legend-no-traffic").count()) === 1);
  const first = await map(), before = await down(), listed = await events();
  await please("fail 20");
  await holds("a failed link is down on the map within two seconds", async () => (await down()) === before + 2, kWithin_ms);
  await holds("and in the list of events", async () => (await events()) === listed + 1);
  const places = new Map((await map()).nodes.map((n) => [n.id, n]));
  await holds("nothing has moved", () => first.nodes.every((n) => Math.hypot(places.get(n.id).x - n.x, places.get(n.id).y - n.y) < 0.5));

  await see("event").first().click();
  await holds("a click on the event shows the LSAs that told it, before and after", async () => (await see("event-panel").count()) === 1 && (await see("lsa").count()) >= 2 && (await page.locator(".lsa-gone").count()) >= 1);
  await holds("and goes to its instant, where the link is down", async () => !(await map()).live && (await down()) === before + 2);
  await page.goBack();
  await holds("Back follows the network again", async () => (await map()).live && (await see("event-panel").count()) === 0);

  await please("repair 20");
  await holds("a repaired link is up again within two seconds", async () => (await down()) === before, kWithin_ms);
  const other = (await map()).nodes.length;
  await please("stop 23");
  await holds("a router that is gone stays where it was, marked", async () => (await map()).nodes.length === other && (await down()) > before, kWithin_ms);
  const later = new Map((await map()).nodes.map((n) => [n.id, n]));
  await holds("and still nothing has moved", () => first.nodes.every((n) => Math.hypot(later.get(n.id).x - n.x, later.get(n.id).y - n.y) < 0.5));
  await page.reload();
  await page.waitForFunction(() => window.__anemone?.links.length > 0);
  const inPlace = async () => {
    const reloaded = new Map((await map()).nodes.map((n) => [n.id, n]));
    return first.nodes.every((n) => reloaded.has(n.id) && Math.hypot(reloaded.get(n.id).x - n.x, reloaded.get(n.id).y - n.y) < 2);
  };
  await holds("not even after a reload", inPlace, kWithin_ms);
  await see("window-600").click();
  await holds("the time bar shows another window, and the URL holds it", async () => new URL(page.url()).searchParams.get("window") === "600");
  if (complaints.length) throw new Error(`the page complained: ${complaints.join("; ")}`);
  console.log(`all ${held} held`);
} catch (error) {
  console.log(`FAIL ${error.message}`);
  process.exitCode = 1;
}
await browser.close();
process.exit();
