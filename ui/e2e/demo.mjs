// Drives the console in a real browser against a running server, as a viewer would:
//
//   node e2e/demo.mjs URL [--shots DIR] [--timeout SECONDS] [--chromium PATH]
//
// URL is where `anemone demo` (or the mock) answers. Everything it needs to know about the
// network it asks from the API, so any server that implements docs/api.md will do. Prints what it
// checked, one line each; the exit code is 0 when all held, 1 when something did not.

import fs from "node:fs";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { shots: { type: "string" }, timeout: { type: "string", default: "120" }, chromium: { type: "string", default: "/usr/bin/chromium" } },
});
const base = (positionals[0] ?? "http://127.0.0.1:8090").replace(/\/$/, "");
const patience_ms = Number(options.timeout) * 1000;
const kBrowser = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let checks = 0;
function ok(what) { checks++; console.log(`ok   ${what}`); }
function need(yes, what, detail = "") { if (!yes) throw new Error(`${what}${detail ? `: ${detail}` : ""}`); ok(detail ? `${what} (${detail})` : what); }
const mbps = (v) => `${(v / 1e6).toFixed(3)} Mb/s`;
const ms = (text) => Date.parse(text);

async function api(path, body) {
  const response = await fetch(`${base}/api/v1/${path}`, body ? { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {});
  const answer = await response.json();
  if (!response.ok) throw new Error(`/api/v1/${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function until(what, test, every_ms = 200) {
  const end = Date.now() + patience_ms;
  for (let last; ; ) {
    try { const value = await test(); if (value) return value; last = "not yet"; } catch (error) { last = error.message; }
    if (Date.now() > end) throw new Error(`waited ${options.timeout} s for ${what} (${last})`);
    await new Promise((r) => setTimeout(r, every_ms));
  }
}

const browser = await chromium.launch({ executablePath: options.chromium, args: kBrowser });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const complaints = [];
page.on("pageerror", (error) => complaints.push(error.message));

const map = () => page.evaluate(() => { const a = window.__anemone; return a && { at: a.at, live: a.live, links: a.links.map((l) => ({ ...l })) }; });
const loads = async () => new Map((await map()).links.map((l) => [l.id, l.load_bps]));
const total = (m) => [...m.values()].reduce((a, b) => a + b, 0);
const shot = async (name) => { if (options.shots) { fs.mkdirSync(options.shots, { recursive: true }); await page.waitForTimeout(600); await page.screenshot({ path: `${options.shots}/${name}.png` }); } };
const number_of = (testid) => page.locator(`[data-testid=${testid}]`).getAttribute("data-value").then(Number);

// The fullest stable bin so far: a recording may begin and end in silence.
async function fullest_bin() {
  const { bins } = await api("series");
  return bins.filter((b) => b.stable).sort((a, b) => b.total_bps - a.total_bps)[0];
}

async function opens() {
  await page.goto(`${base}/`);
  await until("links on the map", async () => (await map())?.links.length > 0);
  const status = await api("status");
  if (!status.replay || status.replay.done) await page.goto(`${base}/?at=${(await fullest_bin()).from}`);
  await until("loads on the map", async () => {
    if ((await map())?.links.some((l) => l.load_bps > 0)) return true;
    // A replay that ended meanwhile ends with silence.
    if ((await api("status")).replay?.done && !page.url().includes("at=")) await page.goto(`${base}/?at=${(await fullest_bin()).from}`);
    return false;
  });
  const m = await map();
  ok(`the map shows ${m.links.length} directed links, ${m.links.filter((l) => l.load_bps > 0).length} with load, of the bin ${m.at}`);
  const rows = await page.locator("[data-testid=top-link]").count();
  need(rows > 0, "the side panel lists the most loaded links", `${rows} rows`);
  await shot("1-first-screen");
}

async function moves() {
  const status = await api("status");
  if (status.replay && !status.replay.done) {
    const before = await map();
    const after = await until("another bin to arrive by itself", async () => { const m = await map(); return m.at !== before.at && m; });
    need(after.links.some((l) => l.load_bps !== before.links.find((x) => x.id === l.id)?.load_bps), "live, loads change as the replay goes on", `${before.at} to ${after.at}`);
    return;
  }
  const before = await map();
  await page.keyboard.press("ArrowLeft");
  const after = await until("the bin before", async () => { const m = await map(); return m.at !== before.at && m; });
  need(after.links.some((l) => l.load_bps !== before.links.find((x) => x.id === l.id)?.load_bps), "the replay is over; stepping back, loads change", `${before.at} to ${after.at}`);
}

async function whole_replay() {
  let status = await api("status");
  if (status.replay && !status.replay.done) await api("replay", { playing: true, speed: 60 });
  status = await until("the replay to finish", async () => { const s = await api("status"); return (!s.replay || s.replay.done) && s; }, 500);
  ok(`data is complete up to ${status.watermark}`);
}

async function asks_a_link() {
  const m = await map();
  const candidates = m.links.filter((l) => l.state === "up").sort((a, b) => b.load_bps - a.load_bps);
  for (const link of candidates.slice(0, 12)) {
    const on_map = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.getAttribute("data-testid"), [link.x, link.y]);
    if (on_map !== "map-canvas") continue; // under the legend or off the screen
    await page.mouse.click(link.x, link.y);
    const panel = page.locator("[data-testid=link-panel][data-link]");
    await panel.waitFor();
    const id = await panel.getAttribute("data-link");
    if (id !== link.id) continue; // another link lies on top there
    ok(`a click on the map at ${Math.round(link.x)},${Math.round(link.y)} opens ${id}`);
    need(new URL(page.url()).searchParams.get("link") === id || (await until("the URL", () => new URL(page.url()).searchParams.get("link") === id)), "the URL names the link");
    const at = new URL(page.url()).searchParams.get("at") ?? m.at;
    const said = await api(`link?id=${encodeURIComponent(id)}&at=${at}`);
    const rows = await page.locator("[data-testid=sides] .side-row").allInnerTexts();
    const shown = rows.join(" ");
    need(said.sources.length > 0 && shown.includes(said.sources[0].router), "its sources are listed", `${said.sources[0]?.router} ${Math.round(said.sources[0]?.share * 100)}%`);
    need(said.sinks.length > 0 && shown.includes(said.sinks[0].router), "its sinks are listed", `${said.sinks[0]?.router} ${Math.round(said.sinks[0]?.share * 100)}%`);
    need(Math.abs(said.sources.reduce((s, r) => s + r.bps, 0) / said.load_bps - 1) < 0.01 || said.sources.length >= 50, "sources add up to the load", mbps(said.load_bps));
    need((await page.locator("[data-testid=link-apps] .row").count()) > 0, "its applications are listed");
    need((await page.locator("[data-testid=link-hosts] .row").count()) > 0, "its hosts are listed");
    await shot("2-link");
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    return;
  }
  throw new Error("no loaded link could be clicked on the map");
}

async function fewer_hosts() {
  const slider = page.locator("[data-testid=instrumented]");
  if ((await slider.count()) === 0) return ok("no slider: not a demo");
  const full = { error: await number_of("total-error"), load: total(await loads()) };
  const seen = [full.error];
  for (const percent of [60, 30, 0]) {
    await slider.fill(String(percent));
    await until(`${percent}% of hosts`, async () => (await page.locator("[data-testid=coverage]").innerText()) !== "" && (await page.evaluate(() => window.__anemone.instrumented)) === percent / 100 && (await api_matches(percent)));
    seen.push(await number_of("total-error"));
    if (percent === 30) await shot("3-thirty-percent");
  }
  need(seen.every((e, i) => i === 0 || e >= seen[i - 1] - 1e-9), "fewer instrumented hosts, more error", seen.map((e) => `${(e * 100).toFixed(1)}%`).join(" "));
  need(seen[3] > 0.99, "with no host instrumented nothing is measured", `${(seen[3] * 100).toFixed(1)}%`);
  await slider.fill("100");
  await until("all hosts again", async () => Math.abs((await number_of("total-error")) - full.error) < 1e-9);
  need(Math.abs(total(await loads()) - full.load) < 1 + full.load * 1e-9, "all hosts again, all load again", mbps(full.load));
}

// The number on the screen is the server's answer for that share and that bin.
async function api_matches(percent) {
  const { at } = await map();
  const said = await api(`load?at=${at}&instrumented=${percent / 100}`);
  return Math.abs((await number_of("total-error")) - said.accuracy.total_error) < 1e-6;
}

async function failure() {
  const { bins, events } = await api("series");
  const status = await api("status");
  const bin_ms = status.bin_s * 1000;
  const cases = [];
  for (const e of events.filter((x) => x.kind === "link_down" && x.links.length > 0)) {
    const before = bins.filter((b) => ms(b.from) + bin_ms <= ms(e.time) && b.stable).pop();
    const after = bins.find((b) => ms(b.from) >= ms(e.time) && b.stable);
    const back = events.find((x) => x.kind === "link_up" && ms(x.time) > ms(e.time) && x.links.some((id) => e.links.includes(id)));
    if (!before || !after || (back && ms(back.time) < ms(after.from) + bin_ms)) continue;
    const carried = (await api(`load?at=${before.from}`)).links.filter((l) => e.links.includes(l.id)).reduce((s, l) => s + l.load_bps, 0);
    cases.push({ e, before, after, carried });
  }
  need(cases.length > 0, "the recording has a link failure with a stable bin before and after");
  const { e, before, after, carried } = cases.sort((a, b) => b.carried - a.carried)[0];
  ok(`${e.text} at ${e.time}; it carried ${mbps(carried)} in the bin ${before.from}`);

  await page.goto(`${base}/?at=${before.from}`);
  await until("the bin before", async () => (await map())?.at && ms((await map()).at) === ms(before.from));
  const then = await map();
  need(then.links.filter((l) => e.links.includes(l.id)).every((l) => l.state === "up") && then.links.some((l) => e.links.includes(l.id)), "before the failure the map shows the link up");
  const loads_then = new Map(then.links.map((l) => [l.id, l.load_bps]));
  await shot("4-before-failure");

  await page.locator(`[data-testid=event][data-kind=link_down][data-time="${e.time}"]`).click();
  const at = await until("the map at the failure", async () => { const m = await map(); const failed = m.links.filter((l) => e.links.includes(l.id)); return failed.length > 0 && failed.every((l) => l.state === "down") && m; });
  ok(`a click on the event goes there: ${at.links.filter((l) => l.state === "down").map((l) => l.id).join(", ")} down on the map`);
  await until("the URL", () => new URL(page.url()).searchParams.get("at"));
  need(Math.abs(ms(new URL(page.url()).searchParams.get("at")) - ms(e.time)) <= 2, "the URL holds the instant", new URL(page.url()).searchParams.get("at"));
  await shot("5-failure");

  for (let i = 0; i < 50 && ms((await map()).at) < ms(after.from); i++) {
    const here = (await map()).at;
    await page.keyboard.press("ArrowRight");
    await until("the next bin", async () => (await map()).at !== here);
  }
  const now = await until("the bin after", async () => { const m = await map(); return ms(m.at) === ms(after.from) && m.links.filter((l) => e.links.includes(l.id)).every((l) => l.state === "down") && m; });
  const failed = now.links.filter((l) => e.links.includes(l.id));
  need(failed.length > 0 && failed.every((l) => l.load_bps < 1), "one stable bin later the failed link carries nothing");
  // Not only links at its two ends: an upstream router with equal costs now uses its other way.
  const rises = now.links.filter((l) => !e.links.includes(l.id)).map((l) => ({ id: l.id, by: l.load_bps - (loads_then.get(l.id) ?? 0) })).sort((a, b) => b.by - a.by);
  need(rises.length > 0 && rises[0].by > carried * 0.25, "its load moved: other links rose", `${rises.slice(0, 3).map((r) => `${r.id} by ${mbps(r.by)}`).join("; ")}`);
  await shot("6-after-failure");
  if ((await api("openapi.json")).paths["/api/v1/whatif"]) await foretells(e, before, rises, carried);
}

// Asked of the bin before, the failure moves the load to where it went.
async function foretells(e, before, rises, carried) {
  await page.goto(`${base}/?at=${before.from}&link=${encodeURIComponent(e.links[0])}`);
  await page.locator("[data-testid=whatif-link]").click();
  const told = await until("the scenario's outcome", async () => { const m = await map(); return (await page.locator("[data-testid=verdict]").count()) === 1 && m.links.some((l) => l.id === e.links[0] && l.state === "down") && m; });
  ok(`what if it failed? ${new URL(page.url()).searchParams.get("scenario")}`);
  const then = new Map((await api(`load?at=${before.from}`)).links.map((l) => [l.id, l.load_bps]));
  need(told.links.every((l) => l.true_load_bps === null || Math.abs(l.true_load_bps - (then.get(l.id) ?? 0)) < 1 + 1e-6 * l.true_load_bps), "before it the map has the loads of that bin");
  const most = told.links.filter((l) => !e.links.includes(l.id)).map((l) => ({ id: l.id, by: l.load_bps - (l.true_load_bps ?? 0) })).sort((a, b) => b.by - a.by)[0];
  const real = rises.find((r) => r.id === most.id);
  need(most.by > 0.25 * carried && real && real.by > 0.1 * carried, "what it says would rise most did rise", `${most.id} by ${mbps(most.by)} foretold, ${mbps(real?.by ?? 0)} then`);
  need((await page.locator("[data-testid=outcome] tbody tr").count()) > 2, "every link that changes is listed");
  await shot("7-what-if");
}

let failed = null;
try {
  await opens();
  await moves();
  await whole_replay();
  const bin = await fullest_bin();
  await page.goto(`${base}/?at=${bin.from}`);
  await until("the fullest bin", async () => { const m = await map(); return m?.at && ms(m.at) === ms(bin.from) && m.links.some((l) => l.load_bps > 0); });
  await asks_a_link();
  await fewer_hosts();
  await failure();
  need(complaints.length === 0, "the page raised no error", complaints.join("; "));
} catch (error) {
  failed = error;
  console.log(`FAIL ${error.message}`);
  if (options.shots) await page.screenshot({ path: `${options.shots}/failed.png` }).catch(() => undefined);
}
await browser.close();
console.log(failed ? `${checks} checks held before the failure` : `all ${checks} checks held`);
process.exit(failed ? 1 : 0);
