import { change_colour, kLoud, kPalettes, kUnchanged, utilisation_colour, type Theme } from "./colour";
import { bps, percent, signed_bps } from "./format";
import { guessed, lanes, used, type Graph, type Lane, type MapLink, type MapNode } from "./graph";
import { place_labels, type Box, type Label, type Segment, type Wanted } from "./labels";
import { host_places, type Point, type Positions } from "./layout";

// A Scene is the map in CSS pixels, ready to paint: every ribbon's corners, every node's place,
// every label's box. Building it is a pure function, so pictures can be tested as text, and
// hit-testing and painting cannot disagree.

export interface View {
  k: number; // pixels a world unit
  x: number;
  y: number;
}

export interface SceneOptions {
  view: View;
  fit_k: number; // the k at which all is visible: zoom is k / fit_k
  width: number;
  height: number;
  theme: Theme;
  max_bps: number; // the load of the widest ribbon
  selected_link: string | null;
  selected_node: string | null;
  hovered: string | null;
  lit: ReadonlyMap<string, number> | null; // a demand's links and its share on each; the rest dims
  changed: ReadonlySet<string>; // links that something has just happened to
  change: boolean; // colours and labels tell what a scenario changes, `true_load_bps` being the load before
  ringed: ReadonlySet<string>; // nodes that wear a ring: sources and sinks of the selected link
  measure: (text: string, kind: Wanted["kind"]) => number;
}

export interface Ribbon extends Segment {
  // x1..y2 is the ribbon's middle, from source to target
  id: string;
  width: number;
  colour: string;
  load: number; // 0..1 of max_bps
  down: boolean;
  hidden: boolean; // the other direction of a dead cable, drawn once
  loud: boolean;
  wire: boolean; // no load is known: a line, not a ribbon
  changed: boolean;
  lit: boolean;
  dim: boolean;
  mid: Point;
  outline: readonly Point[];
  missing: readonly Point[] | null; // what the whole recording adds to the width
  guess: readonly Point[] | null; // what is estimated to be there beside what was counted
  reach: readonly Point[] | null; // from there on to what may be there at most
  unsure: readonly Segment[]; // rungs over the part of the width that a change in the bin makes uncertain
}

export interface SceneNode extends Point {
  id: string;
  node: MapNode;
  radius: number;
}

export interface Mark extends Point {
  kind: "loud" | "down";
  text: string;
  width: number;
}

export interface Scene {
  ribbons: Ribbon[];
  nodes: SceneNode[];
  host_lines: Segment[];
  marks: Mark[];
  labels: Label[];
  selected_link: string | null;
  selected_node: string | null;
  hovered: string | null;
  widest: number; // pixels of max_bps
}

const kDownWide = 58; // pixels of a mark that says "down"
const kFoldedSize = 1.6; // of a router, for a part that holds many
export const kLabelHeight = 15;
const kAllNamedMax = 300;
export const kMarkHeight = 17;

const kCoarse = [1, 2, 5, 10] as const;
export const kFine = [1, 1.5, 2, 3, 4, 5, 6, 8, 10] as const; // for charts, which should fill their height

export function nice_ceiling(value: number, steps: readonly number[] = kCoarse): number {
  if (!(value > 0)) return 1e6;
  const step = 10 ** Math.floor(Math.log10(value));
  for (const m of steps) if (value <= m * step * 1.0001) return m * step;
  return 10 * step;
}

export interface Margin {
  side: number;
  top: number;
  bottom: number;
}

export function fit_view(places: Positions, width: number, height: number, margin: Margin): View {
  if (places.size === 0) return { k: 1, x: 0, y: 0 };
  const xs = [...places.values()].map((p) => p.x), ys = [...places.values()].map((p) => p.y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const free = Math.max(40, height - margin.top - margin.bottom);
  const k = Math.max(0.02, Math.min((width - 2 * margin.side) / Math.max(1, right - left), free / Math.max(1, bottom - top), 4));
  return { k, x: width / 2 - (k * (left + right)) / 2, y: margin.top + free / 2 - (k * (top + bottom)) / 2 };
}

const to_screen = (view: View, p: Point): Point => ({ x: p.x * view.k + view.x, y: p.y * view.k + view.y });

export function build_scene(graph: Graph, places: Positions, o: SceneOptions): Scene {
  const screen = new Map([...places].map(([id, p]) => [id, to_screen(o.view, p)]));
  const all = lanes(graph.links);
  const typical = typical_length(all, screen);
  const scale = Math.max(0.45, Math.min(1.5, typical / 130));
  const radius = { router: 8 * scale, network: 6 * scale, host: 3.5 * Math.min(1.3, scale) };

  const near = typical > 62;
  const hosts = near ? host_places(graph, screen, 34 * Math.min(1.5, Math.max(0.75, scale))) : new Map<string, Point>();
  const nodes: SceneNode[] = [];
  const host_lines: Segment[] = [];
  for (const node of graph.nodes) {
    const at = node.kind === "host" ? hosts.get(node.id) : screen.get(node.id);
    if (!at) continue;
    nodes.push({ id: node.id, node, x: at.x, y: at.y, radius: radius[node.kind] * (node.holds > 0 ? kFoldedSize : 1) });
    const home = node.kind === "host" && node.home ? screen.get(node.home) : undefined;
    if (home) host_lines.push({ x1: home.x, y1: home.y, x2: at.x, y2: at.y });
  }

  const radius_of = new Map(nodes.map((n) => [n.id, n.radius]));
  const widest = Math.max(2.5, Math.min(13, typical * 0.1));
  const down = new Set(graph.links.filter((l) => l.state === "down").map((l) => `${l.from}\n${l.to}`));
  const ribbons: Ribbon[] = [];
  for (const lane of all) {
    const a = screen.get(lane.link.from), b = screen.get(lane.link.to);
    if (a && b && !graph.counted) ribbons.push(wire(lane, a, b, radius_of.get(lane.link.from) ?? 0, radius_of.get(lane.link.to) ?? 0, down, o));
    else if (a && b) ribbons.push(ribbon(lane, a, b, radius_of.get(lane.link.from) ?? 0, radius_of.get(lane.link.to) ?? 0, widest, down, o));
  }
  const marks = marks_of(graph, ribbons, typical);
  const scene: Scene = { ribbons, nodes, host_lines, marks, labels: [], selected_link: o.selected_link, selected_node: o.selected_node, hovered: o.hovered, widest };
  scene.labels = labels_of(graph, scene, o, typical);
  return scene;
}

function typical_length(all: readonly Lane[], screen: Positions): number {
  const lengths = all.flatMap(({ link, forward }) => {
    const a = screen.get(link.from), b = screen.get(link.to);
    return forward && a && b ? [Math.hypot(a.x - b.x, a.y - b.y)] : [];
  });
  lengths.sort((p, q) => p - q);
  return lengths[lengths.length >> 1] ?? 130;
}

function ribbon(lane: Lane, a: Point, b: Point, from_radius: number, to_radius: number, widest: number, down: ReadonlySet<string>, o: SceneOptions): Ribbon {
  const { link } = lane;
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1e-6;
  const ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
  const nx = -uy, ny = ux; // to the right of the direction, as traffic drives
  const load = Math.min(1, Math.max(0, link.load_bps / o.max_bps));
  const width = Math.max(1, load * widest);
  const broad = (value: number) => Math.max(1, Math.min(kReachMax, Math.max(0, value / o.max_bps)) * widest);
  const shift = (lane.rank - (lane.lanes - 1) / 2) * (2 * widest + 3) * (lane.forward ? 1 : -1);
  const gap = 0.6;
  const start = Math.min(from_radius + 2, length * 0.4), end = length - Math.min(to_radius + 2, length * 0.4);
  const at = (along: number, aside: number): Point => ({ x: a.x + ux * along + nx * (shift + aside), y: a.y + uy * along + ny * (shift + aside) });
  const tip = Math.min(width * 1.3 + 2, (end - start) / 2);
  const middle = gap + width / 2;
  const p = at(start, middle), q = at(end, middle);
  const is_down = link.state === "down";
  const full = broad(link.true_load_bps ?? 0);
  const likely = broad(link.estimate?.bps ?? 0), most = broad(link.estimate?.high_bps ?? 0);
  const tip_of = (w: number) => Math.min(w * 1.3 + 2, (end - start) / 2);
  // A sleeve around the ribbon's outer side, from one width to a greater one.
  const sleeve = (w: number, from = width) => [at(start, gap + from), at(end - tip_of(from), gap + from), at(end, gap), at(end - tip_of(w), gap + w), at(start, gap + w)];
  const show_guess = !is_down && guessed(link) && likely - width > 0.8;
  const level = used(link);
  const both_down = is_down && down.has(`${link.to}\n${link.from}`);
  return {
    id: link.id, x1: p.x, y1: p.y, x2: q.x, y2: q.y, width, load, down: is_down, hidden: both_down && !lane.forward,
    colour: is_down ? kPalettes[o.theme].down : o.change ? change_colour(change_of(link, o.max_bps), o.theme) : utilisation_colour(level, o.theme), loud: !is_down && (level ?? 0) > kLoud, wire: false, changed: o.changed.has(link.id), lit: o.lit?.has(link.id) ?? false, dim: o.lit !== null && !o.lit.has(link.id) && !is_down,
    mid: at((start + end) / 2, is_down ? 3 : middle),
    outline: [at(start, gap), at(end, gap), at(end - tip, gap + width), at(start, gap + width)],
    missing: !is_down && full - width > 0.8 ? sleeve(full) : null,
    guess: show_guess ? sleeve(likely) : null,
    reach: show_guess && most - likely > 0.8 ? sleeve(most, likely) : null,
    unsure: is_down || link.uncertain < kUnsureMin ? [] : rungs(Math.max(Math.min(3, width * 0.6), link.uncertain * width), start, end - tip, (along, aside) => at(along, gap + width - aside)),
  };
}

// Of its capacity, or where none is known of the widest: what a scenario adds to a link.
const change_of = (l: MapLink, max_bps: number): number => (l.true_load_bps === null ? 0 : (l.load_bps - l.true_load_bps) / (l.capacity_bps ?? max_bps));

const kReachMax = 1.4; // of the widest: an upper end far away is cut here, and the number says it
const kRung = 6;
const kUnsureMin = 0.02; // of the load: less is not worth a mark

// Short strokes across the outer `part` pixels of a ribbon. Long enough to be seen on a thin one.
function rungs(part: number, start: number, end: number, at: (along: number, aside: number) => Point): Segment[] {
  if (part < 1) return [];
  const out: Segment[] = [];
  for (let along = start + kRung; along < end; along += kRung) {
    const p = at(along, 0), q = at(along, part);
    out.push({ x1: p.x, y1: p.y, x2: q.x, y2: q.y });
  }
  return out;
}

// Where nothing counts traffic, a cable is one line, whichever way: there is nothing to tell its directions apart.
function wire(lane: Lane, a: Point, b: Point, from_radius: number, to_radius: number, down: ReadonlySet<string>, o: SceneOptions): Ribbon {
  const { link } = lane;
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1e-6;
  const ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
  const shift = (lane.rank - (lane.lanes - 1) / 2) * 6 * (lane.forward ? 1 : -1);
  const start = Math.min(from_radius, length * 0.4), end = length - Math.min(to_radius, length * 0.4);
  const at = (along: number, aside: number): Point => ({ x: a.x + ux * along - uy * (shift + aside), y: a.y + uy * along + ux * (shift + aside) });
  const p = at(start, 0), q = at(end, 0);
  const is_down = link.state === "down";
  const palette = kPalettes[o.theme];
  return {
    id: link.id, x1: p.x, y1: p.y, x2: q.x, y2: q.y, width: 1, load: 0, down: is_down, loud: false, wire: true, changed: o.changed.has(link.id),
    hidden: !lane.forward && lane.paired && (!is_down || down.has(`${link.to}\n${link.from}`)),
    colour: is_down ? palette.down : link.backbone ? palette.wire : palette.wire_area,
    lit: o.lit?.has(link.id) ?? false, dim: o.lit !== null && !o.lit.has(link.id) && !is_down,
    mid: at((start + end) / 2, 0), outline: [at(start, -1), at(end, -1), at(end, 1), at(start, 1)], missing: null, guess: null, reach: null, unsure: [],
  };
}

function marks_of(graph: Graph, ribbons: readonly Ribbon[], typical: number): Mark[] {
  const link = new Map(graph.links.map((l) => [l.id, l]));
  return ribbons.flatMap((r): Mark[] => {
    const length = Math.hypot(r.x2 - r.x1, r.y2 - r.y1);
    const fits = typical > 60 && length > kDownWide * 1.3;
    if (r.down) return r.hidden || (!r.changed && ribbons.length > 600 && typical < 60) ? [] : [{ ...r.mid, kind: "down", text: fits ? "down" : "", width: fits ? kDownWide : 17 }];
    if (!r.loud || r.dim) return [];
    const l = link.get(r.id)!;
    const share = `${guessed(l) ? "~" : ""}${percent(used(l))}`;
    const wide = 25 + share.length * 7.5;
    const text = length > 2 * wide + 16 ? share : "";
    const width = text ? wide : 17;
    // Past the middle, so that the other direction's mark has its place.
    const along = Math.min(0.85, 0.5 + (width / 2 + 3) / (length || 1));
    return [{ x: r.x1 + (r.x2 - r.x1) * along, y: r.y1 + (r.y2 - r.y1) * along, kind: "loud", text, width }];
  });
}

function labels_of(graph: Graph, scene: Scene, o: SceneOptions, typical: number): Label[] {
  const zoom = o.view.k / o.fit_k;
  const frame: Box = { x: 2, y: 2, width: o.width - 4, height: o.height - 4 };
  const inside = (p: Point) => p.x > 0 && p.y > 0 && p.x < o.width && p.y < o.height;
  const touched = new Map<string, number>();
  for (const l of graph.links) touched.set(l.to, (touched.get(l.to) ?? 0) + l.load_bps);

  const reverse = graph.counted ? null : new Map(graph.links.map((l) => [`${l.from}\n${l.to}`, l]));
  const cost_text = (l: MapLink) => {
    const back = reverse?.get(`${l.to}\n${l.from}`);
    return back && back.cost !== l.cost && back.cost > 0 ? `${l.cost} / ${back.cost}` : `cost ${l.cost}`;
  };
  // Of very many routers seen from afar, only those are named that something happens at.
  const few = scene.nodes.length > kAllNamedMax && zoom < 1.6;
  const odd = new Set(graph.links.flatMap((l) => (l.state === "down" || o.changed.has(l.id) ? [l.from, l.to] : [])));
  const wanted: Wanted[] = [];
  for (const n of scene.nodes) {
    if (!inside(n) || (few && !odd.has(n.id) && n.id !== o.selected_node && n.id !== o.hovered)) continue;
    const named = n.id === o.selected_node || n.id === o.hovered;
    if (n.node.kind === "host" && typical < 105 && !named) continue;
    const kind = n.node.kind === "host" ? "host" : "node";
    const rank = n.node.kind === "router" ? 2 : n.node.kind === "network" ? 1.4 : 1;
    wanted.push({ text: n.node.label, x: n.x, y: n.y, clear: clear_of(n, o), kind, importance: (named ? 10 : odd.has(n.id) && !graph.counted ? 5 : rank) + Math.min(0.9, (touched.get(n.id) ?? 0) / (10 * o.max_bps)), always: named });
  }
  const ribbon_of = new Map(scene.ribbons.map((r) => [r.id, r]));
  for (const l of graph.links) {
    const r = ribbon_of.get(l.id)!;
    const share = o.lit?.get(l.id);
    const named = l.id === o.selected_link || l.id === o.hovered || share !== undefined;
    const length = Math.hypot(r.x2 - r.x1, r.y2 - r.y1);
    const moved = o.change && !r.down && length >= kNamedMin && Math.abs(change_of(l, o.max_bps)) >= kTold && inside(r.mid);
    if (moved) wanted.push({ text: signed_bps(l.load_bps - (l.true_load_bps ?? 0)), x: r.mid.x, y: r.mid.y, clear: r.width / 2 + 1, kind: "link", importance: 3 + Math.abs(change_of(l, o.max_bps)), always: named });
    if (moved) continue;
    if (r.down || !inside(r.mid) || length < (named ? 30 : 70) || !(named || zoom > 1.55)) continue;
    if (r.hidden) continue;
    const text = !graph.counted && share === undefined ? cost_text(l) : share !== undefined ? percent(share) : [l.load_bps > 0 || named ? load_text(l) : "", zoom > 2.4 ? `cost ${l.cost}` : ""].filter(Boolean).join("  ");
    if (!text) continue;
    wanted.push({ text, x: r.mid.x, y: r.mid.y, clear: r.width / 2 + 1, kind: "link", importance: named ? 9 : 0.5 + r.load / 3, always: named });
  }
  const taken: Box[] = [
    ...scene.nodes.map((n) => ({ x: n.x - n.radius, y: n.y - n.radius, width: 2 * n.radius, height: 2 * n.radius })),
    ...scene.marks.map((m) => ({ x: m.x - m.width / 2, y: m.y - kMarkHeight / 2, width: m.width, height: kMarkHeight })),
  ];
  const lines: Segment[] = scene.ribbons.length > 300 ? [] : [...scene.ribbons, ...scene.host_lines];
  return place_labels(wanted, taken, lines, frame, o.measure, kLabelHeight);
}

const kNamedMin = 30; // pixels of a ribbon that a label may stand at
const kTold = 4 * kUnchanged; // of capacity: smaller changes are seen, not written

// An estimate has a tilde; what was counted has none.
const load_text = (l: MapLink) => (guessed(l) ? `~${bps(l.estimate!.bps)}` : bps(l.load_bps));

function clear_of(n: SceneNode, o: SceneOptions): number {
  if (n.node.kind === "host") return n.radius;
  if (n.node.kind === "network") return n.radius * 1.6 + 1;
  return n.radius + (o.ringed.has(n.id) ? 7 : 1);
}

// What is under the pointer: a node before a link, the nearest before the others.
export type Hit = { kind: "node" | "link"; id: string } | null;

export function hit(scene: Scene, x: number, y: number, reach = 7): Hit {
  let best: Hit = null, nearest = Infinity;
  for (const n of scene.nodes) {
    const d = Math.hypot(n.x - x, n.y - y) - n.radius;
    if (d < Math.min(nearest, reach * 0.6)) [best, nearest] = [{ kind: "node", id: n.id }, d];
  }
  if (best) return best;
  for (const r of scene.ribbons) {
    const d = distance_to(r, x, y) - r.width / 2;
    if (d < Math.min(nearest, reach)) [best, nearest] = [{ kind: "link", id: r.id }, d];
  }
  return best;
}

function distance_to(s: Segment, x: number, y: number): number {
  const dx = s.x2 - s.x1, dy = s.y2 - s.y1;
  const t = Math.max(0, Math.min(1, ((x - s.x1) * dx + (y - s.y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - s.x1 - t * dx, y - s.y1 - t * dy);
}
