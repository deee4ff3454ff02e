import { expect, test } from "vitest";
import type { Graph, MapLink, MapNode } from "./graph";
import { weak_points } from "./weak";

const node = (id: string, kind: MapNode["kind"] = "router", home: string | null = null): MapNode => ({ id, kind, label: id, abr: false, instrumented: false, home, hint: null, down: false, late: false, holds: 0 });
const one = (id: string, from: string, to: string): MapLink => ({ id, from, to, cost: 1, capacity_bps: null, utilisation: null, load_bps: 0, true_load_bps: null, estimate: null, counter_bps: null, residual_bps: null, uncertain: 0, state: "up", backbone: true, holds: 0 });
const cable = (a: string, b: string, n = "") => [one(`${a}>${b}${n}`, a, b), one(`${b}>${a}${n}`, b, a)];
const net = (nodes: MapNode[], ...cables: MapLink[][]): Graph => ({ nodes, links: cables.flat(), counted: true });
const told = (g: Graph) => weak_points(g).map((w) => `${w.kind} ${w.kind === "router" ? w.from : `${w.from}-${w.to}`} ${w.routers}+${w.hosts}`);

test("a ring has no weak point; what hangs on it does", () => {
  //  a - b
  //  |   |      d and e hang on c, one host at e
  //  f - c - d - e
  const g = net([...["a", "b", "c", "d", "e", "f"].map((id) => node(id)), node("h", "host", "e")], cable("a", "b"), cable("b", "c"), cable("a", "f"), cable("f", "c"), cable("c", "d"), cable("d", "e"));
  expect(told(g)).toEqual(["link c-d 2+1", "router c 2+1", "link d-e 1+1", "router d 1+1"]);
});

test("a second cable beside the first helps, unless it is down", () => {
  const two = net(["a", "b"].map((id) => node(id)), cable("a", "b", ":1"), cable("a", "b", ":2"));
  expect(told(two)).toEqual([]);
  expect(told({ ...two, links: two.links.map((l) => (l.id.endsWith(":2") ? { ...l, state: "down" as const } : l)) })).toEqual(["link a-b 1+0"]);
});

test("a LAN is crossed like a router, and its links are told, not itself", () => {
  const g = net([node("a"), node("b"), node("net:10.0.0.0/24", "network")], cable("a", "net:10.0.0.0/24"), cable("b", "net:10.0.0.0/24"));
  expect(weak_points(g).every((w) => w.kind === "link")).toBe(true);
});

// Removing each cable and router and counting what is reached says the same.
function reached(g: Graph, without: (l: MapLink) => boolean, gone: string | null): number[] {
  const left = new Set(g.nodes.map((n) => n.id).filter((id) => id !== gone));
  const sizes: number[] = [];
  while (left.size > 0) {
    const queue = [left.values().next().value!];
    left.delete(queue[0]!);
    let size = 0;
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      size++;
      for (const l of g.links) if (!without(l) && l.from === at && left.delete(l.to)) queue.push(l.to);
    }
    sizes.push(size);
  }
  return sizes.sort((a, b) => b - a);
}

test("on random networks they are those whose removal leaves more pieces, with as many routers cut off", () => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let round = 0; round < 60; round++) {
    const n = 3 + Math.floor(random() * 9), names = Array.from({ length: n }, (_, i) => `r${i}`);
    const cables = Array.from({ length: n + Math.floor(random() * 4) }, (_, i) => { const a = Math.floor(random() * n), b = (a + 1 + Math.floor(random() * (n - 1))) % n; return cable(names[a]!, names[b]!, `:${i}`); });
    const g = net(names.map((id) => node(id)), ...cables);
    const whole = reached(g, () => false, null);
    const cut: string[] = [];
    for (const c of cables) {
      const after = reached(g, (l) => c.includes(l), null);
      if (after.length > whole.length) cut.push(`link ${c[0]!.id}`);
    }
    for (const r of names) {
      const after = reached(g, () => false, r);
      if (after.length > whole.length) cut.push(`router ${r}`);
    }
    expect(weak_points(g).map((w) => (w.kind === "router" ? `router ${w.from}` : `link ${cables.find((c) => c.some((l) => w.ids.includes(l.id)))![0]!.id}`)).sort()).toEqual(cut.sort());
    if (whole.length > 1) continue;
    for (const w of weak_points(g)) {
      const after = reached(g, (l) => w.kind === "link" && w.ids.includes(l.id), w.kind === "router" ? w.from : null);
      expect(w.routers).toBe(after.slice(1).reduce((a, b) => a + b, 0));
    }
  }
});

test("a long chain is walked without falling off the stack", () => {
  const names = Array.from({ length: 20000 }, (_, i) => `r${i}`);
  const g = net(names.map((id) => node(id)), ...names.slice(1).map((id, i) => cable(names[i]!, id)));
  expect(weak_points(g).length).toBe(19999 + 19998);
});
