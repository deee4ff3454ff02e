// A server that is told interface counters, in a real browser: node e2e/counters.mjs URL [--shots DIR]. Half of its hosts
// are taken as not instrumented. Started by tests/counters_browser_check.py.

import { parseArgs } from "node:util";
import { holds, launch, listen, run } from "./harness.mjs";

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { shots: { type: "string" } } });
const base = positionals[0].replace(/\/$/, "");
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const complaints = [];
listen(page, complaints);
const see = (testid) => page.locator(`[data-testid=${testid}]`);
const api = async (path) => (await fetch(`${base}/api/v1/${path}`)).json();
const number = async (testid) => Number(await see(testid).first().getAttribute("data-value"));
const shot = (name) => options.shots && page.screenshot({ path: `${options.shots}/${name}.png` });

const bins = (await api("series")).bins;
const at = bins[Math.floor(bins.length / 2)].from;
const load = await api(`load?at=${at}&instrumented=0.5`);
const link = load.links.reduce((most, l) => (l.residual_bps > most.residual_bps ? l : most));

async function a_link() {
  await page.goto(`${base}/?at=${encodeURIComponent(at)}&instrumented=0.5&link=${encodeURIComponent(link.id)}`);
  await holds("a link shows its counter, and what of it nobody explains", async () => (await number("link-counter")) === link.counter_bps && (await number("link-residual")) === link.residual_bps);
  await holds("and that its estimate is what the counter says", async () => Math.abs((await number("link-estimate")) / link.counter_bps - 1) < 0.01);
  await shot("counters-link");
}

async function over_time() {
  const first = (await api("coverage?instrumented=0.5")).links[0];
  await page.goto(`${base}/?page=coverage&instrumented=0.5`);
  await holds("the links whose counters have most that nobody explains are ranked", async () => (await see("residual-link").count()) > 5);
  await see("residual-link").first().scrollIntoViewIfNeeded();
  await shot("counters-coverage");
  await holds("the largest first", async () => {
    const [from, to] = first.id.split(":")[0].split(">");
    const text = await see("residual-link").first().innerText();
    return text.includes(from) && text.includes(to);
  });
  await see("residual-link").first().scrollIntoViewIfNeeded();

}

await run([a_link, over_time], complaints, () => browser.close());
