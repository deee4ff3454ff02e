import { useMemo, useRef, useState } from "react";
import { folded_places, is_fold, type Folding } from "../draw/fold";
import type { Graph } from "../draw/graph";
import { layout, type Point } from "../draw/layout";
import { save_places, saved_places, settle_places, settled_places } from "../state/prefer";

// Where the map's nodes are: dragged there, else hinted, else where they already were, else
// computed. Asked anew when nodes come or go, not with every new load.

const kAnew = 0.25;

export interface Places {
  places: ReadonlyMap<string, Point>;
  shape: string; // changes when nodes or hints do
  by_hand: boolean; // some were dragged
  drag: (id: string, to: Point) => void;
  keep: () => void; // what was dragged, for the next visit
  forget: () => void;
}

export function usePlaces(graph: Graph, network: string, folding: Folding | null): Places {
  const [moved, set_moved] = useState(0);
  const own = useRef<{ network: string; dragged: Map<string, Point>; settled: Map<string, Point> } | null>(null);
  if (own.current?.network !== network) own.current = { network, dragged: saved_places(network), settled: settled_places(network) };
  const mine = own.current;

  const shape = useMemo(() => graph.nodes.filter((n) => n.kind !== "host").map((n) => `${n.id}@${n.hint?.x},${n.hint?.y}`).join(" "), [graph]);
  const places = useMemo(() => {
    const free = graph.nodes.filter((n) => n.kind !== "host" && !n.hint);
    // A network that is still being heard of grows; what was settled with half of it is settled anew.
    const fresh = free.filter((n) => !mine.settled.has(n.id)).length;
    if (fresh > free.length * kAnew) mine.settled.clear();
    const kept = new Map<string, Point>();
    for (const n of graph.nodes) {
      const at = mine.dragged.get(n.id) ?? (n.hint ? undefined : mine.settled.get(n.id));
      if (at) kept.set(n.id, at);
    }
    const found = layout(graph, kept);
    for (const n of free) mine.settled.set(n.id, found.get(n.id)!);
    if (fresh > 0) settle_places(network, mine.settled);
    return found;
  }, [shape, network, moved]);
  const shown = useMemo(() => (folding ? folded_places(places, folding) : places), [places, folding]);

  const again = () => set_moved((n) => n + 1);
  return {
    places: shown, shape, by_hand: mine.dragged.size > 0,
    drag: (id, to) => {
      const from = shown.get(id);
      // With a folded part go all that it holds.
      const moving = folding && from && is_fold(id) ? [...places].filter(([member]) => folding.of.get(member) === id) : [];
      for (const [member, at] of moving) mine.dragged.set(member, { x: at.x + to.x - from!.x, y: at.y + to.y - from!.y });
      if (moving.length === 0) mine.dragged.set(id, to);
      again();
    },
    keep: () => save_places(network, mine.dragged),
    forget: () => {
      mine.dragged.clear();
      mine.settled.clear();
      settle_places(network, mine.settled);
      save_places(network, mine.dragged);
      again();
    },
  };
}
