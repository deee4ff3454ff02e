import { expect, test } from "vitest";
import { join } from "./graph";
import { layout } from "./layout";
import { build_scene, fit_view, type SceneOptions } from "./scene";
import { kTopology } from "./sample";

// A network whose traffic nobody counts.
const graph = join(kTopology, null);
const places = layout(graph, new Map());
const view = fit_view(places, 1000, 700, { side: 80, top: 80, bottom: 80 });
const kOptions: SceneOptions = {
  view, fit_k: view.k, width: 1000, height: 700, theme: "light", max_bps: 10e6, selected_link: null, selected_node: null, hovered: null,
  lit: null, changed: new Set(), change: false, ringed: new Set(), measure: (text) => text.length * 7,
};

test("without a traffic source no link pretends to a load", () => {
  expect(graph.counted).toBe(false);
  const scene = build_scene(graph, places, kOptions);
  expect(scene.ribbons.every((r) => r.wire && r.load === 0 && !r.loud)).toBe(true);
  const zoomed = build_scene(graph, places, { ...kOptions, view: { k: view.k * 2, x: view.x - 500, y: view.y }, fit_k: view.k });
  expect(zoomed.labels.filter((l) => l.kind === "link").every((l) => l.text.startsWith("cost"))).toBe(true);
});

test("both directions of a cable are one line, drawn once", () => {
  const scene = build_scene(graph, places, kOptions);
  const there = scene.ribbons.find((r) => r.id === "a>b")!, back = scene.ribbons.find((r) => r.id === "b>a")!;
  expect([there.hidden, back.hidden]).toEqual([false, true]);
  expect([there.x1, there.y1]).toEqual([back.x2, back.y2]);
});

test("a link that just changed is lit, and a failed one is marked", () => {
  const scene = build_scene(graph, places, { ...kOptions, changed: new Set(["a>b", "b>a"]) });
  expect(scene.ribbons.filter((r) => r.changed).map((r) => r.id)).toEqual(["a>b", "b>a"]);
  expect(scene.marks.filter((m) => m.kind === "down")).toHaveLength(1);
});

test("a router that is gone stays on the map as long as its links are told", () => {
  const gone = join({ ...kTopology, routers: kTopology.routers.filter((r) => r.name !== "b"), links: kTopology.links.map((l) => (l.from === "b" || l.to === "b" ? { ...l, state: "down" as const } : l)) }, null);
  expect(gone.nodes.find((n) => n.id === "b")).toMatchObject({ kind: "router", down: true });
  expect(gone.nodes.find((n) => n.id === "a")!.down).toBe(false);
  expect(gone.links).toHaveLength(kTopology.links.length);
});

test("places that were settled stay when a link and a router come and go", () => {
  const first = layout(graph, new Map());
  const less = join({ ...kTopology, links: kTopology.links.filter((l) => !l.id.includes("n")) }, null);
  const kept = layout({ ...less, nodes: less.nodes.map((n) => ({ ...n, hint: null })) }, first);
  for (const [id, p] of kept) expect(p).toEqual(first.get(id));
});
