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
      const estimate = l.estimate && old.estimate ? { bps: mix(old.estimate.bps, l.estimate.bps), low_bps: mix(old.estimate.low_bps, l.estimate.low_bps), high_bps: mix(old.estimate.high_bps, l.estimate.high_bps) } : l.estimate;
      return { ...l, estimate, load_bps: mix(old.load_bps, l.load_bps), utilisation: l.utilisation === null || old.utilisation === null ? l.utilisation : mix(old.utilisation, l.utilisation) };
    }),
  };
}
