import type { Bound, LinkOutcome, LoadSpread, Sweep, SweptLink, TriedFailure, WhatIf } from "../api/types";
import type { Graph, MapLink, MapNode } from "./graph";

// What a scenario does, as a network to draw and as lists. The map of a change is the network with the scenario:
// `load_bps` is what a link would carry and `true_load_bps` what it carries, so that whatever draws and folds
// the one beside the other does it here, too.

export type Measure = "median" | "p95" | "worst";
export type Shows = "change" | "before" | "after";

export const load_of = (s: LoadSpread, m: Measure): number => (m === "median" ? s.median_bps : m === "p95" ? s.p95_bps : s.worst_bps);

// What it had before: a scenario may change capacities.
export function capacity_before(l: LinkOutcome): number | null {
  if (l.state === "added") return null;
  return l.before.worst_utilisation ? l.before.worst_bps / l.before.worst_utilisation : l.capacity_bps;
}

export function share_of(l: LinkOutcome, side: "before" | "after", m: Measure): number | null {
  const capacity = side === "before" ? capacity_before(l) : l.capacity_bps;
  return capacity ? load_of(l[side], m) / capacity : null;
}

const kSame = 1e-9; // of a load: less is rounding

// Whether anything of it changes.
export function changes(l: LinkOutcome): boolean {
  if (l.state !== "up" || capacity_before(l) !== l.capacity_bps) return true;
  const moved = (m: Measure) => Math.abs(load_of(l.after, m) - load_of(l.before, m)) > kSame * load_of(l.before, m) + 1e-3;
  return moved("median") || moved("p95") || moved("worst");
}

// The most changed first, by share of capacity or, where none is known, by load; those that go or are overloaded before all.
export function by_change(links: readonly LinkOutcome[], m: Measure): LinkOutcome[] {
  const loud = (l: LinkOutcome) => (l.overloaded || l.state !== "up" ? 1 : 0);
  const size = (l: LinkOutcome) => Math.abs(load_of(l.after, m) - load_of(l.before, m)) / (l.capacity_bps ?? 1e9);
  return [...links].sort((a, b) => loud(b) - loud(a) || size(b) - size(a) || (a.id < b.id ? -1 : 1));
}

// The fullest link with the scenario, and before.
export function fullest(answer: WhatIf, side: "before" | "after"): LinkOutcome | null {
  let most: LinkOutcome | null = null;
  for (const l of answer.links) if ((l[side].worst_utilisation ?? 0) > (most?.[side].worst_utilisation ?? 0)) most = l;
  return most;
}

export const newly_overloaded = (answer: WhatIf): LinkOutcome[] => answer.links.filter((l) => l.overloaded).sort((a, b) => (b.after.worst_utilisation ?? 0) - (a.after.worst_utilisation ?? 0));

// Two costs are compared where both ways are there.
export const cut_off = (answer: WhatIf) => answer.demands.filter((d) => d.cost_after === null && d.cost_before !== null);
export const longer = (answer: WhatIf) => answer.demands.filter((d) => d.cost_after !== null && d.cost_before !== null && d.cost_after > d.cost_before);

// The network with the scenario, or before it, with these loads.
export function outcome_graph(graph: Graph, answer: WhatIf, m: Measure, shows: Shows): Graph {
  const of = new Map(answer.links.map((l) => [l.id, l]));
  const known = new Set(graph.nodes.map((n) => n.id));
  const nodes: MapNode[] = [...graph.nodes];
  const links = graph.links.map((l) => drawn(l, of.get(l.id), m, shows));
  const drawn_ids = new Set(graph.links.map((l) => l.id));
  for (const o of answer.links) {
    if (drawn_ids.has(o.id) || (o.state !== "added" && load_of(o.before, m) === 0 && load_of(o.after, m) === 0)) continue;
    for (const id of [o.from, o.to]) {
      if (known.has(id)) continue;
      known.add(id);
      nodes.push({ id, kind: id.startsWith("net:") ? "network" : "router", label: id, abr: false, instrumented: false, home: null, hint: null, down: false, late: false, holds: 0 });
    }
    links.push(drawn({ ...kBare, id: o.id, from: o.from, to: o.to }, o, m, shows));
  }
  return { nodes, links, counted: true };
}

const kBare: MapLink = {
  id: "", from: "", to: "", cost: 0, capacity_bps: null, utilisation: null, load_bps: 0, true_load_bps: null, estimate: null, counter_bps: null, residual_bps: null, uncertain: 0, state: "up", backbone: true, holds: 0,
};

function drawn(l: MapLink, o: LinkOutcome | undefined, m: Measure, shows: Shows): MapLink {
  const bare = { ...l, estimate: null, counter_bps: null, residual_bps: null, uncertain: 0 };
  if (!o) return { ...bare, load_bps: 0, true_load_bps: null, utilisation: 0 };
  const before = load_of(o.before, m), after = load_of(o.after, m);
  const gone = shows === "before" ? o.state === "added" : o.state === "gone";
  const side = shows === "before" ? "before" : "after";
  return {
    ...bare, state: gone ? "down" : l.state, load_bps: shows === "before" ? before : after, true_load_bps: shows === "change" ? before : null,
    capacity_bps: side === "before" ? capacity_before(o) : o.capacity_bps, utilisation: share_of(o, side, m),
  };
}

// The same ribbons' widths before and after, and for two scenarios: the widest of all.
export const widest = (answers: readonly (WhatIf | null)[], m: Measure): number => Math.max(0, ...answers.flatMap((a) => a?.links.flatMap((l) => [load_of(l.before, m), load_of(l.after, m)]) ?? []));

// How much more today's routing needs than it must, at least: 0.38 is 38%.
export function excess(b: Pick<Bound, "utilization" | "bound" | "reached">): number | null {
  const best = b.reached ?? b.bound;
  return best > 0 ? Math.max(0, b.utilization / best - 1) : null;
}

// Of a sweep: what cuts something off first, then what fills a link most.
export const worst_failures = (a: Sweep): TriedFailure[] => [...a.failures].sort((x, y) => y.disconnected_bps - x.disconnected_bps || y.max_utilisation - x.max_utilisation);
export const worst_links = (a: Sweep): SweptLink[] => [...a.links].sort((x, y) => (y.worst.utilisation ?? 0) - (x.worst.utilisation ?? 0) || y.worst.bps - x.worst.bps);
