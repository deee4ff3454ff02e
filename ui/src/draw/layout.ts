import type { Graph } from "./graph";

// Where nodes are, in world units (the map is about 1,000 wide). Hints and saved places are kept
// as they are; what has neither is placed by stress majorisation (Gansner, Koren, North 2004) over
// hop distances. No randomness: the same network gives the same map every time.
//
// Cost: one breadth-first search per free node and kRounds passes over the pairs; 1,000 routers
// take about half a second, once.

export interface Point {
  x: number;
  y: number;
}
export type Positions = ReadonlyMap<string, Point>;

export const kWorld = { width: 1000, height: 640 };
const kRounds = 40;
const kStressNodesMax = 1500;

export function layout(graph: Graph, saved: Positions): Map<string, Point> {
  const nodes = graph.nodes.filter((n) => n.kind !== "host");
  const index = new Map(nodes.map((n, i) => [n.id, i]));
  const neighbours: number[][] = nodes.map(() => []);
  for (const l of graph.links) {
    const a = index.get(l.from), b = index.get(l.to);
    if (a !== undefined && b !== undefined && a !== b && !neighbours[a]!.includes(b)) neighbours[a]!.push(b);
  }
  const place: (Point | null)[] = nodes.map((n) => {
    const kept = saved.get(n.id);
    if (kept) return { ...kept };
    return n.hint ? { x: n.hint.x * kWorld.width, y: n.hint.y * kWorld.height } : null;
  });
  const free = place.flatMap((p, i) => (p ? [] : [i]));
  // What hangs between placed nodes (a broadcast network, mostly) goes between them; the rest is settled.
  const between = free.filter((i) => neighbours[i]!.length > 0 && neighbours[i]!.every((j) => place[j] !== null));
  const edges = neighbours.flatMap((list, i) => list.filter((j) => i < j && place[i] && place[j]).map((j): [Point, Point] => [place[i]!, place[j]!]));
  for (const i of between) place[i] = clear_place(neighbours[i]!.map((j) => place[j]!), place, edges);
  const rest = free.filter((i) => place[i] === null);
  if (rest.length > 0) settle(neighbours, place, rest);
  return new Map(nodes.map((n, i) => [n.id, place[i]!]));
}

function hops(neighbours: readonly number[][], from: number): Int32Array {
  const distance = new Int32Array(neighbours.length).fill(-1);
  distance[from] = 0;
  const queue = [from];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!;
    for (const next of neighbours[node]!) {
      if (distance[next]! >= 0) continue;
      distance[next] = distance[node]! + 1;
      queue.push(next);
    }
  }
  return distance;
}

// Gives every free node a place; the others do not move.
function settle(neighbours: readonly number[][], place: (Point | null)[], free: readonly number[]): void {
  const n = neighbours.length;
  const all_free = free.length === n;
  const distance = free.map((i) => hops(neighbours, i));
  let far = 1;
  for (const row of distance) for (const d of row) far = Math.max(far, d);
  const unit = all_free ? kWorld.width / (far + 1) : mean_edge(neighbours, place);

  if (all_free) spread(neighbours, place);
  else for (const i of free) place[i] = beside(neighbours[i]!, place, i, unit);
  if (n > kStressNodesMax) return fit(place);

  const xs = Float64Array.from(place, (p) => p!.x), ys = Float64Array.from(place, (p) => p!.y);
  for (let round = 0; round < kRounds; round++) {
    free.forEach((i, k) => {
      let x = 0, y = 0, weight = 0;
      const row = distance[k]!;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        const d = (row[j]! < 0 ? far + 1 : row[j]!) * unit;
        const w = 1 / (d * d);
        const dx = xs[i]! - xs[j]!, dy = ys[i]! - ys[j]!;
        const now = Math.hypot(dx, dy) || 1e-9;
        x += w * (xs[j]! + (d * dx) / now);
        y += w * (ys[j]! + (d * dy) / now);
        weight += w;
      }
      xs[i] = x / weight;
      ys[i] = y / weight;
    });
  }
  for (const i of free) place[i] = { x: xs[i]!, y: ys[i]! };
  if (all_free) fit(place);
}

// A first placing without chance: hop distances to far-apart pivots as coordinates.
function spread(neighbours: readonly number[][], place: (Point | null)[]): void {
  const n = neighbours.length;
  const from = (start: number) => hops(neighbours, start);
  const farthest = (row: Int32Array) => row.reduce((best, d, i) => (d > row[best]! ? i : best), 0);
  const a = farthest(from(0));
  const to_a = from(a);
  const b = farthest(to_a);
  const to_b = from(b);
  const off_axis = to_a.map((d, i) => d + to_b[i]! - 10 * Math.abs(d - to_b[i]!));
  const c = farthest(off_axis as Int32Array);
  const to_c = from(c);
  for (let i = 0; i < n; i++) {
    const turn = i * 2.399963; // the golden angle keeps equals apart
    place[i] = { x: (to_a[i]! - to_b[i]!) * 40 + 8 * Math.cos(turn), y: to_c[i]! * 40 + 8 * Math.sin(turn) };
  }
}

// The best of a grid of places around the neighbours' middle: short links that neither pass over
// other nodes nor cross others' links, and not on top of anybody.
function clear_place(near: readonly Point[], place: readonly (Point | null)[], edges: readonly (readonly [Point, Point])[]): Point {
  const others = place.filter((p): p is Point => p !== null);
  const middle = { x: mean(near.map((p) => p.x)), y: mean(near.map((p) => p.y)) };
  const room = 75;
  let best = middle, least = Infinity;
  for (let row = -7; row <= 7; row++) {
    for (let column = -7; column <= 7; column++) {
      const p = { x: middle.x + column * 24, y: middle.y + row * 24 };
      let cost = Math.hypot(p.x - middle.x, p.y - middle.y) / 500;
      for (const q of near) cost += Math.hypot(p.x - q.x, p.y - q.y) / 150;
      for (const o of others) {
        cost += 4 * Math.max(0, 1 - Math.hypot(p.x - o.x, p.y - o.y) / room);
        for (const q of near) if (q !== o) cost += 2 * Math.max(0, 1 - off_line(o, p, q) / 40);
      }
      for (const [a, b] of edges) {
        cost += 2 * Math.max(0, 1 - off_line(p, a, b) / 40);
        for (const q of near) if (q !== a && q !== b && cut(p, q, a, b)) cost += 0.5;
      }
      if (cost < least - 1e-9) [best, least] = [p, cost];
    }
  }
  return best;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function off_line(p: Point, a: Point, b: Point): number {
  const dx = b.x - a.x, dy = b.y - a.y;
  const t = Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

function cut(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

function mean_edge(neighbours: readonly number[][], place: readonly (Point | null)[]): number {
  let sum = 0, count = 0;
  neighbours.forEach((list, i) => {
    for (const j of list) {
      const a = place[i], b = place[j];
      if (!a || !b) continue;
      sum += Math.hypot(a.x - b.x, a.y - b.y);
      count++;
    }
  });
  return count ? sum / count : 160;
}

function beside(near: readonly number[], place: readonly (Point | null)[], i: number, unit: number): Point {
  const known = near.flatMap((j) => (place[j] ? [place[j]!] : []));
  const turn = i * 2.399963;
  const middle = known.length
    ? { x: known.reduce((s, p) => s + p.x, 0) / known.length, y: known.reduce((s, p) => s + p.y, 0) / known.length }
    : { x: kWorld.width / 2, y: kWorld.height / 2 };
  const away = known.length > 1 ? 0.15 : 0.8;
  return { x: middle.x + unit * away * Math.cos(turn), y: middle.y + unit * away * Math.sin(turn) };
}

// Scales a free layout into the world, the long side across.
function fit(place: (Point | null)[]): void {
  const xs = place.map((p) => p!.x), ys = place.map((p) => p!.y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const turn = bottom - top > right - left;
  const wide = (turn ? bottom - top : right - left) || 1, high = (turn ? right - left : bottom - top) || 1;
  const k = Math.min(kWorld.width / wide, (kWorld.height * 1.4) / high);
  place.forEach((p, i) => {
    const x = p!.x - left, y = p!.y - top;
    place[i] = turn ? { x: y * k, y: x * k } : { x: x * k, y: y * k };
  });
}

// Hosts stand on a small arc around their router, in the widest gap between its links.
export function host_places(graph: Graph, places: Positions, radius: number): Map<string, Point> {
  const out = new Map<string, Point>();
  const at_router = new Map<string, string[]>();
  for (const n of graph.nodes) {
    if (n.kind !== "host" || n.home === null || !places.has(n.home)) continue;
    const list = at_router.get(n.home);
    if (list) list.push(n.id);
    else at_router.set(n.home, [n.id]);
  }
  for (const [home, hosts] of at_router) {
    const centre = places.get(home)!;
    const angles = graph.links.flatMap((l) => {
      const other = l.from === home ? places.get(l.to) : undefined;
      return other ? [Math.atan2(other.y - centre.y, other.x - centre.x)] : [];
    });
    const { middle, width } = widest_gap(angles);
    const step = Math.min(0.62, (width * 0.8) / Math.max(1, hosts.length));
    hosts.forEach((id, i) => {
      const angle = middle + (i - (hosts.length - 1) / 2) * step;
      out.set(id, { x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) });
    });
  }
  return out;
}

export function widest_gap(angles: readonly number[]): { middle: number; width: number } {
  const turn = 2 * Math.PI;
  const sorted = [...angles].map((a) => ((a % turn) + turn) % turn).sort((a, b) => a - b);
  if (sorted.length === 0) return { middle: Math.PI / 2, width: turn };
  let best = { middle: 0, width: -1 };
  sorted.forEach((a, i) => {
    const next = i + 1 < sorted.length ? sorted[i + 1]! : sorted[0]! + turn;
    if (next - a > best.width) best = { middle: (a + next) / 2, width: next - a };
  });
  return best;
}
