import { useMemo, useRef, useState } from "react";
import type { Graph } from "../draw/graph";
import { layout, type Point } from "../draw/layout";
import { save_places, saved_places } from "../state/prefer";

// Where the map's nodes are: dragged there, else hinted, else where they already were, else
// computed. Asked anew when nodes come or go, not with every new load.

export interface Places {
  places: ReadonlyMap<string, Point>;
  shape: string; // changes when nodes or hints do
  by_hand: boolean; // some were dragged
  drag: (id: string, to: Point) => void;
  keep: () => void; // what was dragged, for the next visit
  forget: () => void;
}

export function usePlaces(graph: Graph, network: string): Places {
  const [moved, set_moved] = useState(0);
  const own = useRef<{ network: string; dragged: Map<string, Point>; settled: Map<string, Point> } | null>(null);
  if (own.current?.network !== network) own.current = { network, dragged: saved_places(network), settled: new Map() };
  const mine = own.current;

  const shape = useMemo(() => graph.nodes.filter((n) => n.kind !== "host").map((n) => `${n.id}@${n.hint?.x},${n.hint?.y}`).join(" "), [graph]);
  const places = useMemo(() => {
    const kept = new Map<string, Point>();
    for (const n of graph.nodes) {
      const at = mine.dragged.get(n.id) ?? (n.hint ? undefined : mine.settled.get(n.id));
      if (at) kept.set(n.id, at);
    }
    const found = layout(graph, kept);
    for (const [id, p] of found) mine.settled.set(id, p);
    return found;
  }, [shape, network, moved]);

  const again = () => set_moved((n) => n + 1);
  return {
    places, shape, by_hand: mine.dragged.size > 0,
    drag: (id, to) => {
      mine.dragged.set(id, to);
      again();
    },
    keep: () => save_places(network, mine.dragged),
    forget: () => {
      mine.dragged.clear();
      mine.settled.clear();
      save_places(network, mine.dragged);
      again();
    },
  };
}
