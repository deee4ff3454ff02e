// MOCK. A few of the changes of docs/formats/scenario.md over the made-up network: enough to develop the what-if
// page. Refuses what it does not know, with line and column, as the server does.

export class BadScenario extends Error {
  constructor(line, column, message) {
    super(`line ${line}, column ${column}: ${message}`);
    Object.assign(this, { line, column, said: message });
  }
}

function words_of(line) {
  const out = [];
  for (const m of line.matchAll(/"([^"]*)"|[^\s,]+|,/g)) out.push({ text: m[1] ?? m[0], column: m.index + 1 });
  return out;
}

export function read_scenario(text, net) {
  const names = new Set([...net.routers.map((r) => r.name), ...net.networks.map((n) => n.id)]), hosts = new Set(net.hosts.map((h) => h.name));
  const changes = [];
  text.split("\n").forEach((raw, i) => {
    const line = raw.replace(/(^|\s)#.*$/, ""), words = words_of(line);
    if (words.length === 0) return;
    const at = (k, message) => { throw new BadScenario(i + 1, words[k]?.column ?? line.length + 1, message); };
    const [verb, what] = [words[0].text, words[1]?.text];
    const link = (k) => {
      const id = words[k]?.text ?? "";
      if (id.includes(">")) return net.links.some((l) => l.id === id) ? { id } : at(k, `no link '${id}'`);
      const [a, b] = [words[k]?.text, words[k + 1]?.text];
      if (!names.has(a)) at(k, `no router '${a ?? ""}'`);
      if (!names.has(b)) at(k + 1, `no router '${b ?? ""}'`);
      if (!net.links.some((l) => l.from === a && l.to === b)) at(k, `no link between '${a}' and '${b}'`);
      return { a, b };
    };
    if ((verb === "fail" || verb === "remove") && what === "link") changes.push({ kind: "fail", ...link(2) });
    else if ((verb === "fail" || verb === "remove" || verb === "overload") && what === "router") changes.push(names.has(words[2]?.text) ? { kind: verb === "overload" ? verb : "fail_router", router: words[2].text } : at(2, `no router '${words[2]?.text ?? ""}'; there are ${[...names].slice(0, 3).join(", ")} and others`));
    else if (verb === "set" && what === "cost" && words[2]?.text === "link") changes.push({ kind: "cost", ...link(3), cost: Number(words.at(-1).text) });
    else if (verb === "resize" && what === "link") changes.push({ kind: "resize", ...link(2), bps: Number(words.at(-1).text.replace("M", "")) * 1e6 });
    else if (verb === "scale") changes.push({ kind: "scale", by: /%$/.test(what) ? (/^[+-]/.test(what) ? 1 + parseFloat(what) / 100 : parseFloat(what) / 100) : Number(what), host: words[3]?.text === "host" ? words[4]?.text : null });
    else if (verb === "move" && what === "host") changes.push(hosts.has(words[2]?.text) ? { kind: "move", host: words[2].text, router: words.at(-1).text } : at(2, `no host '${words[2]?.text ?? ""}'`));
    else at(0, `expected fail, remove, set, resize, overload, scale or move, not '${verb}'`);
  });
  return changes;
}

const touches = (c, l) => (c.id ? l.id === c.id || `${l.to}>${l.from}` === c.id.replace(/:.*/, "") : (l.from === c.a && l.to === c.b) || (l.from === c.b && l.to === c.a));

function changed(links, flows, home, changes) {
  for (const c of changes) {
    if (c.kind === "fail") links = links.filter((l) => !touches(c, l));
    if (c.kind === "fail_router") links = links.filter((l) => l.from !== c.router && l.to !== c.router);
    if (c.kind === "overload") links = links.map((l) => (l.from === c.router ? { ...l, cost: 65535 } : l));
    if (c.kind === "cost") links = links.map((l) => (touches(c, l) ? { ...l, cost: c.cost } : l));
    if (c.kind === "resize") links = links.map((l) => (touches(c, l) ? { ...l, capacity_bps: c.bps } : l));
    if (c.kind === "scale") flows = flows.map((f) => (c.host === null || f.from === c.host ? { ...f, bps: f.bps * c.by } : f));
    if (c.kind === "move") home = new Map([...home, [c.host, c.router]]);
  }
  return { links, flows, home };
}

function spread(values, bins, capacity) {
  const sorted = [...values].sort((a, b) => a - b), worst = sorted.at(-1) ?? 0;
  const rank = (p) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? 0;
  return { median_bps: rank(0.5), p95_bps: rank(0.95), worst_bps: worst, worst_bin: bins[values.indexOf(worst)] ?? "", worst_utilisation: capacity ? worst / capacity : null };
}

export function what_if(engine, text, bins, iso_of) {
  const net = engine.net, changes = read_scenario(text, net);
  const home0 = new Map(net.hosts.map((h) => [h.name, h.router]));
  const sides = ["before", "after"].map(() => ({ loads: new Map(net.links.map((l) => [l.id, bins.map(() => 0)])), offered: 0, unrouted: 0 }));
  const who = { applications: new Map(), processes: new Map(), users: new Map(), routers: new Map() };
  const demands = new Map();
  let disconnected = 0, after_links = [];
  bins.forEach((bin, k) => {
    const up = engine.links(engine.epoch(engine.from_ms + (bin + 0.5) * engine.bin_s * 1000)).filter((l) => l.state === "up");
    const side = [{ links: up, flows: net.flows, home: home0 }, changed(up, net.flows, home0, changes)];
    const tables = side.map((s) => ({ links: s.links, to: new Map(), pair: new Map() }));
    if (k === bins.length - 1) after_links = side[1].links;
    const ways = side[0].flows.map((f, i) => side.map((s, w) => {
      const flow = s.flows[i], bps = engine.rate(flow, bin), a = s.home.get(flow.from), b = s.home.get(flow.to);
      const key = `${a} ${b}`;
      if (!tables[w].pair.has(key)) tables[w].pair.set(key, engine.pour(tables[w], a, b));
      const shares = tables[w].pair.get(key), there = s.links.some((l) => l.from === a || l.to === a);
      const cost = shares && there ? engine.distances(tables[w], b).get(a) : null;
      sides[w].offered += bps;
      if (cost === null) sides[w].unrouted += bps;
      else for (const [id, share] of shares) sides[w].loads.get(id)[k] += bps * share;
      return { flow, bps, a, b, cost, shares };
    }));
    for (const [before, after] of ways) {
      const cut = after.cost === null && before.cost !== null, far = after.cost > before.cost && !cut;
      if (cut) disconnected += after.bps;
      const d = `${after.a}\n${after.b}`;
      if (cut || far) demands.set(d, { from: after.a, to: after.b, bps: (demands.get(d)?.bps ?? 0) + after.bps / bins.length, cost_before: before.cost, cost_after: after.cost });
      const over = !cut && [...after.shares.keys()].some((id) => { const l = after_links.find((x) => x.id === id) ?? {}; return l.capacity_bps && sides[1].loads.get(id)[k] > l.capacity_bps && sides[0].loads.get(id)[k] <= l.capacity_bps; });
      if (!cut && !far && !over) continue;
      for (const [list, name] of [["applications", after.flow.app], ["processes", after.flow.process], ["users", after.flow.user], ["routers", after.a]]) {
        const h = who[list].get(name) ?? { name, bps: 0, disconnected_bps: 0, overloaded_bps: 0, longer_bps: 0 };
        h.bps += after.bps / bins.length;
        if (cut) h.disconnected_bps += after.bps / bins.length;
        if (over) h.overloaded_bps += after.bps / bins.length;
        if (far) h.longer_bps += after.bps / bins.length;
        who[list].set(name, h);
      }
    }
  });
  const times = bins.map(iso_of), left = new Map(after_links.map((l) => [l.id, l]));
  const links = net.links.map((l) => {
    const capacity = left.get(l.id)?.capacity_bps ?? l.capacity_bps;
    const before = spread(sides[0].loads.get(l.id), times, l.capacity_bps), after = spread(sides[1].loads.get(l.id), times, capacity);
    return { id: l.id, from: l.from, to: l.to, before_bps: before.median_bps, after_bps: after.median_bps, capacity_bps: capacity, state: left.has(l.id) ? "up" : "gone", overloaded: (before.worst_utilisation ?? 0) <= 1 && (after.worst_utilisation ?? 0) > 1, before, after };
  });
  const side_of = (w, name) => {
    const most = bins.map((_, k) => Math.max(0, ...net.links.map((l) => (l.capacity_bps ? sides[w].loads.get(l.id)[k] / l.capacity_bps : 0))));
    const s = spread(most, times, null);
    return { max_utilisation: s.worst_bps, worst_bin: s.worst_bin, median_max_utilisation: s.median_bps, p95_max_utilisation: s.p95_bps, offered_bps: sides[w].offered / bins.length, unrouted_bps: sides[w].unrouted / bins.length, unattached_bps: 0, local_bps: 0, name };
  };
  const pain = (h) => 4 * h.disconnected_bps + 2 * h.overloaded_bps + h.longer_bps;
  return {
    bins: bins.length, before: side_of(0), after: side_of(1), disconnected_bps: disconnected / bins.length, coverage: 0.93, links, worst: links.slice(0, 10).map((l) => l.id),
    demands: [...demands.values()].sort((a, b) => (a.cost_after === null ? 0 : 1) - (b.cost_after === null ? 0 : 1) || b.bps - a.bps),
    hurt: Object.fromEntries(Object.entries(who).map(([list, m]) => [list, [...m.values()].sort((a, b) => pain(b) - pain(a))])),
  };
}
