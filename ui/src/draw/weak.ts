import type { Graph } from "./graph";

// Where one failure cuts the network: links that are the only way (bridges) and routers that others hang on (cut
// points), with what would be cut off. Hopcroft and Tarjan's lowpoints, walked without recursion, on the network
// as it is: what is down does not help.

export interface Weak {
  kind: "link" | "router";
  ids: string[]; // the link's directions; the router's name
  from: string; // the nearer end; of a router itself
  to: string;
  routers: number; // cut off from the larger part
  hosts: number;
}

interface Cable {
  a: string;
  b: string;
  ids: string[];
}

// Each cable once: a direction and its way back, parallel ones apart.
function cables(graph: Graph): Cable[] {
  const out: Cable[] = [], waiting = new Map<string, Cable[]>();
  for (const l of graph.links) {
    if (l.state === "down") continue;
    const back = waiting.get(`${l.to}\n${l.from}`);
    const mate = back?.shift();
    if (mate) mate.ids.push(l.id);
    else {
      const cable = { a: l.from, b: l.to, ids: [l.id] };
      out.push(cable);
      const key = `${l.from}\n${l.to}`;
      waiting.set(key, [...(waiting.get(key) ?? []), cable]);
    }
  }
  return out;
}

interface Load {
  routers: number;
  hosts: number;
}

const plus = (a: Load, b: Load): Load => ({ routers: a.routers + b.routers, hosts: a.hosts + b.hosts });
const minus = (a: Load, b: Load): Load => ({ routers: a.routers - b.routers, hosts: a.hosts - b.hosts });
const size = (l: Load) => l.routers * 1e6 + l.hosts;
const less = (a: Load, b: Load): Load => (size(a) < size(b) || (size(a) === size(b) && a.hosts <= b.hosts) ? a : b);

interface Walk {
  node: string;
  by: number; // the cable that it was reached by
  next: number; // which of its cables is looked at next
  at: number;
  low: number;
  below: Load; // in its subtree
  cut: Load[]; // subtrees that hang on it alone
}

export function weak_points(graph: Graph): Weak[] {
  const all = cables(graph);
  const touching = new Map<string, number[]>(graph.nodes.filter((n) => n.kind !== "host").map((n) => [n.id, []]));
  all.forEach((c, i) => {
    touching.get(c.a)?.push(i);
    touching.get(c.b)?.push(i);
  });
  const own = new Map<string, Load>([...touching.keys()].map((id) => [id, { routers: 0, hosts: 0 }]));
  for (const n of graph.nodes) {
    if (n.kind === "router") own.get(n.id)!.routers++;
    if (n.kind === "host" && n.home !== null && own.has(n.home)) own.get(n.home)!.hosts++;
  }
  const seen = new Map<string, number>();
  const found: Weak[] = [];
  for (const root of touching.keys()) if (!seen.has(root)) walk(root, all, touching, own, seen, found);
  return found.sort((a, b) => size(b) - size(a) || (a.kind === b.kind ? 0 : a.kind === "link" ? -1 : 1) || (a.from + a.to < b.from + b.to ? -1 : 1));
}

function walk(root: string, all: readonly Cable[], touching: ReadonlyMap<string, number[]>, own: ReadonlyMap<string, Load>, seen: Map<string, number>, found: Weak[]): void {
  const bridges: { cable: Cable; near: string; far: string; below: Load }[] = [];
  const cuts: { node: string; pieces: Load[] }[] = [];
  const enter = (node: string, by: number): Walk => {
    const at = seen.size;
    seen.set(node, at);
    return { node, by, next: 0, at, low: at, below: own.get(node)!, cut: [] };
  };
  const stack = [enter(root, -1)];
  let total: Load = { routers: 0, hosts: 0 };
  while (stack.length > 0) {
    const here = stack[stack.length - 1]!;
    const mine = touching.get(here.node)!;
    if (here.next < mine.length) {
      const i = mine[here.next++]!, c = all[i]!;
      const to = c.a === here.node ? c.b : c.a;
      if (i === here.by || !touching.has(to)) continue;
      const known = seen.get(to);
      if (known === undefined) stack.push(enter(to, i));
      else here.low = Math.min(here.low, known);
      continue;
    }
    stack.pop();
    const parent = stack[stack.length - 1];
    if (parent) {
      parent.low = Math.min(parent.low, here.low);
      parent.below = plus(parent.below, here.below);
      if (here.low > parent.at) bridges.push({ cable: all[here.by]!, near: parent.node, far: here.node, below: here.below });
      if (here.low >= parent.at) parent.cut.push(here.below);
    } else total = here.below;
    if (parent ? here.cut.length > 0 : here.cut.length > 1) cuts.push({ node: here.node, pieces: here.cut });
  }
  for (const b of bridges) {
    const rest = minus(total, b.below), lost = less(b.below, rest);
    if (lost.routers + lost.hosts === 0) continue;
    const inward = lost === b.below;
    found.push({ kind: "link", ids: b.cable.ids, from: inward ? b.near : b.far, to: inward ? b.far : b.near, ...lost });
  }
  for (const c of cuts) {
    if (own.get(c.node)!.routers === 0) continue; // a LAN is not a box that fails; its links are told
    const pieces = [...c.pieces, minus(minus(total, own.get(c.node)!), c.pieces.reduce(plus, { routers: 0, hosts: 0 }))];
    const largest = pieces.reduce((m, p) => (size(p) > size(m) ? p : m));
    const lost = minus(pieces.reduce(plus, { routers: 0, hosts: 0 }), largest);
    if (lost.routers > 0) found.push({ kind: "router", ids: [c.node], from: c.node, to: c.node, ...lost });
  }
}
