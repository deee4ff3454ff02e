import { used, type Graph, type MapLink, type MapNode } from "./graph";
import type { Point, Positions } from "./layout";

// A network too large to read at once, folded: routers of one site, or else of one area, or else of one
// neighbourhood become a single node, and what runs between two such becomes one bundle with summed loads. A part
// that was opened shows its routers where they are.
//
// A bundle is as full as its fullest link, since a sum would hide the one that matters.

export interface Folding {
  of: ReadonlyMap<string, string>; // node -> the part it belongs to
  names: ReadonlyMap<string, string>; // part -> what to call it
}

export const kFoldAbove = 150; // routers; fewer are legible one by one
const kNeighbourhood = 24; // routers, about
const kPart = "fold:";

export const is_fold = (id: string): boolean => id.startsWith(kPart);
const bundle_id = (from: string, to: string) => `${kPart}${from}>>${to}`;

export interface Sites {
  site: ReadonlyMap<string, string>; // router -> site
  area: ReadonlyMap<string, string>; // router -> its only area; those in several are left out
}

// Which part each router belongs to; null when the network is small enough.
export function folding(graph: Graph, where: Sites): Folding | null {
  const routers = graph.nodes.filter((n) => n.kind === "router");
  if (routers.length <= kFoldAbove) return null;
  const by = [where.site, where.area].find((w) => routers.filter((r) => w.has(r.id)).length > routers.length * 0.6 && several(new Set(w.values()).size, routers.length));
  const of = by ? new Map([...by].map(([r, part]): [string, string] => [r, kPart + part])) : neighbourhoods(graph);
  join_networks(graph, of);
  const sizes = new Map<string, number>();
  for (const r of routers) if (of.has(r.id)) sizes.set(of.get(r.id)!, (sizes.get(of.get(r.id)!) ?? 0) + 1);
  const call = (name: string, size: number) => (by === where.area ? `area ${name}` : by ? name : size > 1 ? `${name} +${size - 1}` : name);
  return { of, names: new Map([...sizes].map(([part, size]) => [part, call(part.slice(kPart.length), size)])) };
}

const several = (parts: number, routers: number) => parts >= 3 && parts <= routers / 3;

// Where nobody says what belongs together: each part grows from its best joined router, one hop at a time.
function neighbourhoods(graph: Graph): Map<string, string> {
  const near = new Map<string, string[]>();
  for (const n of graph.nodes) if (n.kind !== "host") near.set(n.id, []);
  for (const l of graph.links) near.get(l.from)?.push(l.to);
  const order = [...near.keys()].sort((a, b) => near.get(b)!.length - near.get(a)!.length || (a < b ? -1 : 1));
  const of = new Map<string, string>();
  for (const seed of order) {
    if (of.has(seed)) continue;
    const part = kPart + seed, queue = [seed];
    of.set(seed, part);
    for (let head = 0; head < queue.length && queue.length < kNeighbourhood; head++) {
      for (const next of near.get(queue[head]!)!) {
        if (of.has(next) || queue.length >= kNeighbourhood) continue;
        of.set(next, part);
        queue.push(next);
      }
    }
  }
  return gather(near, of);
}

// Scraps that were left between grown parts join the neighbour that they have most links to.
function gather(near: ReadonlyMap<string, readonly string[]>, of: Map<string, string>): Map<string, string> {
  const members = new Map<string, string[]>();
  for (const [id, part] of of) members.set(part, [...(members.get(part) ?? []), id]);
  for (const [part, ids] of [...members].sort((a, b) => a[1].length - b[1].length)) {
    if (ids.length > kNeighbourhood / 4) continue;
    const votes = new Map<string, number>();
    for (const id of ids) for (const next of near.get(id)!) if (of.get(next) !== part) votes.set(of.get(next)!, (votes.get(of.get(next)!) ?? 0) + 1);
    const best = [...votes].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
    if (best) for (const id of ids) of.set(id, best);
  }
  return of;
}

// A broadcast network belongs where all its routers do.
function join_networks(graph: Graph, of: Map<string, string>): void {
  const parts = new Map<string, Set<string>>();
  for (const l of graph.links) {
    if (!l.from.startsWith("net:")) continue;
    parts.set(l.from, (parts.get(l.from) ?? new Set()).add(of.get(l.to) ?? ""));
  }
  for (const [net, around] of parts) {
    const only = [...around][0];
    if (around.size === 1 && only) of.set(net, only);
    else of.delete(net);
  }
}

// Where a node is on the map whose parts are folded but for the open ones: itself, or its part.
export type Home = (id: string) => string;
export const home_of = (folding: Folding, open: ReadonlySet<string>): Home => (id) => {
  const part = folding.of.get(id);
  return part === undefined || open.has(part) || open.has("*") ? id : part;
};

// What a link is on that map: itself, a bundle, or nothing where both its ends are in one part.
export function drawn_as(l: Pick<MapLink, "id" | "from" | "to">, home: Home): string | null {
  const from = home(l.from), to = home(l.to);
  return from === l.from && to === l.to ? l.id : from === to ? null : bundle_id(from, to);
}

export function fold(graph: Graph, folding: Folding, home: Home): Graph {
  const kept: MapNode[] = [], parts = new Map<string, MapNode>();
  for (const n of graph.nodes) {
    if (n.kind === "host") {
      if (n.home !== null && home(n.home) === n.home) kept.push(n);
      continue;
    }
    const to = home(n.id);
    if (to === n.id) kept.push(n);
    else parts.set(to, folded_node(to, folding.names.get(to)!, parts.get(to), n));
  }
  const links: MapLink[] = [], bundles = new Map<string, MapLink[]>();
  for (const l of graph.links) {
    const id = drawn_as(l, home);
    const bundle = id === null ? undefined : bundles.get(id);
    if (id === l.id) links.push(l);
    else if (bundle) bundle.push(l);
    else if (id !== null) bundles.set(id, [l]);
  }
  for (const [id, members] of bundles) links.push(bundled(id, home(members[0]!.from), home(members[0]!.to), members));
  return { nodes: [...kept, ...parts.values()], links, counted: graph.counted };
}

function folded_node(id: string, label: string, old: MapNode | undefined, member: MapNode): MapNode {
  const router = member.kind === "router" ? 1 : 0;
  return { id, kind: "router", label, abr: false, instrumented: false, home: null, hint: null, down: (old?.down ?? true) && member.down, late: false, holds: (old?.holds ?? 0) + router };
}

function bundled(id: string, from: string, to: string, members: readonly MapLink[]): MapLink {
  const up = members.filter((l) => l.state === "up");
  const sum = (value: (l: MapLink) => number | null) => up.reduce<number | null>((s, l) => (s === null || value(l) === null ? null : s + value(l)!), 0);
  const load_bps = sum((l) => l.load_bps) ?? 0;
  const estimated = up.some((l) => l.estimate);
  const of = (value: (e: NonNullable<MapLink["estimate"]>) => number) => up.reduce((s, l) => s + (l.estimate ? value(l.estimate) : l.load_bps), 0);
  return {
    id, from, to, cost: Math.min(...members.map((l) => l.cost)), capacity_bps: sum((l) => l.capacity_bps), load_bps, true_load_bps: sum((l) => l.true_load_bps),
    utilisation: up.reduce<number | null>((m, l) => (used(l) === null ? m : Math.max(m ?? 0, used(l)!)), null),
    estimate: estimated ? { bps: of((e) => e.bps), low_bps: of((e) => e.low_bps), high_bps: of((e) => e.high_bps) } : null,
    counter_bps: sum((l) => l.counter_bps), residual_bps: sum((l) => l.residual_bps),
    uncertain: load_bps > 0 ? up.reduce((s, l) => s + l.uncertain * l.load_bps, 0) / load_bps : 0,
    state: up.length > 0 ? "up" : "down", backbone: members.some((l) => l.backbone), holds: members.length,
  };
}

// The links that a bundle holds, the fullest first.
export const links_in = (graph: Graph, home: Home, id: string): MapLink[] =>
  graph.links.filter((l) => drawn_as(l, home) === id).sort((a, b) => (used(b) ?? 0) - (used(a) ?? 0) || b.load_bps - a.load_bps);

// A demand's links and shares, and marks of any kind, as that map has them.
export function fold_shares(graph: Graph, home: Home, shares: ReadonlyMap<string, number>): Map<string, number> {
  const out = new Map<string, number>();
  for (const l of graph.links) {
    const share = shares.get(l.id), id = share === undefined ? null : drawn_as(l, home);
    if (id !== null) out.set(id, Math.max(out.get(id) ?? 0, share!));
  }
  return out;
}

// The parts that must be open to show these nodes.
export const parts_of = (folding: Folding, nodes: readonly (string | null | undefined)[]): string[] => [...new Set(nodes.flatMap((n) => (n ? (folding.of.get(n) ?? []) : [])))];

const kApart = 0.5; // of the distance that as many parts would have if they were spread evenly
const kPushes = 30;

// A folded part stands in the middle of what it holds, and far enough from the others to be told from them.
export function folded_places(places: Positions, folding: Folding): Map<string, Point> {
  const sums = new Map<string, { x: number; y: number; n: number }>();
  for (const [id, p] of places) {
    const part = folding.of.get(id);
    if (part === undefined) continue;
    const s = sums.get(part) ?? { x: 0, y: 0, n: 0 };
    sums.set(part, { x: s.x + p.x, y: s.y + p.y, n: s.n + 1 });
  }
  const parts = [...sums].map(([part, s]) => ({ part, x: s.x / s.n, y: s.y / s.n }));
  push_apart(parts, kApart * Math.sqrt(extent(places) / Math.max(1, parts.length)));
  return new Map([...places, ...parts.map(({ part, x, y }): [string, Point] => [part, { x, y }])]);
}

function extent(places: Positions): number {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (const p of places.values()) {
    left = Math.min(left, p.x);
    right = Math.max(right, p.x);
    top = Math.min(top, p.y);
    bottom = Math.max(bottom, p.y);
  }
  return right > left ? (right - left) * Math.max(bottom - top, 1) : 0;
}

function push_apart(points: Point[], distance: number): void {
  for (let push = 0; push < kPushes; push++) {
    for (let i = 0; i < points.length; i++) {
      for (let j = 0; j < i; j++) {
        const a = points[i]!, b = points[j]!;
        const dx = b.x - a.x || 0.01 * (i - j), dy = b.y - a.y, now = Math.hypot(dx, dy);
        if (now >= distance) continue;
        const by = (distance - now) / 2 / now;
        a.x -= dx * by;
        a.y -= dy * by;
        b.x += dx * by;
        b.y += dy * by;
      }
    }
  }
}
