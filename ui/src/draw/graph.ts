import type { LinkEstimate, NewerLinkLoad } from "../api/newer";
import type { LinkLoad, Topology } from "../api/types";

// What the map draws, joined from topology and load: every direction of every link, with its load.
// Pure data; positions come from `layout`, pixels from `scene`.

export type NodeKind = "router" | "network" | "host";

export interface MapNode {
  id: string;
  kind: NodeKind;
  label: string;
  abr: boolean;
  instrumented: boolean;
  home: string | null; // a host's router
  hint: { x: number; y: number } | null; // 0..1
  down: boolean; // it was there and is not now: known by the links that it had
  late: boolean; // a host whose agent is behind the others
  holds: number; // routers that are folded into it; 0 is a node by itself
}

export interface MapLink {
  id: string;
  from: string;
  to: string;
  cost: number;
  capacity_bps: number | null;
  utilisation: number | null;
  load_bps: number;
  true_load_bps: number | null;
  estimate: LinkEstimate | null; // with what nobody counted
  counter_bps: number | null; // what the interface itself counted
  residual_bps: number | null; // of that, what no host accounts for
  uncertain: number; // share of the load that a change inside the bin makes uncertain
  state: "up" | "down";
  backbone: boolean;
  holds: number; // links that are folded into it; 0 is a link by itself
}

export interface Graph {
  nodes: MapNode[];
  links: MapLink[];
  counted: boolean; // false: nothing counts traffic, and no link has a load
}

const is_backbone = (area: string) => /(^|:)(0\.0\.0\.0|level-2)$/.test(area);

// What to judge a link by: the estimate where there is one, since a link is as full as it is whoever counts.
// A bundle is as full as its fullest link.
export function used(l: Pick<MapLink, "estimate" | "capacity_bps" | "utilisation"> & { holds?: number }): number | null {
  return l.estimate && l.capacity_bps && !l.holds ? l.estimate.bps / l.capacity_bps : l.utilisation;
}

// Whether more than a rounding error of the load is estimated.
export const guessed = (l: Pick<MapLink, "estimate" | "load_bps">): boolean => l.estimate !== null && l.estimate.bps > l.load_bps * 1.005 + 1;

const kNobody: ReadonlySet<string> = new Set();

// `loads` null: nothing counts traffic.
export function join(topology: Topology, loads: readonly LinkLoad[] | null, late: ReadonlySet<string> = kNobody): Graph {
  const load = new Map<string, NewerLinkLoad>((loads ?? []).map((l) => [l.id, l]));
  const hint = (x?: number | null, y?: number | null) => (x == null || y == null ? null : { x, y });
  const nodes: MapNode[] = topology.routers.map((r) => ({
    id: r.name, kind: "router", label: r.name, abr: r.abr ?? false, instrumented: false, home: null, hint: hint(r.x, r.y), down: false, late: false, holds: 0,
  }));
  for (const n of topology.networks) {
    nodes.push({ id: n.id, kind: "network", label: n.prefix, abr: false, instrumented: false, home: null, hint: hint(n.x, n.y), down: false, late: false, holds: 0 });
  }
  const known = new Set(nodes.map((n) => n.id));
  // A router that is gone stays where it was, as long as the links that it had are shown.
  for (const l of topology.links) {
    if (l.state !== "down") continue;
    for (const id of [l.from, l.to]) {
      if (known.has(id)) continue;
      known.add(id);
      const net = id.startsWith("net:");
      nodes.push({ id, kind: net ? "network" : "router", label: net ? id.slice(4) : id, abr: false, instrumented: false, home: null, hint: null, down: true, late: false, holds: 0 });
    }
  }
  for (const h of topology.hosts ?? []) {
    if (known.has(h.name)) continue;
    nodes.push({ id: h.name, kind: "host", label: h.name, abr: false, instrumented: h.instrumented, home: h.router, hint: null, down: false, late: late.has(h.name), holds: 0 });
  }
  const links = topology.links
    .filter((l) => known.has(l.from) && known.has(l.to))
    .map((l): MapLink => {
      const now = load.get(l.id);
      const down = l.state === "down";
      return {
        id: l.id, from: l.from, to: l.to, cost: l.cost, capacity_bps: l.capacity_bps ?? now?.capacity_bps ?? null,
        utilisation: down ? 0 : (now?.utilisation ?? null), load_bps: now?.load_bps ?? 0, true_load_bps: now?.true_load_bps ?? null,
        estimate: now?.estimate ?? null, counter_bps: now?.counter_bps ?? null, residual_bps: now?.residual_bps ?? null, uncertain: now?.uncertain_share ?? 0,
        state: down ? "down" : "up", backbone: is_backbone(l.area), holds: 0,
      };
    });
  return { nodes, links, counted: loads !== null };
}

// Two directions of one cable share a bundle; parallel cables between the same two nodes lie side
// by side in it. `rank` 0 is the middle; the pairing is by order, since ids do not say it.
export interface Lane {
  link: MapLink;
  forward: boolean; // from the bundle's first node to its second
  rank: number;
  lanes: number; // cables in the bundle
  paired: boolean; // the other direction is there, too
}

export function lanes(links: readonly MapLink[]): Lane[] {
  const bundles = new Map<string, { there: MapLink[]; back: MapLink[] }>();
  for (const link of links) {
    const forward = link.from < link.to;
    const key = forward ? `${link.from}\n${link.to}` : `${link.to}\n${link.from}`;
    let bundle = bundles.get(key);
    if (!bundle) bundles.set(key, (bundle = { there: [], back: [] }));
    (forward ? bundle.there : bundle.back).push(link);
  }
  const out: Lane[] = [];
  for (const { there, back } of bundles.values()) {
    const n = Math.max(there.length, back.length);
    there.forEach((link, rank) => out.push({ link, forward: true, rank, lanes: n, paired: rank < back.length }));
    back.forEach((link, rank) => out.push({ link, forward: false, rank, lanes: n, paired: rank < there.length }));
  }
  return out;
}
