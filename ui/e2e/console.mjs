// The console's own behaviour, against the mock: playing, keys, search, tables, dragging, losing the
// server and coming back, a phone. Starts the mock itself:  node e2e/console.mjs [--chromium PATH]
//
// What it finds on the screen is made up; that real numbers are right is demo.mjs's business.

import { parseArgs } from "node:util";
import { holds, launch, listen, map_of, Mock, run, url_of } from "./harness.mjs";

const { values: options } = parseArgs({ options: { chromium: { type: "string", default: "/usr/bin/chromium" } } });
const mock = new Mock();
await mock.start("--done");
const browser = await launch(options.chromium);
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ["clipboard-read", "clipboard-write"] });
const page = await context.newPage();
const complaints = [];
listen(page, complaints);

const map = () => map_of(page);
const url = (name) => url_of(page, name);
const see = (testid) => page.locator(`[data-testid=${testid}]`);
const open = async (query) => { await page.goto(`${mock.base}/${query}`); await page.waitForFunction(() => window.__anemone?.links.some((l) => l.load_bps > 0)); };
const node_at = async (id) => (await map()).nodes.find((n) => n.id === id);

async function time() {
  await open("?at=2026-11-22T10:01:20Z");
  await page.keyboard.press("ArrowRight");
  await holds("the right arrow goes one bin on", async () => (await map()).at === "2026-11-22T10:01:30Z");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await holds("the left arrow goes back by bins", async () => (await map()).at === "2026-11-22T10:01:10Z");
  await page.keyboard.press("Shift+ArrowRight");
  await holds("shift and an arrow go to the next event, and the link is down there", async () => (await map()).links.filter((l) => l.state === "down").length === 2);
  await holds("the bin says that the network changed in it", async () => (await see("shown-time").innerText()).includes("network changed"));
  await see("speed-60").click();
  await see("play").click();
  await holds("played at 60x, time passes by itself", async () => Date.parse((await map()).at) >= Date.parse("2026-11-22T10:02:20Z"));
  await page.keyboard.press(" ");
  await holds("space pauses", async () => (await see("play").getAttribute("data-playing")) === "false");
  await page.waitForTimeout(500); // the last answer may still be on its way
  const stood = (await map()).at;
  await page.waitForTimeout(700);
  await holds("paused, time stands", async () => (await map()).at === stood);
  await page.keyboard.press(" ");
  await holds("at the end of the recording playing stops on the last bin", async () => (await map()).at === "2026-11-22T10:03:50Z" && (await see("play").getAttribute("data-playing")) === "false");
  const box = await see("track").boundingBox();
  await page.mouse.click(box.x + box.width * 0.52, box.y + 30);
  await holds("a click on the time bar goes there", async () => (await map()).at === "2026-11-22T10:02:00Z");
  await page.mouse.move(box.x + box.width * 0.52, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.1, box.y + 30, { steps: 8 });
  await page.mouse.up();
  await holds("the playhead can be dragged", async () => (await map()).at === "2026-11-22T10:00:20Z");
  await page.keyboard.press("l");
  await holds("l follows the newest bin", async () => (await map()).live && url("at") === null);
}

async function finding() {
  await open("?at=2026-11-22T10:01:20Z");
  await page.keyboard.press("/");
  await page.keyboard.type("leaf2 core");
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await see("search").fill("dist3 border2");
  await page.keyboard.press("Enter");
  await holds("/ finds a link by its ends", async () => (url("link") ?? "").startsWith("dist3>border2"));
  await page.keyboard.press("/");
  await see("search").fill("10.20.1.10");
  await page.keyboard.press("Enter");
  await holds("/ finds a host by its address", async () => url("node") === "web1" && (await see("node-panel").innerText()).includes("10.20.1.10"));
  await page.goBack();
  await holds("Back returns to what was selected before", async () => (url("link") ?? "").startsWith("dist3>border2") && (await see("link-panel").count()) === 1);
  await page.keyboard.press("Escape");
  await holds("escape closes it", async () => (await see("link-panel").count()) === 0);
  await page.keyboard.press("?");
  await holds("? opens the help", async () => see("help").isVisible());
  await page.keyboard.press("Escape");
  await holds("escape closes the help", async () => (await see("help").count()) === 0);
}

async function tables() {
  await page.keyboard.press("t");
  await holds("t shows the map as a table, every directed link a row", async () => (await see("table-twin").locator("tbody tr").count()) === 48);
  await see("table-twin").locator("[data-testid=copy-csv]").click();
  await holds("the table copies as CSV with whole numbers", async () => {
    const lines = (await page.evaluate(() => navigator.clipboard.readText())).trim().split("\r\n");
    return lines.length === 49 && lines[0].startsWith("from,to,load") && /,\d{6,}\.?\d*,/.test(lines[1]);
  });
  await page.keyboard.press("t");
  await holds("t again shows the map", async () => (await see("map-canvas").count()) === 1);
  for (const tab of ["hosts", "apps", "demands"]) {
    await see(`tab-${tab}`).click();
    await holds(`the tab ${tab} lists rows`, async () => url("tab") === tab && (await page.locator(".top .row").count()) > 2);
  }
}

async function ways() {
  await open("?at=2026-11-22T10:02:20Z&tab=demands");
  await see("top-demand").first().click();
  await holds("a demand opens the way it takes, link by link", async () => url("demand") !== null && (await see("demand-panel").locator(".row").count()) > 0);
  await page.keyboard.press("Escape");
  await holds("escape closes that too", async () => url("demand") === null && (await see("demand-panel").count()) === 0);
}

async function hands() {
  await open("?at=2026-11-22T10:01:20Z");
  const from = await node_at("dist1"), other = await node_at("leaf2");
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 90, from.y + 60, { steps: 5 });
  await page.mouse.up();
  const near = (n, x, y) => Math.hypot(n.x - x, n.y - y) < 3;
  await holds("a router can be dragged", async () => near(await node_at("dist1"), from.x + 90, from.y + 60));
  await holds("the others stay", async () => near(await node_at("leaf2"), other.x, other.y));
  const kept = await page.evaluate(() => window.localStorage.getItem("anemone.places.campus (mock)"));
  if (!kept?.includes("dist1")) throw new Error("the place is not kept");
  await page.reload();
  await page.waitForFunction(() => window.__anemone?.links.some((l) => l.load_bps > 0));
  await holds("and is there after a reload", async () => near(await node_at("dist1"), from.x + 90, from.y + 60));
  await page.getByText("Restore places").click();
  await holds("it can be put back", async () => near(await node_at("dist1"), from.x, from.y));
  const before = await map();
  const distance = (m) => { const a = m.nodes.find((n) => n.id === "core1"), b = m.nodes.find((n) => n.id === "core4"); return Math.hypot(a.x - b.x, a.y - b.y); };
  await page.mouse.move(520, 420);
  await page.mouse.wheel(0, -600);
  await holds("the wheel zooms, and the URL holds it", async () => distance(await map()) > distance(before) * 1.5 && url("view") !== null);
  await page.mouse.move(520, 420);
  await page.keyboard.press("f");
  await holds("f fits the network again", async () => Math.abs(distance(await map()) - distance(before)) < 1 && url("view") === null);
  const router = await node_at("border2");
  await page.mouse.click(router.x, router.y);
  await holds("a click on a router opens it", async () => url("node") === "border2" && (await see("node-panel").innerText()).includes("area border router"));
}

async function beginning() {
  await mock.restart("--begin", "0", "--speed", "4");
  await page.goto(`${mock.base}/`);
  await holds("before the first bin the page says what it waits for", async () => (await see("notice-loading").innerText()).includes("first bin"));
  await holds("then the map appears by itself", async () => (await map()).links.some((l) => l.load_bps > 0) && (await see("notice-loading").count()) === 0);
  await see("speed-60").click();
  await holds("while following, the speed is the replay's", async () => (await see("watermark").innerText()).includes("60x"));
  await see("play").click();
  await holds("pausing holds the picture while the replay goes on", async () => url("at") !== null && (await see("live").getAttribute("aria-pressed")) === "false");
  await mock.restart("--done");
}

async function loss() {
  await open("");
  await mock.stop();
  await holds("without the server the page says so, with the age", async () => /lost \d+ s ago/.test(await see("connection-lost").innerText()));
  await holds("and keeps the last picture, greyed", async () => (await page.locator(".page[data-stale=true]").count()) === 1 && (await map()).links.length === 48);
  await mock.start("--done");
  await holds("it comes back by itself", async () => (await see("connection-lost").count()) === 0 && (await page.locator(".page[data-stale=false]").count()) === 1);
}

async function phone() {
  const small = await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: "reduce" });
  await small.goto(`${mock.base}/?at=2026-11-22T10:02:20Z`);
  await small.waitForFunction(() => window.__anemone?.links.some((l) => l.load_bps > 0));
  await small.waitForTimeout(500);
  await holds("on a phone nothing is wider than the screen", () => small.evaluate(() => document.documentElement.scrollWidth <= 390 && [...document.querySelectorAll(".controls > *, .head > *")].every((e) => e.getBoundingClientRect().right <= 391)));
  await holds("under reduced motion no dot moves", () => small.evaluate(() => window.__anemone.frames.motion_count === 0));
  const link = await small.evaluate(() => [...window.__anemone.links].filter((l) => l.state === "up").sort((a, b) => b.load_bps - a.load_bps)[0]);
  await small.touchscreen.tap(link.x, link.y);
  await holds("a tap on a link opens its panel", async () => (await small.locator("[data-testid=link-panel][data-link]").getAttribute("data-link")) === link.id);
  await small.close();
}

await run([time, finding, tables, ways, hands, beginning, loss, phone], complaints, async () => {
  await browser.close();
  await mock.stop();
});
