// What a newer server adds, against the mock: estimates beside what was counted, open bins and late agents, the
// coverage page, processes and users, losses, scenarios; networks too large to read at once, and very small ones.
// Starts the mock itself:  node e2e/newer.mjs [--chromium PATH]
//
// What it finds on the screen is made up; what a server says must be shown as it was said, nothing more.

import { parseArgs } from "node:util";
import { holds, launch, listen, map_of, Mock, run, url_of } from "./harness.mjs";

const { values: options } = parseArgs({ options: { chromium: { type: "string", default: "/usr/bin/chromium" } } });
const mock = new Mock();
await mock.start("--newer", "--done", "--share", "0.4");
const browser = await launch(options.chromium);
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ["clipboard-read", "clipboard-write"] });
const page = await context.newPage();
const complaints = [];
listen(page, complaints);

const map = () => map_of(page);
const url = (name) => url_of(page, name);
const see = (testid) => page.locator(`[data-testid=${testid}]`);
const number = async (testid) => Number(await see(testid).getAttribute("data-value"));
const loaded = () => page.waitForFunction(() => window.__anemone?.links.some((l) => l.load_bps > 0));
const open = async (query) => { await page.goto(`${mock.base}/${query}`); await loaded(); };
const api = async (path) => (await fetch(`${mock.base}/api/v1/${path}`)).json();
const kAt = "at=2026-11-22T10:02:20Z";

async function estimates() {
  await open(`?${kAt}`);
  const load = await api(`load?${kAt}`);
  await holds("the first screen says how many addresses are instrumented, of those that could be", async () =>
    (await see("addresses").getAttribute("data-instrumented")) === String(load.coverage.addresses.instrumented) && (await see("addresses").getAttribute("data-could")) === String(load.coverage.addresses.could));
  const link = load.links.filter((l) => l.counter_bps !== null && l.estimate.bps > l.load_bps * 1.2).sort((a, b) => b.load_bps - a.load_bps)[0];
  await open(`?${kAt}&link=${link.id}`);
  await holds("a link shows what was counted, what is estimated, what its interface counted, and the rest", async () =>
    (await number("link-seen")) === link.load_bps && (await number("link-estimate")) === link.estimate.bps && (await number("link-counter")) === link.counter_bps && (await number("link-residual")) === link.residual_bps);
  await holds("an estimate wears a tilde and its interval", async () => /~[^~]* – .*90%/s.test(await see("link-numbers").innerText()));
  await holds("where the network changed in the bin, how much is uncertain is said", async () => {
    await open(`?at=2026-11-22T10:01:44.2Z&link=${link.id}`);
    return (await number("link-uncertain")) > 0;
  });
  for (const list of ["link-apps", "link-processes", "link-users", "link-hosts", "link-demands", "losses"]) await holds(`its ${list} are listed`, async () => (await see(list).locator(".row").count()) > 0);
  await page.keyboard.press("t");
  await see("twin-link-processes").click();
  const said = (await api(`link?id=${encodeURIComponent(link.id)}&at=2026-11-22T10:01:44.2Z`)).processes;
  await holds("and are tables, too, every one of them", async () => (await see("table-twin").locator("tbody tr").count()) === said.length);
  await see("twin-losses").click();
  await holds("so are losses", async () => (await see("table-twin").locator("tbody tr").count()) === 30);
  await page.keyboard.press("t");
  for (const tab of ["processes", "users"]) {
    await page.keyboard.press("Escape");
    await see(`tab-${tab}`).click();
    await holds(`the largest ${tab} are listed`, async () => (await page.locator(".top .row").count()) > 2);
  }
}

async function coverage() {
  await open(`?${kAt}`);
  await page.keyboard.press("c");
  const said = await api("coverage?n=20");
  await holds("c opens the coverage page, hosts in the server's order", async () => (await see("next-host").count()) === said.hosts.length && (await see("next-host").first().innerText()).includes(said.hosts[0].name));
  await holds("with the links where counters count more", async () => (await see("residual-link").count()) > 0);
  await holds("and the error with fewer hosts, where a whole is known", async () => (await see("trial").locator("path.c-error").getAttribute("d"))?.split("L").length === 11);
  await see("span-7d").click();
  await holds("over another span of time, which the URL holds", async () => url("span") === "7 d");
  await see("next-host").first().click();
  await holds("a host of the ranking is shown where it is", async () => url("page") === null && (await see("node-panel").getAttribute("data-node")) === said.hosts[0].router);
}

async function filling() {
  await mock.restart("--live", "--share", "0.6");
  await page.goto(`${mock.base}/`);
  await loaded();
  await holds("a bin that is still filling is followed, and says who has reported", async () => /open, \d+ of \d+ agents have reported/.test(await see("open-bin").innerText()) && (await see("open-mark").count()) === 1);
  await holds("with the time up to which all is complete", async () => /Complete up to \d\d:\d\d:\d\d/.test(await see("watermark").innerText()));
  const before = await map();
  await holds("its loads move within two seconds", async () => {
    const now = new Map((await map()).links.map((l) => [l.id, l.load_bps]));
    return before.links.some((l) => Math.abs(now.get(l.id) - l.load_bps) > 0.02 * l.load_bps + 1);
  }, 2000);
  await holds("who is late is named", async () => (await see("late-agent").allInnerTexts()).includes("pc4"));
  await see("late-agent").first().click();
  await holds("and a click shows the host and since when", async () => /Its agent is late/.test(await see("node-panel").innerText()));
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowLeft");
  await holds("a step back is a complete bin, and no longer open", async () => url("at") !== null && (await see("open-mark").count()) === 0);
  await page.keyboard.press("l");
  await holds("l follows the open bin again", async () => (await see("open-mark").count()) === 1);
}

// A scenario, from the map's link to what it comes to; errors where they are; two beside each other.
async function whatif() {
  await mock.restart("--newer", "--done");
  const at = "at=2026-11-22T10:01:20Z";
  await open(`?${at}`);
  const load = await api(`load?${at}`);
  const said = await api(`bound?${at}`);
  await holds("the map says how much more today's routing needs than it must", async () => Math.abs((await number("routing-gap")) - (said.utilization / said.bound - 1)) < 1e-9 && /38% more/.test(await see("routing-gap").innerText()));
  const link = load.links.find((l) => l.from === "core2" && l.to === "core4");
  await open(`?${at}&link=${link.id}`);
  await see("whatif-link").click();
  await holds("a click asks what would be if the link failed, and the URL holds it", async () => url("page") === "whatif" && url("scenario") === "fail link core2 core4");
  const answer = (await (await fetch(`${mock.base}/api/v1/whatif?${at}`, { method: "POST", body: JSON.stringify({ scenario: "fail link core2 core4" }) })).json()).answers[0];
  await holds("the map has the link down and the others' load as it would be", async () => {
    const now = new Map((await map()).links.map((l) => [l.id, l]));
    return now.get(link.id).state === "down" && answer.links.filter((l) => l.state === "up").every((l) => Math.abs(now.get(l.id).load_bps - l.after.worst_bps) < 1 && now.get(l.id).true_load_bps === l.before.worst_bps);
  });
  await holds("the verdict has the fullest link before and after", async () => (await number("verdict-max")) === answer.after.max_utilisation);
  await holds("every link that changes is listed, with load before and after", async () => (await see("outcome").locator("tbody tr").count()) === answer.links.filter((l) => l.state !== "up" || Math.abs(l.after.worst_bps - l.before.worst_bps) > 1e-3).length);
  await see("outcome-demands").click();
  await holds("and whoever takes a longer way", async () => (await see("outcome").locator("tbody tr").count()) === answer.demands.length);
  await see("outcome-applications").click();
  await holds("and who is hurt, the most hurt first", async () => (await see("outcome").locator("tbody tr").first().innerText()).includes(answer.hurt.applications[0].name));
  await see("shows-before").click();
  await holds("the map before is today's", async () => (await map()).links.find((l) => l.id === link.id).load_bps > 0);

  await see("scenario").locator("textarea").fill("fail link core2 core4\nfail link core1 nobody");
  await page.keyboard.press("Control+Enter");
  await holds("an error is told with its line and column, and underlined there", async () => (await see("scenario-error").getAttribute("data-line")) === "2" && (await see("scenario-error").getAttribute("data-column")) === "17" && (await see("error-mark").innerText()) === "nobody");
  await page.goBack();
  await holds("Back is the scenario before", async () => url("scenario") === "fail link core2 core4" && (await see("scenario-error").count()) === 0);

  await see("compare").click();
  await see("against").locator("textarea").fill("fail router core4");
  await see("against-run").click();
  await holds("two scenarios stand beside each other, two maps and one table", async () => (await page.locator(".whatif-map").count()) === 2 && /used, A/.test(await see("outcome").innerText()) && /used, B/.test(await see("outcome").innerText()));
  await see("over-1h").click();
  await holds("over many bins there are median, 95% and worst, and when", async () => (await see("measure-median").count()) === 1 && /in the median bin/.test(await see("verdict").innerText()));

  await open(`?${at}&page=whatif`);
  await holds("without a scenario it says where to begin, and where the network is weak", async () => (await see("try").count()) > 4 && (await see("weak-point").count()) > 0);
  await see("try-each").click();
  await holds("each link's failure can be tried in turn, the worst first", async () => (await see("tried").count()) === 8 && /24 failures in one bin/.test(await see("each-failure").innerText()), 40000);
  const swept = await (await fetch(`${mock.base}/api/v1/sweep?${at}`, { method: "POST", body: JSON.stringify({ failures: "links" }) })).json();
  await see("by-link").click();
  const worst = swept.links.reduce((m, l) => ((l.worst.utilisation ?? 0) > (m.worst.utilisation ?? 0) ? l : m));
  await holds("and the worst of each link with what causes it", async () => (await see("worst-link").first().getAttribute("data-id")) === worst.id && (await see("worst-link").first().innerText()).includes("without"));
  await see("fails-sites").click();
  await see("try-each").click();
  await holds("what cannot be tried is said as the server says it", async () => /no sites are known/.test(await see("sweep-problem").innerText()));
  const text = await see("try").nth(1).getAttribute("data-text");
  await see("try").nth(1).click();
  await holds("a click on an example runs it", async () => url("scenario") === text && (await see("verdict").count()) === 1);
}

async function large() {
  await mock.restart("--newer", "--done", "--routers", "1000", "--areas");
  await open("?at=2026-11-22T10:01:20Z");
  const parts = (m) => m.nodes.filter((n) => n.id.startsWith("fold:"));
  await holds("a thousand routers are drawn as their areas", async () => { const m = await map(); return parts(m).length === 16 && m.nodes.length === 16; });
  const first = parts(await map())[0];
  await page.mouse.dblclick(first.x, first.y);
  await holds("a double click unfolds one, in its place", async () => { const m = await map(); return parts(m).length === 15 && m.nodes.filter((n) => /^r\d+$/.test(n.id)).length > 30 && url("open") === first.id; });
  await page.goBack();
  await holds("Back folds it", async () => parts(await map()).length === 16);
  await page.keyboard.press("/");
  await see("search").fill("r517");
  await page.keyboard.press("Enter");
  await holds("a router that is found is unfolded", async () => { const m = await map(); return m.nodes.some((n) => n.id === "r517") && parts(m).length === 15; });
  await page.keyboard.press("Escape");
  const bundle = await page.evaluate(() => [...window.__anemone.links].filter((l) => l.id.includes(">>")).sort((a, b) => b.load_bps - a.load_bps)[0]);
  await open(`?at=2026-11-22T10:01:20Z&link=${encodeURIComponent(bundle.id)}`);
  await holds("a bundle lists its links", async () => (await see("bundle-panel").locator("[data-link-id]").count()) > 1);
  const inside = await see("bundle-panel").locator("[data-link-id]").first().getAttribute("data-link-id");
  await see("bundle-panel").locator("[data-link-id]").first().click();
  await holds("a link of it opens, with what it holds", async () => (await see("link-panel").getAttribute("data-link")) === inside);
  await page.keyboard.press("Escape");
  await see("fold-all").click();
  await holds("all can be unfolded", async () => (await map()).nodes.filter((n) => /^r\d+$/.test(n.id)).length === 1000);
}

async function little() {
  await mock.restart("--newer", "--live", "--silent", "--routers", "1");
  await page.goto(`${mock.base}/`);
  await holds("one router says that it has no links, and what to look at", async () => /One router, no links/.test(await see("one-router").innerText()));
  await mock.restart("--live", "--silent", "--routers", "0");
  await page.goto(`${mock.base}/`);
  await holds("no router says how routing gets here", async () => /anemone snoop/.test(await see("notice-empty").first().innerText()));
}

async function stale() {
  await mock.restart("--live", "--silent", "--settled", "200");
  await page.goto(`${mock.base}/`);
  await loaded();
  await holds("a picture that has stopped changing says since when, and loses its colour", async () => /Nothing complete since \d\d:\d\d:\d\d, [34] min ago/.test(await see("old-data").innerText()) && (await page.locator(".page[data-old=true]").count()) === 1);
}

async function older() {
  await mock.restart("--done");
  await open(`?${kAt}&tab=processes`);
  await holds("an older server is not asked for what it does not have", async () => (await see("tab-processes").count()) === 0 && (await see("whatif-toggle").count()) === 0 && (await see("routing-gap").count()) === 0 && (await page.locator(".top .row").count()) > 2 && (await see("addresses").count()) === 0);
  await open(`?${kAt}&link=core4>core2:10.1.0.10`);
  await holds("and no estimate is pretended", async () => (await see("link-panel").count()) === 1 && (await see("link-numbers").count()) === 0 && (await see("link-processes").count()) === 0);
}

await run([estimates, coverage, filling, whatif, large, little, stale, older], complaints, async () => {
  await browser.close();
  await mock.stop();
});
