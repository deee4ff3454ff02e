// MOCK. A stand-in for `anemone demo` with made-up data, for developing the console, its
// screenshots and its e2e script. Answers docs/api.md; serves dist/ when it is built.
//
//   node mock/server.mjs [--port 8090] [--routers N] [--speed 10] [--begin SECONDS] [--done] [--delay MS] [--no-capacity]
//
// --routers 0 is an empty network, N > 0 a mesh of N routers (--areas: in areas), absent the campus of 14.
// --newer answers as newer servers do: estimates, counters, processes, coverage, losses, and with --live (a server
// that is fed, time being now) open bins whose loads change and agents that are late.

import http from "node:http";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { network, random } from "./network.mjs";
import { Engine } from "./engine.mjs";
import { BadScenario, what_if } from "./whatif.mjs";

const { values: options } = parseArgs({ options: {
  port: { type: "string", default: "8090" }, routers: { type: "string" }, speed: { type: "string", default: "10" },
  done: { type: "boolean", default: false }, begin: { type: "string", default: "20" }, delay: { type: "string", default: "0" }, "no-capacity": { type: "boolean", default: false },
  newer: { type: "boolean", default: false }, live: { type: "boolean", default: false }, areas: { type: "boolean", default: false }, share: { type: "string" }, silent: { type: "boolean", default: false }, settled: { type: "string", default: "0" },
} });
const live = options.live, newer = options.newer || live;
const kBin = 10, kBins = live ? 360 : 24, kBefore = 30;
const kFrom = live ? Math.floor(Date.now() / kBin / 1000 - kBefore) * kBin * 1000 : Date.parse("2026-11-22T10:00:00Z");
const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "dist");
const net = network(options.routers === undefined ? undefined : Number(options.routers), options.areas);
if (options["no-capacity"]) for (const l of net.links) l.capacity_bps = null;
const engine = new Engine(net, kFrom, kBin, kBins);
const kTo = kFrom + kBin * kBins * 1000;
const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");

if (live) engine.filling = (bin) => (bin >= complete() ? 1 + 0.25 * Math.sin(Date.now() / 2500) : 1);
if (live) for (const e of engine.events) e.time_ms += kBefore * kBin * 1000 - 60_000;
const replay = { playing: !options.done, speed: Number(options.speed), at: options.done ? kTo : kFrom + 1000 * Number(options.begin), seen: Date.now() };
function tick() {
  const now = Date.now();
  if (live) return (replay.at = options.silent ? Math.min(now, kFrom + kBefore * kBin * 1000 - 1000 * Number(options.settled)) : now - kSettle_ms);
  if (replay.playing) replay.at = Math.min(kTo, replay.at + (now - replay.seen) * replay.speed);
  replay.seen = now;
  if (replay.at >= kTo) replay.playing = false;
  return replay.at;
}
const kSettle_ms = 4000; // a bin is complete so long after its end
const complete = () => Math.floor((tick() - kFrom) / (kBin * 1000));

class Refused extends Error { constructor(status, code, message) { super(message); this.status = status; this.code = code; } }

function when(q) {
  const text = q.get("at");
  if (!text && complete() < 1) throw new Refused(404, "no_data", "no bin is complete yet");
  if (!text) return kFrom + (complete() - 1) * kBin * 1000;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Refused(400, "bad_time", `at=${text} is not a time; write 2026-11-22T10:00:00Z`);
  return at;
}
function share_of(q) {
  const s = Number(q.get("instrumented") ?? 1) * Number(options.share ?? 1);
  if (!(s >= 0 && s <= 1)) throw new Refused(400, "bad_share", "instrumented must be between 0 and 1");
  return s;
}
function envelope(bin, chosen) {
  let all = 0, seen = 0;
  for (const f of net.flows) { const r = engine.rate(f, bin); all += r; if (chosen.has(f.from) || chosen.has(f.to)) seen += r; }
  return {
    bin: { from: iso(kFrom + bin * kBin * 1000), to: iso(kFrom + (bin + 1) * kBin * 1000), complete: bin < complete(), stable: engine.pieces(bin).length === 1, ...(live && bin >= complete() ? { agents: chosen.size, reported: Math.max(0, chosen.size - late().length), carried_share: 0.12 } : {}) },
    coverage: { hosts: net.hosts.length, instrumented: chosen.size, bytes_share: all ? seen / all : 0, ...(newer ? more_coverage(all, seen, chosen) : {}) },
    watermark: iso(live ? kFrom + complete() * kBin * 1000 : tick()),
    ...(live ? { late: late() } : {}),
  };
}
function status() {
  return {
    name: net.name, version: "0.1.0-mock", mode: live ? "serve" : "demo", span: { from: iso(kFrom), to: iso(live ? tick() : kTo) }, watermark: iso(live ? kFrom + complete() * kBin * 1000 : tick()), bin_s: kBin,
    replay: live ? null : { playing: replay.playing, speed: replay.speed, done: replay.at >= kTo }, hosts: net.hosts.length, routers: net.routers.length, traffic: true,
    routing: { live: false, database: 2 * net.routers.length, unseen: 0, unseen_due: null, vantages: [], problems: [] },
    last_lsa: iso(Math.max(kFrom, ...engine.events.map((e) => e.time_ms).filter((t) => t <= replay.at))), last_flow: iso(replay.at),
    records: Math.floor((replay.at - kFrom) / 17), lsas: 120 + 6 * engine.epoch(replay.at), losses: [],
  };
}
function topology(q) {
  const at = q.get("at") ? when(q) : kFrom + complete() * kBin * 1000;
  const chosen = engine.instrumented(share_of(q));
  return { at: iso(at), routers: net.routers, networks: net.networks, links: engine.links(engine.epoch(at)), hosts: net.hosts.map((h) => ({ ...h, instrumented: chosen.has(h.name) })), prefixes: [], unseen: [], lsas: { router: net.routers.length, network: net.networks.length } };
}
function load(q) {
  const bin = engine.bin_of(when(q)), chosen = engine.instrumented(share_of(q));
  const { seen, whole } = engine.loads(bin, chosen);
  const links = net.links.map((l) => {
    const bps = seen.get(l.id) ?? 0;
    return { id: l.id, from: l.from, to: l.to, load_bps: bps, load_pps: bps / 6400, capacity_bps: l.capacity_bps, utilisation: l.capacity_bps ? bps / l.capacity_bps : null, true_load_bps: live ? null : (whole.get(l.id) ?? 0), ...(newer ? more_link(l.id, bps, whole.get(l.id) ?? 0, bin) : {}) };
  });
  const off = links.reduce((s, l) => s + Math.abs(l.load_bps - l.true_load_bps), 0), all = links.reduce((s, l) => s + l.true_load_bps, 0);
  return {
    ...envelope(bin, chosen), links, max_utilisation: Math.max(0, ...links.map((l) => l.utilisation ?? 0)), total_bps: links.reduce((s, l) => s + l.load_bps, 0), unrouted_bps: 0, unattached_bps: 1200,
    accuracy: live ? null : { total_error: all ? off / all : 0, links: links.map((l) => ({ id: l.id, error_bps: l.load_bps - l.true_load_bps, error: l.true_load_bps ? (l.load_bps - l.true_load_bps) / l.true_load_bps : null })) },
  };
}
function series(q) {
  const chosen = engine.instrumented(share_of(q));
  const bins = [];
  for (let bin = 0; bin < complete(); bin++) {
    const { seen, whole } = engine.loads(bin, chosen);
    const sum = (m) => [...m.values()].reduce((a, b) => a + b, 0);
    let off = 0;
    for (const [id, bps] of whole) off += bps - (seen.get(id) ?? 0);
    bins.push({ from: iso(kFrom + bin * kBin * 1000), total_bps: sum(seen), true_total_bps: live ? null : sum(whole), max_utilisation: 0.5, total_error: live ? null : sum(whole) ? off / sum(whole) : 0, stable: engine.pieces(bin).length === 1 });
  }
  return { bins, events: events_until(replay.at) };
}
const events_until = (ms) => engine.events.filter((e) => e.time_ms <= ms).map((e) => ({ time: iso(e.time_ms), kind: e.kind, text: e.text, links: e.links }));

function ranked(map, n = 50) {
  const rows = [...map].map(([key, bps]) => ({ key, bps })).sort((a, b) => b.bps - a.bps);
  const all = rows.reduce((s, r) => s + r.bps, 0);
  return rows.slice(0, n).map((r) => ({ ...r, share: all ? r.bps / all : 0 }));
}
const bump = (map, key, by) => map.set(key, (map.get(key) ?? 0) + by);
const router_of = (host) => engine.host.get(host).router;
const prefix_of = (host) => engine.host.get(host).address.replace(/\.\d+$/, ".0/24");

function top(q) {
  const by = q.get("by") ?? "links", n = Number(q.get("n") ?? 10);
  const bin = engine.bin_of(when(q)), chosen = engine.instrumented(share_of(q));
  const head = { ...envelope(bin, chosen), by };
  if (by === "links") {
    const { seen } = engine.loads(bin, chosen);
    return { ...head, rows: ranked(seen, n).map((r) => { const l = net.links.find((x) => x.id === r.key); return { ...r, label: `${l.from} > ${l.to}`, pps: r.bps / 6400, utilisation: l.capacity_bps ? r.bps / l.capacity_bps : null }; }) };
  }
  const total = new Map(), sent = new Map(), received = new Map();
  for (const f of net.flows) {
    const bps = engine.rate(f, bin);
    if (!bps || !(chosen.has(f.from) || chosen.has(f.to))) continue;
    if (by === "hosts") { bump(total, f.from, bps); bump(total, f.to, bps); bump(sent, f.from, bps); bump(received, f.to, bps); }
    if (by === "apps") bump(total, f.app, bps);
    if (by === "processes") bump(total, f.process, bps);
    if (by === "users") bump(total, f.user, bps);
    if (by === "demands") bump(total, `${router_of(f.from)} ${prefix_of(f.to)}`, bps);
  }
  return { ...head, ...(by === "apps" ? { basis: newer ? "agent" : "port" } : {}), rows: ranked(total, n).map((r) => {
    const [from, to] = r.key.split(" ");
    return { ...r, label: by === "demands" ? `${from} > ${to}` : r.key, pps: r.bps / 6400, ...(by === "hosts" ? { sent_bps: sent.get(r.key) ?? 0, received_bps: received.get(r.key) ?? 0 } : {}), ...(by === "demands" ? { from, to } : {}) };
  }) };
}
function link(q) {
  const at = when(q), bin = engine.bin_of(at), chosen = engine.instrumented(share_of(q)), id = q.get("id");
  const l = engine.links(engine.epoch(at)).find((x) => x.id === id);
  if (!l) throw new Refused(404, "no_such_link", `no link ${id}; see /api/v1/topology`);
  const sources = new Map(), sinks = new Map(), sent = new Map(), received = new Map(), apps = new Map(), demands = new Map(), hosts = new Map(), processes = new Map(), users = new Map();
  let bps = 0;
  for (const p of engine.parts(bin, chosen)) {
    if (p.id !== id || !p.seen) continue;
    bps += p.bps;
    bump(sources, router_of(p.flow.from), p.bps); bump(sinks, router_of(p.flow.to), p.bps); bump(apps, p.flow.app, p.bps);
    bump(sent, p.flow.from, p.bps); bump(received, p.flow.to, p.bps); bump(hosts, p.flow.from, p.bps); bump(hosts, p.flow.to, p.bps);
    bump(processes, p.flow.process, p.bps); bump(users, p.flow.user, p.bps);
    bump(demands, `${router_of(p.flow.from)} ${router_of(p.flow.to)} ${prefix_of(p.flow.to)}`, p.bps);
  }
  const line = [];
  for (let b = 0; b < complete(); b++) { const { seen, whole } = engine.loads(b, chosen); line.push({ from: iso(kFrom + b * kBin * 1000), load_bps: seen.get(id) ?? 0, true_load_bps: live ? null : (whole.get(id) ?? 0) }); }
  const shares = (m) => ranked(m).map(({ key, ...r }) => ({ name: key, ...r }));
  return {
    ...(newer ? { ...more_link(id, bps, engine.loads(bin, chosen).whole.get(id) ?? 0, bin), processes: shares(processes), users: shares(users), apps_basis: "agent" } : {}),
    ...envelope(bin, chosen), id, from: l.from, to: l.to, load_bps: bps, capacity_bps: l.capacity_bps, utilisation: l.capacity_bps ? bps / l.capacity_bps : null, cost: l.cost, state: l.state,
    sources: ranked(sources).map(({ key, ...r }) => ({ router: key, ...r })), sinks: ranked(sinks).map(({ key, ...r }) => ({ router: key, ...r })),
    hosts: ranked(hosts).map((r) => ({ name: r.key, address: engine.host.get(r.key).address, sent_bps: sent.get(r.key) ?? 0, received_bps: received.get(r.key) ?? 0 })),
    apps: ranked(apps).map(({ key, ...r }) => ({ name: key, ...r })),
    demands: ranked(demands).map((r) => { const [from, to, prefix] = r.key.split(" "); return { from, to, prefix, bps: r.bps, share_on_link: r.share }; }),
    series: line, reverse: net.links.find((x) => x.from === l.to && x.to === l.from)?.id ?? null,
  };
}
function node(q) {
  const at = when(q), bin = engine.bin_of(at), chosen = engine.instrumented(share_of(q)), id = q.get("id");
  const host = engine.host.get(id), is_router = net.routers.some((r) => r.name === id), is_net = net.networks.some((x) => x.id === id);
  if (!host && !is_router && !is_net) throw new Refused(404, "no_such_node", `no router, network or host ${id}`);
  const there = host ? [host] : net.hosts.filter((h) => h.router === id), names = new Set(there.map((h) => h.name));
  const sent = new Map(), received = new Map(), apps = new Map(), out = new Map(), back = new Map();
  for (const f of net.flows) {
    const bps = engine.rate(f, bin);
    if (!bps || !(chosen.has(f.from) || chosen.has(f.to))) continue;
    if (names.has(f.from)) { bump(sent, f.from, bps); bump(out, f.to, bps); bump(apps, f.app, bps); }
    if (names.has(f.to)) { bump(received, f.to, bps); bump(back, f.from, bps); bump(apps, f.app, bps); }
  }
  const sum = (m) => [...m.values()].reduce((a, b) => a + b, 0);
  const loads = load(q).links.filter((l) => l.from === id || l.to === id);
  return {
    ...envelope(bin, chosen), id, kind: host ? "host" : is_net ? "network" : "router", sent_bps: sum(sent), received_bps: sum(received), links: loads, events: events_until(replay.at).filter((e) => e.links.some((x) => loads.some((l) => l.id === x))),
    hosts: host ? [] : there.map((h) => ({ name: h.name, address: h.address, sent_bps: sent.get(h.name) ?? 0, received_bps: received.get(h.name) ?? 0, instrumented: chosen.has(h.name) })),
    apps: host ? ranked(apps).map(({ key, ...r }) => ({ name: key, ...r })) : [],
    peers: host ? [...new Set([...out.keys(), ...back.keys()])].map((n) => ({ name: n, sent_bps: out.get(n) ?? 0, received_bps: back.get(n) ?? 0 })).sort((a, b) => b.sent_bps + b.received_bps - a.sent_bps - a.received_bps) : [],
  };
}

function path_of(q) {
  const at = q.get("at") ? when(q) : kFrom + complete() * kBin * 1000;
  const epoch = engine.epoch(at), src = q.get("src"), dst = q.get("dst");
  const to = net.hosts.find((h) => h.address.replace(/\.\d+$/, "") === dst.replace(/\.\d+$/, ""))?.router;
  if (!to) throw new Refused(404, "no_such_prefix", `no prefix holds ${dst}`);
  const shares = engine.shares(epoch, src, to);
  const links = [...(shares ?? [])].map(([id, share]) => { const l = net.links.find((x) => x.id === id); return { from: l.from, to: l.to, share }; });
  return { src, dst, at: iso(at), cost: null, links, reachable: shares !== null };
}

// What newer servers say. Made up as all here: an estimate is the truth with a seeded error, so that pictures look
// like those of a real estimate; that one is right is the server's business.
const noise = (text, bin) => {
  let h = bin * 31;
  for (const c of text) h = Math.imul(h ^ c.charCodeAt(0), 0x9e3779b1) >>> 0;
  return random(h)() * 2 - 1;
};
function more_link(id, seen, whole, bin) {
  const unseen = Math.max(0, whole - seen), guess = seen + unseen * (1 + 0.35 * noise(id, bin));
  const counter = id.startsWith("core") ? whole : null;
  return {
    estimate: { bps: guess, low_bps: Math.max(seen, seen + unseen * 0.55), high_bps: seen + unseen * 1.6 },
    counter_bps: counter, residual_bps: counter === null ? null : counter - seen,
    uncertain_share: engine.pieces(bin).length > 1 ? 0.1 + 0.25 * Math.abs(noise(id, 7)) : 0,
  };
}
function more_coverage(all, seen, chosen) {
  const unseen = all - seen;
  return { addresses: { instrumented: chosen.size, could: net.hosts.length }, unseen_bps: { estimate: unseen * 0.93, low: unseen * 0.6, high: unseen * 1.4 } };
}
// One agent of the instrumented comes and goes.
function late() {
  const behind = Math.floor(Date.now() / 1000) % 60 < 25 ? ["pc4", "files1"] : ["pc4"];
  return behind.filter((name) => engine.host.has(name)).map((agent, i) => ({ agent, since: iso(Date.now() - 38_000 - 9000 * i) }));
}
function coverage(q) {
  const chosen = engine.instrumented(0.4), bin = Math.max(0, complete() - 1);
  const total = new Map();
  let all = 0, seen = 0;
  for (const f of net.flows) {
    const bps = engine.rate(f, bin);
    all += bps;
    if (chosen.has(f.from) || chosen.has(f.to)) { seen += bps; continue; }
    bump(total, f.from, bps);
    bump(total, f.to, bps * 0.4);
  }
  const hosts = ranked(total, Number(q.get("n") ?? 10)).map((r, i) => ({ name: r.key, address: engine.host.get(r.key).address, router: router_of(r.key), gain: (r.bps / Math.max(1, all - seen)) * 0.4, bps: r.bps, known_bps: 0, hours: 24 - 2 * i }));
  const links = net.links.filter((l) => l.id.startsWith("core")).map((l) => { const { seen: s, whole } = engine.loads(bin, chosen); const r = (whole.get(l.id) ?? 0) - (s.get(l.id) ?? 0); return { id: l.id, residual_bps: r, low_bps: r * 0.9, high_bps: r * 1.1 }; });
  return { addresses: { instrumented: chosen.size, could: net.hosts.length }, bytes_share: all ? seen / all : 0, unseen_bps: { estimate: all - seen, low: (all - seen) * 0.7, high: (all - seen) * 1.3, assumed: false }, bins: 60, hosts, links };
}
function losses() {
  const pairs = new Map();
  for (const f of net.flows) pairs.set(`${router_of(f.from)} ${prefix_of(f.to)}`, (pairs.get(`${router_of(f.from)} ${prefix_of(f.to)}`) ?? 0) + f.bps);
  return { pairs: ranked(pairs, 30).map((r, i) => { const [from, to] = r.key.split(" "), lost = 0.03 / (1 + i); return { from, to, sent_bytes: Math.round(r.bps), received_bytes: Math.round(r.bps * (1 - lost)), lost_share: lost, low: lost * 0.8, high: lost * 1.25 }; }) };
}
// A few bins stand for many: this is a picture, not a computation.
const kBinsMax = 12;
function whatif(body, query) {
  const { scenario } = JSON.parse(body), { from, to, at } = Object.fromEntries(query);
  const q = new URLSearchParams(at ? { at } : {});
  const first = from ? engine.bin_of(Date.parse(from)) : engine.bin_of(when(q)), last = to ? Math.min(complete() - 1, engine.bin_of(Date.parse(to) - 1)) : first;
  const every = Math.max(1, Math.ceil((last - first + 1) / kBinsMax)), bins = [];
  for (let b = first; b <= Math.max(first, last); b += every) bins.push(b);
  return { answers: [{ from: iso(kFrom + first * kBin * 1000), to: iso(kFrom + (last + 1) * kBin * 1000), ...what_if(engine, scenario, bins, (b) => iso(kFrom + b * kBin * 1000)) }] };
}
// Every failure as a scenario of its own.
function sweep(body, query) {
  const { failures = "links", scenario = "" } = JSON.parse(body);
  if (failures === "sites") throw new Refused(400, "cannot_be_done", "no sites are known: an inventory tells them");
  const names = failures === "routers" ? net.routers.map((r) => r.name) : net.links.filter((l) => l.from < l.to).map((l) => l.id);
  const ask_of = (text) => whatif(JSON.stringify({ scenario: text }), query).answers[0];
  const before = ask_of(scenario), worst_of = (s, failure) => ({ bps: s.worst_bps, utilisation: s.worst_utilisation, bin: s.worst_bin, failure });
  const links = before.links.map((l) => ({ id: l.id, from: l.from, to: l.to, capacity_bps: l.capacity_bps, without_failure: worst_of(l.after, null), worst: worst_of(l.after, null) }));
  const tried = names.map((name) => {
    const a = ask_of(`${scenario}\nfail ${failures === "routers" ? "router" : "link"} ${name}`);
    a.links.forEach((l, i) => { if (l.after.worst_bps > links[i].worst.bps) links[i].worst = worst_of(l.after, name); });
    const most = a.links.reduce((m, l) => ((l.after.worst_utilisation ?? 0) > (m.after.worst_utilisation ?? 0) ? l : m));
    return { name, max_utilisation: a.after.max_utilisation, link: most.id, bin: most.after.worst_bin, disconnected_bps: a.disconnected_bps };
  });
  return { bins: before.bins, bins_elsewhere: 0, network_at: before.to, coverage: before.coverage, pairs: false, tried: names.length, links, failures: tried, weak_points: { bridges: [], cuts: [], articulations: [], lone_prefixes: [] } };
}
function bound(q) {
  const most = load(q).max_utilisation;
  return { utilization: most, bound: most / 1.38, exact: true, gap: 0 };
}
const openapi = () => ({ paths: Object.fromEntries(Object.keys(kAnswers).map((n) => [`/api/v1/${n}`, {}])), components: { schemas: { Top: { properties: { by: { enum: ["links", "hosts", "apps", ...(newer ? ["processes", "users"] : []), "demands"] } } } } } });

const kAnswers = { path: path_of, status, topology, load, series, top, link, node, ...(newer ? { coverage, losses, bound, whatif: null, sweep: null } : {}), "openapi.json": openapi };
const listeners = new Set();
let told = complete(), told_events = engine.epoch(replay.at);
const send = (event, data) => { for (const r of listeners) r.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`); };
setInterval(() => {
  for (const now = complete(); told < now; told++) send("bin", { from: iso(kFrom + told * kBin * 1000), to: iso(kFrom + (told + 1) * kBin * 1000) });
  for (const now = engine.epoch(replay.at); told_events < now; told_events++) send("topology", { at: iso(engine.events[told_events].time_ms), text: engine.events[told_events].text });
}, 100);
setInterval(() => send("status", status()), 1000);
if (live && !options.silent) setInterval(() => { const bin = Math.floor((Date.now() - kFrom) / kBin / 1000); send("load", { from: iso(kFrom + bin * kBin * 1000), to: iso(kFrom + (bin + 1) * kBin * 1000), complete: false }); }, 500);

const kTypes = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
function file(url, response) {
  let name = path.join(dist, path.normalize(url.pathname));
  if (!name.startsWith(dist) || !fs.existsSync(name) || fs.statSync(name).isDirectory()) name = path.join(dist, "index.html");
  if (!fs.existsSync(name)) { response.writeHead(404).end("dist is not built: npm run build"); return; }
  response.writeHead(200, { "content-type": kTypes[path.extname(name)] ?? "application/octet-stream" });
  fs.createReadStream(name).pipe(response);
}
http.createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (!url.pathname.startsWith("/api/v1/")) return file(url, response);
  const name = url.pathname.slice("/api/v1/".length);
  if (name === "stream") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`event: status\ndata: ${JSON.stringify(status())}\n\n`);
    listeners.add(response);
    request.on("close", () => listeners.delete(response));
    return;
  }
  let body = "";
  request.on("data", (d) => (body += d));
  request.on("end", () => setTimeout(() => {
    let code = 200, answer;
    try {
      if (name === "replay" && request.method === "POST") {
        tick();
        const { playing, speed } = JSON.parse(body);
        if (playing !== undefined) replay.playing = playing && replay.at < kTo;
        if (speed) replay.speed = speed;
        answer = status();
      } else if (newer && name === "whatif" && request.method === "POST") answer = whatif(body, url.searchParams);
      else if (newer && name === "sweep" && request.method === "POST") answer = sweep(body, url.searchParams);
      else if (kAnswers[name]) answer = kAnswers[name](url.searchParams);
      else throw new Refused(404, "no_such_path", `${url.pathname} is not in the API`);
    } catch (error) {
      code = error instanceof BadScenario ? 400 : (error.status ?? 500);
      answer = { error: { code: error.code ?? "internal", message: error.message } };
    }
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }, Number(options.delay)));
}).listen(Number(options.port), "127.0.0.1", function () {
  console.log(`MOCK console server: http://127.0.0.1:${this.address().port}/ (${net.name})`);
});
