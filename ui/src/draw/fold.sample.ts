import { fold, type Folding, type Home } from "./fold";
import type { Graph, MapLink, MapNode } from "./graph";
import type { Point } from "./layout";

// A square grid of routers for the tests of folding: r0 r1 r2 ... row by row, ten units apart, every link with a load
// of its own; `areas` a side, so that 2 means four quarters.

export const kAreas = 2;

export function grid(side: number, areas: number): { graph: Graph; area: Map<string, string>; places: Map<string, Point> } {
  const nodes: MapNode[] = [], links: MapLink[] = [];
  const area = new Map<string, string>(), places = new Map<string, Point>();
  const name = (x: number, y: number) => `r${y * side + x}`;
  const quarter = (v: number) => Math.floor((v * areas) / side);
  const link = (from: string, to: string) => {
    const load_bps = 1000 + links.length * 7;
    links.push({ id: `${from}>${to}`, from, to, cost: 10, capacity_bps: 10_000, utilisation: load_bps / 10_000, load_bps, true_load_bps: null, estimate: null, counter_bps: null, residual_bps: null, uncertain: 0, state: "up", backbone: false, holds: 0 });
  };
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      nodes.push({ id: name(x, y), kind: "router", label: name(x, y), abr: false, instrumented: false, home: null, hint: null, down: false, late: false, holds: 0 });
      area.set(name(x, y), `0.0.0.${1 + quarter(y) * areas + quarter(x)}`);
      places.set(name(x, y), { x: x * 10, y: y * 10 });
      for (const [dx, dy] of [[1, 0], [0, 1]] as const) {
        if (x + dx >= side || y + dy >= side) continue;
        link(name(x, y), name(x + dx, y + dy));
        link(name(x + dx, y + dy), name(x, y));
      }
    }
  }
  return { graph: { nodes, links, counted: true }, area, places };
}

// The bundle that these links make when the first `down` of them are down.
export function bundle_of_test(graph: Graph, home: Home, members: readonly MapLink[], down: number): MapLink {
  const dead = new Set(members.slice(0, down).map((l) => l.id));
  const changed = { ...graph, links: graph.links.map((l) => (dead.has(l.id) ? { ...l, state: "down" as const } : l)) };
  const names: Folding = { of: new Map(), names: new Map(graph.nodes.map((n) => [home(n.id), home(n.id)])) };
  const ids = new Set(members.map((l) => l.id));
  return fold({ ...changed, links: changed.links.filter((l) => ids.has(l.id)) }, names, home).links[0]!;
}
