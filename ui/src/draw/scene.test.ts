import { expect, test } from "vitest";
import { join, lanes } from "./graph";
import { layout } from "./layout";
import { build_scene, fit_view, hit, kFine, nice_ceiling, type Scene, type SceneOptions } from "./scene";
import { kLoads, kTopology } from "./sample";

const graph = join(kTopology, kLoads);
const places = layout(graph, new Map());
const view = fit_view(places, 1000, 700, { side: 80, top: 80, bottom: 80 });

const kOptions: SceneOptions = {
    view, fit_k: view.k, width: 1000, height: 700, theme: "light", max_bps: 10e6, selected_link: null, selected_node: null, hovered: null,
    lit: null, changed: new Set(), change: false, ringed: new Set(), measure: (text) => text.length * 7,
};
const draw = (change: Partial<SceneOptions> = {}): Scene => build_scene(graph, places, { ...kOptions, ...change });
const ribbon = (scene: Scene, id: string) => scene.ribbons.find((r) => r.id === id)!;

test("the picture of the sample network is the one in git", () => {
  const scene = draw();
  const n = (v: number) => Math.round(v);
  const lines = [
    ...scene.ribbons.map((r) => `ribbon ${r.id} ${n(r.x1)},${n(r.y1)} ${n(r.x2)},${n(r.y2)} width ${r.width.toFixed(1)} ${r.colour}${r.down ? " down" : ""}${r.hidden ? " hidden" : ""}`),
    ...scene.nodes.map((x) => `${x.node.kind} ${x.id} ${n(x.x)},${n(x.y)}${x.node.instrumented ? " instrumented" : ""}`),
    ...scene.marks.map((m) => `mark ${m.kind} "${m.text}" ${n(m.x)},${n(m.y)}`),
    ...scene.labels.map((l) => `label "${l.text}" ${n(l.x)},${n(l.y)}`),
  ];
  expect(lines.join("\n")).toMatchSnapshot();
});

test("a ribbon's width is proportional to load, and an idle link is still seen", () => {
  const scene = draw();
  expect(ribbon(scene, "a>b").width / ribbon(scene, "a>n").width).toBeCloseTo(4.5);
  expect(ribbon(scene, "b>a").width).toBe(1);
});

test("the two directions keep to the right and do not touch", () => {
  const scene = draw();
  // a is left of b: towards b the right hand is down the screen.
  expect(ribbon(scene, "a>b").y1).toBeGreaterThan(ribbon(scene, "b>a").y1);
});

test("what the measured load misses of the whole is drawn beside it, and nothing where nothing is missing", () => {
  const half = { ...graph, links: graph.links.map((l) => (l.id === "a>b" ? { ...l, true_load_bps: 2 * l.load_bps, load_bps: l.load_bps / 2 } : l)) };
  const scene = build_scene(half, places, { ...kOptions, view, fit_k: view.k });
  expect(scene.ribbons.filter((r) => r.missing).map((r) => r.id)).toEqual(["a>b"]);
  expect(draw().ribbons.some((r) => r.missing)).toBe(false);
});

// How far a point is from a ribbon's inner edge, across it.
const aside = (scene: Scene, id: string, p: { x: number; y: number }) => {
  const r = ribbon(scene, id), [a, b] = [r.outline[0]!, r.outline[1]!];
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  return Math.abs((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) / length;
};
const with_link = (id: string, change: Partial<(typeof graph.links)[number]>) => ({ ...graph, links: graph.links.map((l) => (l.id === id ? { ...l, ...change } : l)) });

test("what is estimated is drawn beside what was counted, as wide as it is, and so is how far it may reach", () => {
  const estimate = { bps: 4e6, low_bps: 3e6, high_bps: 6e6 };
  const scene = build_scene(with_link("a>n", { estimate }), places, kOptions);
  const r = ribbon(scene, "a>n"), scale = r.width / 2e6;
  expect(Math.max(...r.guess!.map((p) => aside(scene, "a>n", p)))).toBeCloseTo(4e6 * scale);
  expect(Math.max(...r.reach!.map((p) => aside(scene, "a>n", p)))).toBeCloseTo(6e6 * scale);
  expect(scene.ribbons.filter((x) => x.guess).map((x) => x.id)).toEqual(["a>n"]);
  const exact = build_scene(with_link("a>n", { estimate: { bps: 2e6, low_bps: 2e6, high_bps: 2e6 } }), places, kOptions);
  expect(exact.ribbons.some((x) => x.guess || x.reach)).toBe(false);
});

test("a link that is full by the estimate alone is marked, with a tilde", () => {
  const scene = build_scene(with_link("b>a", { load_bps: 5e6, utilisation: 0.5, estimate: { bps: 8.5e6, low_bps: 7e6, high_bps: 10e6 } }), places, kOptions);
  expect(scene.marks.filter((m) => m.kind === "loud").map((m) => m.text).sort()).toEqual(["90%", "~85%"]);
});

test("strokes cross the part of the width that a change makes uncertain, and nothing else", () => {
  const scene = build_scene(with_link("a>b", { uncertain: 0.5 }), places, kOptions);
  const r = ribbon(scene, "a>b");
  expect(r.unsure.length).toBeGreaterThan(10);
  for (const s of r.unsure) expect(Math.hypot(s.x2 - s.x1, s.y2 - s.y1)).toBeCloseTo(r.width / 2);
  expect(draw().ribbons.some((x) => x.unsure.length > 0)).toBe(false);
});

test("a dead cable is one broken line with one mark", () => {
  const scene = draw();
  const dead = scene.ribbons.filter((r) => r.down);
  expect(dead.length).toBe(2);
  expect(dead.filter((r) => !r.hidden).length).toBe(1);
  expect(scene.marks.filter((m) => m.kind === "down").length).toBe(1);
});

test("a demand's path lights up with its shares and the rest dims, but not what is dead", () => {
  const scene = draw({ lit: new Map([["a>n", 0.5]]) });
  expect(scene.ribbons.filter((r) => r.lit).map((r) => r.id)).toEqual(["a>n"]);
  expect(scene.ribbons.filter((r) => r.dim).map((r) => r.id)).toEqual(["a>b", "b>a", "n>a"]);
  expect(scene.labels.some((l) => l.text === "50%")).toBe(true);
  expect(scene.marks.filter((m) => m.kind === "loud")).toEqual([]);
});

test("above 80% a mark says how much, below there is none", () => {
  expect(draw().marks.filter((m) => m.kind === "loud").map((m) => m.text)).toEqual(["90%"]);
});

test("a click on a ribbon's middle hits that direction, also of a dead cable", () => {
  const scene = draw();
  for (const r of scene.ribbons) {
    const found = hit(scene, r.mid.x, r.mid.y);
    if (r.down) expect(["b>n", "n>b"]).toContain(found?.id);
    else expect(found).toEqual({ kind: "link", id: r.id });
  }
});

test("a click on a router hits the router and not the links that end there", () => {
  const scene = draw();
  const a = scene.nodes.find((n) => n.id === "a")!;
  expect(hit(scene, a.x, a.y)).toEqual({ kind: "node", id: "a" });
  expect(hit(scene, 3, 3)).toBeNull();
});

test("labels never overlap each other, a node or a mark", () => {
  const scene = draw({ view: { ...view, k: view.k * 0.3 }, hovered: "a>b" });
  const boxes = scene.labels;
  for (const a of boxes) {
    for (const b of boxes) if (a !== b) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
    for (const n of scene.nodes) expect(n.x >= a.x && n.x <= a.x + a.width && n.y >= a.y && n.y <= a.y + a.height).toBe(false);
  }
});

test("a host whose router is unknown is not drawn, and hosts vanish when far", () => {
  expect(draw().nodes.filter((n) => n.node.kind === "host").map((n) => n.id)).toEqual(["h1", "h2"]);
  expect(draw({ view: { ...view, k: view.k * 0.05 } }).nodes.filter((n) => n.node.kind === "host")).toEqual([]);
});

test("parallel cables lie side by side", () => {
  const two = { ...graph, links: [...graph.links, { ...graph.links[0]!, id: "a>b#2" }] };
  const ranks = lanes(two.links).filter((l) => l.link.from === "a" && l.link.to === "b");
  expect(ranks.map((l) => [l.rank, l.lanes])).toEqual([[0, 2], [1, 2]]);
});

test("the widest ribbon stands for a round number", () => {
  expect([0, 1, 9.1e6, 10e6, 11e6, 4.3e9].map((v) => nice_ceiling(v))).toEqual([1e6, 1, 10e6, 10e6, 20e6, 5e9]);
  expect(nice_ceiling(26e6, kFine)).toBe(30e6);
});
