// Routes the made-up flows over the made-up network, equal costs split per hop, so that the
// mock's numbers agree with each other. Plain and slow; the real engine is the server's.

function group_by(list, key) {
  const out = new Map();
  for (const x of list) out.has(key(x)) ? out.get(key(x)).push(x) : out.set(key(x), [x]);
  return out;
}

export class Engine {
  constructor(net, from_ms, bin_s, bins) {
    Object.assign(this, { net, from_ms, bin_s, bins });
    this.host = new Map(net.hosts.map((h) => [h.name, h]));
    const order = net.hosts.map((h, i) => [(i * 7919 + 13) % 101, h.name]).sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
    this.rank = new Map(order.map(([, name], i) => [name, i]));
    this.events = net.events.map((e) => ({
      time_ms: from_ms + e.after_s * 1000, kind: e.kind, text: e.text, cost: e.cost,
      links: net.links.filter((l) => (l.from === e.pair[0] && l.to === e.pair[1]) || (!e.cost && l.from === e.pair[1] && l.to === e.pair[0])).map((l) => l.id),
    }));
    this.routes = new Map();
  }

  instrumented(share) {
    const n = Math.round(share * this.net.hosts.length);
    return new Set(this.net.hosts.filter((h) => this.rank.get(h.name) < n).map((h) => h.name));
  }

  // How many events have happened by then: names the topology.
  epoch(ms) { return this.events.filter((e) => e.time_ms <= ms).length; }

  links(epoch) {
    const down = new Set(), cost = new Map();
    for (const e of this.events.slice(0, epoch)) {
      for (const id of e.links) {
        if (e.kind === "link_down") down.add(id);
        if (e.kind === "link_up") down.delete(id);
        if (e.kind === "cost") cost.set(id, e.cost);
      }
    }
    return this.net.links.map((l) => ({ ...l, cost: cost.get(l.id) ?? l.cost, state: down.has(l.id) ? "down" : "up" }));
  }

  // Shares of every link for traffic a -> b, in this epoch.
  shares(epoch, a, b) {
    let table = this.routes.get(epoch);
    if (!table) this.routes.set(epoch, (table = { links: this.links(epoch).filter((l) => l.state === "up"), to: new Map(), pair: new Map() }));
    const key = `${a} ${b}`;
    if (!table.pair.has(key)) table.pair.set(key, this.pour(table, a, b));
    return table.pair.get(key);
  }

  distances(table, b) {
    if (table.to.has(b)) return table.to.get(b);
    table.into ??= group_by(table.links, (l) => l.to);
    const dist = new Map([[b, 0]]), done = new Set();
    const queue = [[0, b]];
    while (queue.length) {
      let best = 0;
      for (let i = 1; i < queue.length; i++) if (queue[i][0] < queue[best][0]) best = i;
      const [d, node] = queue.splice(best, 1)[0];
      if (done.has(node)) continue;
      done.add(node);
      for (const l of table.into.get(node) ?? []) {
        if (d + l.cost < (dist.get(l.from) ?? Infinity)) { dist.set(l.from, d + l.cost); queue.push([d + l.cost, l.from]); }
      }
    }
    table.to.set(b, dist);
    return dist;
  }

  pour(table, a, b) {
    const out = new Map();
    const dist = this.distances(table, b);
    if (!dist.has(a)) return null;
    table.out_of ??= group_by(table.links, (l) => l.from);
    const at = new Map([[a, 1]]);
    const nodes = [a];
    while (nodes.length) {
      nodes.sort((x, y) => dist.get(y) - dist.get(x) || (x.startsWith("net:") ? 1 : -1));
      const node = nodes.shift(), share = at.get(node);
      if (node === b) continue;
      at.delete(node);
      const next = table.out_of.get(node).filter((l) => dist.has(l.to) && Math.abs(dist.get(l.to) + l.cost - dist.get(node)) < 1e-9 && !(node.startsWith("net:") && l.to === node));
      for (const l of next) {
        out.set(l.id, (out.get(l.id) ?? 0) + share / next.length);
        if (!at.has(l.to)) nodes.push(l.to);
        at.set(l.to, (at.get(l.to) ?? 0) + share / next.length);
      }
    }
    return out;
  }

  bin_of(ms) { return Math.max(0, Math.min(this.bins - 1, Math.floor((ms - this.from_ms) / 1000 / this.bin_s))); }

  // Of a bin that is still open, what has come of it so far.
  filling = () => 1;

  rate(flow, bin) {
    if (bin < flow.from_bin || bin >= flow.to_bin) return 0;
    return this.filling(bin) * flow.bps * Math.max(0.05, 1 + flow.wobble * Math.sin(flow.phase + bin * 0.7) + 0.15 * Math.sin(flow.phase * 3 + bin * 2.1));
  }

  // The pieces of a bin with one topology each: [epoch, share of the bin].
  pieces(bin) {
    const from = this.from_ms + bin * this.bin_s * 1000, to = from + this.bin_s * 1000;
    const cuts = [from, ...this.events.map((e) => e.time_ms).filter((t) => t > from && t < to), to];
    return cuts.slice(1).map((end, i) => [this.epoch(cuts[i]), (end - cuts[i]) / (to - from)]);
  }

  // Every flow's rate on every link: yields {flow, link, bps, share, seen}.
  *parts(bin, chosen) {
    for (const flow of this.net.flows) {
      const bps = this.rate(flow, bin);
      if (!bps) continue;
      const seen = chosen.has(flow.from) || chosen.has(flow.to);
      for (const [epoch, weight] of this.pieces(bin)) {
        const shares = this.shares(epoch, this.host.get(flow.from).router, this.host.get(flow.to).router);
        for (const [id, share] of shares ?? []) yield { flow, id, bps: bps * share * weight, seen };
      }
    }
  }

  loads(bin, chosen) {
    const seen = new Map(), whole = new Map();
    for (const p of this.parts(bin, chosen)) {
      whole.set(p.id, (whole.get(p.id) ?? 0) + p.bps);
      if (p.seen) seen.set(p.id, (seen.get(p.id) ?? 0) + p.bps);
    }
    return { seen, whole };
  }
}
