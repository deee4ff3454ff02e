import type { Graph } from "../draw/graph";
import type { Scene } from "../draw/scene";

// window.__anemone: what the map shows, for browser tests, since a canvas cannot be asked.
// Read-only; the page itself never looks at it.

export interface ProbeLink {
  id: string;
  from: string;
  to: string;
  load_bps: number;
  true_load_bps: number | null;
  utilisation: number | null;
  state: "up" | "down";
  x: number; // CSS pixels in the window: a click there selects the link
  y: number;
}

export interface Frames {
  base_ms: number; // last full drawing of the map
  motion_ms: number; // mean of the motion layer
  motion_count: number;
  dots: number;
  thin: number;
}

export interface Probe {
  readonly at: string | null; // the bin shown
  readonly live: boolean;
  readonly instrumented: number;
  readonly links: readonly ProbeLink[];
  readonly nodes: readonly { id: string; x: number; y: number }[];
  readonly frames: Readonly<Frames>;
}

declare global {
  interface Window {
    readonly __anemone?: Probe;
  }
}

export interface ProbeSource {
  graph: () => Graph;
  scene: () => Scene | null;
  origin: () => { left: number; top: number };
  shown: () => { at: string | null; live: boolean; instrumented: number };
  frames: Frames;
}

export function expose(source: ProbeSource): () => void {
  const probe: Probe = {
    get at() { return source.shown().at; },
    get live() { return source.shown().live; },
    get instrumented() { return source.shown().instrumented; },
    get links() {
      const { left, top } = source.origin();
      const mid = new Map(source.scene()?.ribbons.map((r) => [r.id, r.mid]) ?? []);
      return source.graph().links.flatMap((l) => {
        const m = mid.get(l.id);
        return m ? [{ id: l.id, from: l.from, to: l.to, load_bps: l.load_bps, true_load_bps: l.true_load_bps, utilisation: l.utilisation, state: l.state, x: left + m.x, y: top + m.y }] : [];
      });
    },
    get nodes() {
      const { left, top } = source.origin();
      return source.scene()?.nodes.map((n) => ({ id: n.id, x: left + n.x, y: top + n.y })) ?? [];
    },
    get frames() { return { ...source.frames }; },
  };
  Object.defineProperty(window, "__anemone", { value: Object.freeze(probe), configurable: true, writable: false });
  return () => void Reflect.deleteProperty(window, "__anemone");
}
