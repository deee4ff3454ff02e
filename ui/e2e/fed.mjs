// A server that agents report to, in a real browser: node e2e/fed.mjs URL [--shots DIR]. Who started it makes things
// happen when it is asked to, by lines on stdout ("please rate 40"), and answers with a line on stdin when they are
// with the server. Started by tests/fed_check.py, which draws the network.

import readline from "node:readline";
import { parseArgs } from "node:util";
import { holds, launch, listen, map_of, run } from "./harness.mjs";

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { shots: { type: "string" } } });
const base = positionals[0].replace(/\/$/, "");
const kWithin_ms = 2000; // from the upload's acknowledgement, or the LSA's arrival, to the map
const kBin_ms = 10_000;
const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function please(what) {
  console.log(`please ${what}`);
  return (await answers.next()).value;
}

const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const complaints = [];
listen(page, complaints);
const see = (testid) => page.locator(`[data-testid=${testid}]`);
const load = async (from, to) => (await map_of(page)).links.find((l) => l.from === from && l.to === to)?.load_bps ?? null;
const api = async (path) => (await fetch(`${base}/api/v1/${path}`)).json();
const shot = (name) => options.shots && page.screenshot({ path: `${options.shots}/${name}.png` });

async function follows() {
  await page.goto(`${base}/`);
  await page.waitForFunction(() => window.__anemone?.links.length === 8);
  await holds("what the agent reports is on its way through the network", async () => (await load("r1", "r2")) > 1e6 && (await load("r2", "r3")) > 1e6 && (await load("r1", "r4")) === 0);
  await holds("the bin that is filling is marked open", async () => (await see("open-bin").count()) === 1);
  await holds("the agent that is behind is named", async () => (await see("late-agent").allInnerTexts()).join() === "h4");
  const before = await load("r1", "r2");
  await please("rate 40");
  await holds("a load that rises is on the map within two seconds of its upload", async () => (await load("r1", "r2")) > before + 3e6, kWithin_ms);
  await holds("and comes to what is sent, bin after bin", async () => Math.abs((await load("r1", "r2")) - 40e6) < 1e6, 40000);
  await shot("fed-rise");
}

let failed = 0; // when the link did, ms
async function moves() {
  failed = Date.now();
  await please("fail 0");
  await holds("a link that fails is down within two seconds, and its load is on the other way", async () => {
    const now = await map_of(page);
    return now.links.find((l) => l.from === "r1" && l.to === "r2").state === "down" && (await load("r1", "r4")) > 30e6 && (await load("r4", "r3")) > 30e6;
  }, kWithin_ms);
  await shot("fed-failed");
  await see("event").first().waitFor();
  await holds("with its event in the list", async () => /r1-r2|r2-r1|r1.*r2/.test((await see("event").allInnerTexts()).join()));
  await please("repair 0");
  await holds("and back on its way within two seconds of the repair", async () => (await load("r1", "r2")) > 30e6 && (await load("r1", "r4")) < 1e6, kWithin_ms);
}

async function whose() {
  await page.goto(`${base}/?link=${encodeURIComponent((await map_of(page)).links.find((l) => l.from === "r1" && l.to === "r2").id)}`);
  await holds("a link says which process and user sends over it", async () => /nginx/.test(await see("link-processes").innerText()) && /www-data/.test(await see("link-users").innerText()));
  await holds("and what is lost on the way: a tenth", async () => /(9\.\d|10)%|10\.\d%/.test(await see("loss-pair").first().innerText()), 15000);
  await page.keyboard.press("Escape");
  for (const [tab, name] of [["processes", "nginx"], ["users", "www-data"]]) {
    await see(`tab-${tab}`).click();
    await holds(`and the largest ${tab} are listed`, async () => (await page.locator(".top .row").first().innerText()).includes(name));
  }
}

async function corrected() {
  // The whole bin before the failure: complete, since who is late is no longer waited for.
  const bin = Math.floor(failed / kBin_ms - 1) * kBin_ms;
  await page.goto(`${base}/?at=${new Date(bin).toISOString()}`);
  await holds("a bin of the past has nothing of the agent that is late", async () => (await load("r1", "r2")) > 1e6 && (await load("r4", "r3")) < 1e6 && !(await map_of(page)).live);
  const before = await load("r1", "r2");
  await please(`correct ${bin / 1000}`);
  await holds("when it has caught up, the bin that is looked at is drawn anew within two seconds", async () => Math.abs((await load("r4", "r3")) - 16e6) < 0.5e6, kWithin_ms);
  await holds("and nothing else in it has changed", async () => Math.abs((await load("r1", "r2")) - before) < 1);
  await shot("fed-corrected");
}

async function uncertain() {
  const at = new Date(failed).toISOString();
  const id = (await map_of(page)).links.find((l) => l.from === "r1" && l.to === "r4").id;
  await page.goto(`${base}/?at=${at}&link=${encodeURIComponent(id)}`);
  await holds("in the bin with the failure, part of the load is on either way, and how much is uncertain is said", async () => {
    const [there, instead] = [await load("r1", "r2"), await load("r1", "r4")];
    return there > 1e6 && instead > 1e6 && Number(await see("link-uncertain").getAttribute("data-value")) > 0;
  });
  await shot("fed-uncertain");
}

// What the server can be asked beyond, as far as it can.
async function more() {
  const paths = (await api("openapi.json")).paths;
  await page.goto(`${base}/`);
  await page.waitForFunction(() => window.__anemone?.links.some((l) => l.load_bps > 0));
  if (paths["/api/v1/coverage"]) {
    await page.keyboard.press("c");
    await holds("the coverage page has the server's numbers", async () => (await see("coverage-page").count()) === 1 && !/cannot be shown/.test(await see("coverage-page").innerText()) && /of [\d,]+ that could be/.test(await see("coverage-page").innerText()));
    await shot("fed-coverage");
    await page.keyboard.press("c");
  }
  if (paths["/api/v1/bound"]) await holds("the map says how good today's routing is", async () => /Today's routing/.test(await see("routing-gap").innerText()));
  if (paths["/api/v1/whatif"]) {
    await page.goto(`${base}/?page=whatif&scenario=${encodeURIComponent("fail link r1 r2")}`);
    await holds("a scenario is run on what is measured: the load would be on the other way", async () => (await load("r1", "r4")) > 1e6 && (await see("verdict").count()) === 1, 30000);
    await holds("and every link that changes is listed", async () => (await see("outcome").locator("tbody tr").count()) >= 4);
    await shot("fed-whatif");
    await see("scenario").locator("textarea").fill("fail link r1 r2\nfail link r1 nobody");
    await see("scenario-run").click();
    await holds("what it refuses is told with its line", async () => (await see("scenario-error").getAttribute("data-line")) === "2" && (await see("error-mark").count()) === 1);
  }
}

await run([follows, moves, whose, corrected, uncertain, more], complaints, () => browser.close());
