import { useCallback, useMemo } from "react";
import type { Topology } from "../api/types";
import { fold, fold_shares, folding as folding_of, home_of, parts_of, type Folding, type Home } from "../draw/fold";
import type { Graph } from "../draw/graph";
import type { Ends } from "../parts/paint";
import { go, here, type Place } from "../state/place";

// The map's network folded, where it is too large to read: what is open by hand, and what must be open because
// something in it is selected.

export interface Folded {
  graph: Graph; // as it is drawn
  folding: Folding | null;
  home: Home;
  lit: ReadonlyMap<string, number> | null;
  ends: Ends | null;
  changed: ReadonlySet<string>;
  unfold: (part: string | null) => void;
}

const kItself: Home = (id) => id;

// `also`: nodes that must be seen, too.
export function useFolded(whole: Graph, topology: Topology | null, place: Place, lit: ReadonlyMap<string, number> | null, ends: Ends | null, changed: ReadonlySet<string>, also: readonly string[] = []): Folded {
  const shape = topology ? topology.routers.map((r) => `${r.name} ${r.site} ${r.areas.join()}`).join("\n") + topology.links.length : "";
  const folding = useMemo(() => {
    if (!topology) return null;
    const only = topology.routers.filter((r) => r.areas.length === 1);
    return folding_of(whole, { site: new Map(topology.routers.filter((r) => r.site).map((r) => [r.name, r.site!])), area: new Map(only.map((r) => [r.name, r.areas[0]!])) });
  }, [shape]);
  const link = whole.links.find((l) => l.id === place.link);
  const needed = folding ? parts_of(folding, [place.node, whole.nodes.find((n) => n.id === place.node)?.home, link?.from, link?.to, ...also]) : [];
  const open = [...place.open, ...needed].join("~");
  const home = useMemo(() => (folding ? home_of(folding, new Set(open.split("~"))) : kItself), [folding, open]);
  const graph = useMemo(() => (folding ? fold(whole, folding, home) : whole), [whole, folding, home]);
  const lit_here = useMemo(() => (folding && lit ? fold_shares(whole, home, lit) : lit), [whole, folding, home, lit]);
  const changed_here = useMemo(() => (folding && changed.size > 0 ? new Set(fold_shares(whole, home, new Map([...changed].map((id) => [id, 1]))).keys()) : changed), [whole, folding, home, changed]);
  const ends_here = useMemo(() => (folding && ends ? { sources: sum_at(ends.sources, home), sinks: sum_at(ends.sinks, home) } : ends), [folding, home, ends]);
  const unfold = useCallback((part: string | null) => {
    const now = here().open;
    if (part !== null) go({ open: [...now.filter((p) => p !== part), part], node: null }, "push");
    else go({ open: now.includes("*") ? [] : ["*"] }, "push");
  }, []);
  return { graph, folding, home, lit: lit_here, ends: ends_here, changed: changed_here, unfold };
}

function sum_at(shares: ReadonlyMap<string, number>, home: Home): Map<string, number> {
  const out = new Map<string, number>();
  for (const [id, share] of shares) out.set(home(id), (out.get(home(id)) ?? 0) + share);
  return out;
}
