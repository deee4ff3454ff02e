import { expect, test } from "vitest";
import { bundle_of_test, grid, kAreas } from "./fold.sample";
import { drawn_as, fold, fold_shares, folded_places, folding, home_of, kFoldAbove, links_in, parts_of, type Folding } from "./fold";
import type { Graph } from "./graph";

const nowhere = { site: new Map<string, string>(), area: new Map<string, string>() };
const some = (f: Folding | null): Folding => f!;

test("a small network is not folded, whatever its areas", () => {
  const { graph, area } = grid(12, kAreas);
  expect(graph.nodes.length).toBeLessThanOrEqual(kFoldAbove);
  expect(folding(graph, { ...nowhere, area })).toBeNull();
});

test("a large one is folded by site, else by area, else by neighbourhood", () => {
  const { graph, area } = grid(20, kAreas);
  const site = new Map([...area].map(([r, a]) => [r, `site ${a}`]));
  const names = (f: Folding | null) => [...some(f).names.values()].sort();
  expect(names(folding(graph, { site, area }))[0]).toBe("site 0.0.0.1");
  expect(names(folding(graph, { ...nowhere, area }))).toEqual(["area 0.0.0.1", "area 0.0.0.2", "area 0.0.0.3", "area 0.0.0.4"]);
  const near = some(folding(graph, nowhere));
  expect(near.of.size).toBe(400); // everybody belongs somewhere
  expect(near.names.size).toBeGreaterThan(10);
  expect(near.names.size).toBeLessThan(60);
  expect([...near.names.values()].every((n) => / \+\d+$/.test(n))).toBe(true);
});

test("folding loses no load between parts: what crosses is in a bundle, and counts once", () => {
  const { graph, area } = grid(20, kAreas);
  const f = some(folding(graph, { ...nowhere, area })), home = home_of(f, new Set());
  const folded = fold(graph, f, home);
  const crossing = graph.links.filter((l) => area.get(l.from) !== area.get(l.to));
  const sum = (g: Pick<Graph, "links">) => g.links.reduce((s, l) => s + l.load_bps, 0);
  expect(folded.nodes.map((n) => n.holds)).toEqual([100, 100, 100, 100]);
  expect(sum(folded)).toBeCloseTo(sum({ links: crossing }));
  expect(folded.links.reduce((s, l) => s + l.holds, 0)).toBe(crossing.length);
  for (const l of folded.links) expect(links_in(graph, home, l.id).length).toBe(l.holds);
});

test("a bundle is as full as its fullest link, and down only when all of it is", () => {
  const { graph, area } = grid(20, kAreas);
  const f = some(folding(graph, { ...nowhere, area })), home = home_of(f, new Set());
  const members = links_in(graph, home, fold(graph, f, home).links[0]!.id);
  const one_down = bundle_of_test(graph, home, members, 1);
  expect(one_down.state).toBe("up");
  expect(one_down.utilisation).toBe(Math.max(...members.slice(1).map((l) => l.utilisation!)));
  expect(bundle_of_test(graph, home, members, members.length).state).toBe("down");
});

test("an opened part shows its routers, and its links to folded parts as bundles", () => {
  const { graph, area } = grid(20, kAreas);
  const f = some(folding(graph, { ...nowhere, area }));
  const open = parts_of(f, ["r0"]);
  const home = home_of(f, new Set(open));
  const folded = fold(graph, f, home);
  expect(folded.nodes.filter((n) => n.holds === 0).length).toBe(100);
  expect(folded.nodes.filter((n) => n.holds > 0).length).toBe(3);
  const inside = graph.links.find((l) => l.from === "r0")!;
  expect(folded.links.some((l) => l.id === inside.id)).toBe(true);
  expect(folded.links.every((l) => folded.nodes.some((n) => n.id === l.from) && folded.nodes.some((n) => n.id === l.to))).toBe(true);
  expect(fold(graph, f, home_of(f, new Set(["*"]))).nodes.length).toBe(400);
});

test("a demand's path goes through bundles with its share, and nowhere where it stays inside", () => {
  const { graph, area } = grid(20, kAreas);
  const f = some(folding(graph, { ...nowhere, area })), home = home_of(f, new Set());
  const crossing = graph.links.find((l) => area.get(l.from) !== area.get(l.to))!, inside = graph.links.find((l) => area.get(l.from) === area.get(l.to))!;
  expect(drawn_as(inside, home)).toBeNull();
  expect([...fold_shares(graph, home, new Map([[inside.id, 1], [crossing.id, 0.5]]))]).toEqual([[drawn_as(crossing, home), 0.5]]);
});

test("parts whose middles fall together are pushed apart", () => {
  const { graph, area, places } = grid(20, kAreas);
  const f = some(folding(graph, { ...nowhere, area }));
  for (const [r, a] of area) if (a === "0.0.0.2") places.set(r, { ...places.get("r0")!, x: 45, y: 50 }); // area 2 upon area 1
  const at = folded_places(places, f), [one, two] = [at.get("fold:0.0.0.1")!, at.get("fold:0.0.0.2")!];
  expect(Math.hypot(one.x - two.x, one.y - two.y)).toBeGreaterThan(40);
});

test("a folded part stands amid its routers, and who is open stays in place", () => {
  const { graph, area, places } = grid(20, kAreas);
  const f = some(folding(graph, { ...nowhere, area }));
  const at = folded_places(places, f);
  expect(at.get("fold:0.0.0.1")).toEqual({ x: 45, y: 45 });
  expect(at.get("r0")).toEqual(places.get("r0"));
});
