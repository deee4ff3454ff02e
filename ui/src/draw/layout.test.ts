import { expect, test } from "vitest";
import { host_places, kWorld, layout, widest_gap } from "./layout";
import type { Graph } from "./graph";

const node = (id: string, hint: { x: number; y: number } | null = null) => ({ id, kind: "router" as const, label: id, abr: false, instrumented: false, home: null, hint, down: false, late: false, holds: 0 });
const link = (from: string, to: string) => ({ id: `${from}>${to}`, from, to, cost: 1, capacity_bps: null, utilisation: null, load_bps: 0, true_load_bps: null, state: "up" as const, estimate: null, counter_bps: null, residual_bps: null, uncertain: 0, backbone: true, holds: 0 });

function ring(n: number): Graph {
  const nodes = Array.from({ length: n }, (_, i) => node(`r${i}`));
  return { counted: true, nodes, links: nodes.flatMap((_, i) => [link(`r${i}`, `r${(i + 1) % n}`), link(`r${(i + 1) % n}`, `r${i}`)]) };
}

test("the same network is laid out the same way every time", () => {
  expect([...layout(ring(12), new Map())]).toEqual([...layout(ring(12), new Map())]);
});

test("a ring is drawn as a ring: neighbours near, opposites far, nobody on top of another", () => {
  const places = layout(ring(12), new Map());
  const d = (a: number, b: number) => Math.hypot(places.get(`r${a}`)!.x - places.get(`r${b}`)!.x, places.get(`r${a}`)!.y - places.get(`r${b}`)!.y);
  for (let i = 0; i < 12; i++) {
    expect(d(i, (i + 1) % 12)).toBeLessThan(d(i, (i + 6) % 12) / 2);
    expect(d(i, (i + 1) % 12)).toBeGreaterThan(40);
  }
});

test("hints and dragged places are kept to the pixel; only the rest is computed", () => {
  const graph = ring(6);
  graph.nodes[0]!.hint = { x: 0.5, y: 0.5 };
  const places = layout(graph, new Map([["r3", { x: 7, y: 9 }]]));
  expect(places.get("r0")).toEqual({ x: 0.5 * kWorld.width, y: 0.5 * kWorld.height });
  expect(places.get("r3")).toEqual({ x: 7, y: 9 });
});

test("a router that appears does not move the others", () => {
  const before = layout(ring(8), new Map());
  const grown = ring(8);
  grown.nodes.push(node("new"));
  grown.links.push(link("r0", "new"), link("new", "r0"));
  const after = layout(grown, before);
  for (const [id, p] of before) expect(after.get(id)).toEqual(p);
  const fresh = after.get("new")!, home = before.get("r0")!;
  expect(Math.hypot(fresh.x - home.x, fresh.y - home.y)).toBeGreaterThan(60);
});

test("a broadcast network without a hint goes between its routers, off every link and node", () => {
  //   a        c        The middle of a, b and c lies close to the link a-b: the network moves right.
  //   |  net /
  //   b
  const graph: Graph = {
    nodes: [node("a", { x: 0.64, y: 0.3 }), node("b", { x: 0.64, y: 0.56 }), node("c", { x: 0.78, y: 0.08 }), { ...node("net"), kind: "network" }],
    counted: true, links: [link("a", "b"), link("b", "a"), ...["a", "b", "c"].flatMap((r) => [link(r, "net"), link("net", r)])],
  };
  const places = layout(graph, new Map());
  const net = places.get("net")!;
  expect(net.x).toBeGreaterThan(640 + 38);
  expect(net.y).toBeGreaterThan(places.get("c")!.y);
  for (const r of ["a", "b", "c"]) expect(Math.hypot(net.x - places.get(r)!.x, net.y - places.get(r)!.y)).toBeGreaterThan(60);
});

test("a broadcast network does not lie on a link that passes between its routers", () => {
  const graph: Graph = {
    nodes: [node("up", { x: 0.5, y: 0 }), node("down", { x: 0.5, y: 1 }), node("left", { x: 0.3, y: 0.5 }), node("right", { x: 0.7, y: 0.5 }), { ...node("net"), kind: "network" }],
    counted: true, links: [link("up", "down"), link("down", "up"), ...["left", "right"].flatMap((r) => [link(r, "net"), link("net", r)])],
  };
  expect(Math.abs(layout(graph, new Map()).get("net")!.x - 500)).toBeGreaterThan(35);
});

test("islands, a single router and no router at all have places too", () => {
  const islands: Graph = { counted: true, nodes: [node("a"), node("b"), node("c"), node("d")], links: [link("a", "b"), link("c", "d")] };
  for (const p of layout(islands, new Map()).values()) expect(Number.isFinite(p.x) && Number.isFinite(p.y)).toBe(true);
  expect(layout({ counted: true, nodes: [node("a")], links: [] }, new Map()).size).toBe(1);
  expect(layout({ counted: true, nodes: [], links: [] }, new Map()).size).toBe(0);
});

test("hosts stand in the widest gap between their router's links", () => {
  expect(widest_gap([0, Math.PI / 2]).middle).toBeCloseTo((5 * Math.PI) / 4);
  const graph = ring(3);
  graph.nodes.push({ ...node("h"), kind: "host" as never, home: "r0" });
  const places = new Map([["r0", { x: 0, y: 0 }], ["r1", { x: 10, y: 1 }], ["r2", { x: 10, y: -1 }]]);
  const h = host_places(graph, places, 5).get("h")!;
  expect(h.x).toBeCloseTo(-5);
});
