import type { Graph, MapLink } from "./graph";

// Loads on their way from the last picture to this one: t is 0..1, quick at first.
export function between(from: ReadonlyMap<string, MapLink>, to: Graph, t: number): Graph {
  const ease = 1 - (1 - t) ** 3;
  const mix = (a: number, b: number) => a + (b - a) * ease;
  return {
    nodes: to.nodes,
    counted: to.counted,
    links: to.links.map((l) => {
      const old = from.get(l.id);
      if (!old || old.state !== l.state) return l;
      return { ...l, load_bps: mix(old.load_bps, l.load_bps), utilisation: l.utilisation === null || old.utilisation === null ? l.utilisation : mix(old.utilisation, l.utilisation) };
    }),
  };
}
