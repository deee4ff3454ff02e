// How long a frame of the map takes: node mock/frames.mjs URL [QUERY]
// Full drawings while panning, the motion layer at rest, and frames per second in both.
import { chromium } from "playwright-core";

const [url, query = "at=2026-11-22T10:01:20Z"] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(`${url}/?${query}`);
await page.waitForFunction(() => window.__anemone?.links.some((l) => l.load_bps > 0), null, { timeout: 60000 });
await page.waitForTimeout(3000);

const count = (seconds) => page.evaluate((s) => new Promise((done) => {
  const first = performance.now(), before = window.__anemone.frames.motion_count;
  let n = 0, last = first, worst = 0;
  const frame = (t) => {
    n++;
    worst = Math.max(worst, t - last);
    last = t;
    if (t - first < s * 1000) requestAnimationFrame(frame);
    else done({ fps: n / s, worst_ms: worst, motion_fps: (window.__anemone.frames.motion_count - before) / s });
  };
  requestAnimationFrame(frame);
}), seconds);

const session = await page.context().newCDPSession(page);
await session.send("Performance.enable");
const busy = async () => (await session.send("Performance.getMetrics")).metrics.find((m) => m.name === "TaskDuration").value;

const b0 = await busy();
await page.waitForTimeout(5000); // nothing but the page itself
const rest_busy = (await busy()) - b0;
const rest = await count(5);
const frames = await page.evaluate(() => window.__anemone.frames);
const size = await page.evaluate(() => ({ links: window.__anemone.links.length, nodes: window.__anemone.nodes.length }));

const bases = [];
const pan = (async () => {
  await page.mouse.move(520, 420);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) {
    await page.mouse.move(520 + 80 * Math.sin(i / 6), 420 + 60 * Math.cos(i / 6));
    bases.push(await page.evaluate(() => window.__anemone.frames.base_ms));
  }
  await page.mouse.up();
})();
const panning = await count(3);
await pan;
bases.sort((a, b) => a - b);
const say = (x) => x.toFixed(1);
console.log(`${size.nodes} nodes, ${size.links} directed links`);
console.log(`at rest:  motion layer ${say(frames.motion_ms)} ms a frame, ${frames.dots} dots, ${say(rest.motion_fps)} motion frames/s, page ${say(rest.fps)} fps, main thread busy ${Math.round((rest_busy / 5) * 100)}%`);
console.log(`panning:  page ${say(panning.fps)} fps, worst gap ${say(panning.worst_ms)} ms; a full drawing takes ${say(bases[bases.length >> 1])} ms (median)`);
await browser.close();
