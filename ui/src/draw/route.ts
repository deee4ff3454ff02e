import type { Path } from "../api/types";
import type { Graph } from "./graph";

// A path's hops as links of the map, with the demand's share on each. A hop from router to router
// over a broadcast network is two links of the map; parallel links share what the hop has.

export function lit_links(graph: Graph, path: Path): Map<string, number> {
  const out = new Map<string, number>();
  const between = (from: string, to: string) => graph.links.filter((l) => l.from === from && l.to === to && l.state === "up");
  const add = (ids: readonly string[], share: number) => {
    for (const id of ids) out.set(id, Math.min(1, (out.get(id) ?? 0) + share));
  };
  for (const hop of path.links) {
    const direct = between(hop.from, hop.to);
    if (direct.length > 0) {
      add(direct.map((l) => l.id), hop.share / direct.length);
      continue;
    }
    const over = graph.nodes.find((n) => n.kind === "network" && between(hop.from, n.id).length > 0 && between(n.id, hop.to).length > 0);
    if (over) add([between(hop.from, over.id)[0]!.id, between(over.id, hop.to)[0]!.id], hop.share);
  }
  return out;
}

// "edge1>10.20.1.0/24": an ingress router, and an address within the prefix to ask for.
export function demand_ends(demand: string): { from: string; to: string; address: string } {
  const cut = demand.indexOf(">");
  const from = demand.slice(0, cut), to = demand.slice(cut + 1);
  const m = /^(\d+\.\d+\.\d+)\.(\d+)\/(\d+)$/.exec(to);
  const address = m ? `${m[1]}.${Number(m[2]) + (Number(m[3]) < 31 ? 1 : 0)}` : to.replace(/\/\d+$/, "");
  return { from, to, address };
}
