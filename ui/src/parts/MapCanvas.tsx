import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Theme } from "../draw/colour";
import { is_fold, type Folding } from "../draw/fold";
import { guessed, type Graph, type MapLink } from "../draw/graph";
import type { Wanted } from "../draw/labels";
import type { Point } from "../draw/layout";
import { build_scene, fit_view, hit, type Hit, type Margin, type Scene, type View } from "../draw/scene";
import type { Place } from "../state/place";
import { between } from "../draw/tween";
import { Legend } from "./Legend";
import { useMotion } from "./motion";
import { kFonts, paint_scene, prepare, type Ends } from "./paint";
import { usePlaces } from "./places";
import { expose, type Frames } from "./probe";

// The map: two canvases, one for the network, redrawn when something changes, one above it for
// the moving dots, redrawn 30 times a second and only while somebody can see it.
//
// On a large network a gesture moves the finished picture as a bitmap and draws it anew when the
// hand rests.

const kTween_ms = 320;
const kTweenLinksMax = 400;
const kBitmapLinksMin = 600;

export interface MapProps {
  graph: Graph; // as it is drawn: folded where it is
  whole: Graph; // all of it, which decides where things are
  folding: Folding | null;
  network: string; // whose dragged places are kept
  theme: Theme;
  still: boolean; // no motion wanted
  max_bps: number;
  place: Place;
  shown_at: string | null;
  ends: Ends | null;
  lit: ReadonlyMap<string, number> | null;
  changed: ReadonlySet<string>;
  change?: boolean; // what a scenario changes, instead of utilisation
  second?: boolean; // another map stands beside it, which tests look at
  fit_signal: number;
  on_select: (hit: Hit) => void;
  on_view: (view: Place["view"]) => void;
  on_hover: (hit: Hit, x: number, y: number) => void;
  on_unfold: (part: string | null) => void; // null: all, or all folded again
}

const kMeasured = new Map<string, number>();
let ruler: CanvasRenderingContext2D | null = null;
function measure(text: string, kind: Wanted["kind"]): number {
  const key = `${kind}${text}`;
  let width = kMeasured.get(key);
  if (width === undefined) {
    ruler ??= document.createElement("canvas").getContext("2d")!;
    ruler.font = kFonts[kind];
    width = ruler.measureText(text).width;
    if (kMeasured.size > 5000) kMeasured.clear();
    kMeasured.set(key, width);
  }
  return width;
}

const kNobody: ReadonlySet<string> = new Set();
const ringed = (ends: Ends | null) => (ends ? new Set([...ends.sources.keys(), ...ends.sinks.keys()]) : kNobody);

export function MapCanvas(props: MapProps) {
  const { graph, network, theme, still, max_bps, place, ends, lit } = props;
  const holder = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const motion = useRef<HTMLCanvasElement>(null);
  const [size, set_size] = useState({ width: 0, height: 0 });
  const [grabbing, set_grabbing] = useState(false);
  const [widest, set_widest] = useState(12);

  const { places, shape, by_hand, drag, keep, forget } = usePlaces(props.whole, network, props.folding);

  const small = size.width < 600 || size.height < 480;
  const margin = useMemo((): Margin => (small ? { side: 56, top: 34, bottom: size.width < 600 ? 84 : 96 } : { side: 92, top: 72, bottom: 122 }), [small, size.width < 600]);
  // A new fit for a new network, frame or wish; not for a place dragged, or the map would flee the hand.
  const [fits, set_fits] = useState(0);
  const fitted = useMemo(() => fit_view(places, size.width, size.height, margin), [shape, network, size, margin, fits]);
  const view = useMemo((): View => {
    if (!place.view) return fitted;
    const k = fitted.k * place.view.zoom;
    return { k, x: size.width / 2 - place.view.x * k, y: size.height / 2 - place.view.y * k };
  }, [fitted, place.view, size]);

  const scene = useRef<Scene | null>(null);
  const hovered = useRef<Hit>(null);
  const painted_view = useRef<View | null>(null);
  const frames = useRef<Frames>({ base_ms: 0, motion_ms: 0, motion_count: 0, dots: 0, thin: 1 });
  const from = useRef<{ links: Map<string, MapLink>; since: number; shown: Graph }>({ links: new Map(), since: 0, shown: graph });

  // Everything a drawing needs, read at the instant of drawing.
  const latest = useRef({ graph, places, view, fitted, size, theme, max_bps, place, ends, still, props });
  latest.current = { graph, places, view, fitted, size, theme, max_bps, place, ends, still, props };

  const draw = useCallback(() => {
    const now = latest.current;
    if (!base.current || now.size.width === 0) return;
    const start = performance.now();
    const t = Math.min(1, (start - from.current.since) / kTween_ms);
    const shown = t < 1 && !now.still && now.graph.links.length <= kTweenLinksMax ? between(from.current.links, now.graph, t) : now.graph;
    from.current.shown = shown;
    scene.current = build_scene(shown, now.places, {
      view: now.view, fit_k: now.fitted.k, width: now.size.width, height: now.size.height, theme: now.theme, max_bps: now.max_bps,
      selected_link: now.place.link, selected_node: now.place.node, hovered: hovered.current?.id ?? null, lit: now.props.lit, changed: now.props.changed, change: now.props.change ?? false, ringed: ringed(now.ends), measure,
    });
    const brush = prepare(base.current, now.size.width, now.size.height);
    paint_scene(brush, scene.current, now.theme, now.ends, now.still);
    painted_view.current = now.view;
    base.current.style.transform = motion.current!.style.transform = "";
    frames.current.base_ms = performance.now() - start;
    set_widest(Math.round(scene.current.widest * 2) / 2);
    if (shown !== now.graph) schedule.current();
  }, []);

  const pending = useRef(0);
  const schedule = useRef(() => {
    if (!pending.current) {
      pending.current = requestAnimationFrame(() => {
        pending.current = 0;
        draw();
      });
    }
  });

  useEffect(() => {
    from.current = { links: new Map(from.current.shown.links.map((l) => [l.id, l])), since: performance.now(), shown: from.current.shown };
    schedule.current();
  }, [graph]);

  const resting = useRef(0);
  useLayoutEffect(() => {
    const big = graph.links.length > kBitmapLinksMin;
    const old = painted_view.current;
    if (!big || !old) return schedule.current();
    // Move the picture now, draw it anew when the hand rests.
    const k = view.k / old.k;
    const transform = `translate(${view.x - old.x * k}px, ${view.y - old.y * k}px) scale(${k})`;
    base.current!.style.transform = motion.current!.style.transform = transform;
    window.clearTimeout(resting.current);
    resting.current = window.setTimeout(() => schedule.current(), 140);
  }, [view]);
  useLayoutEffect(() => schedule.current(), [places, size, theme, max_bps, place.link, place.node, ends, lit, props.changed, props.change, still]);

  useLayoutEffect(() => {
    const element = holder.current!;
    const observer = new ResizeObserver(() => set_size({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useMotion(motion, scene, frames.current, still, size, theme);

  useEffect(
    () =>
      props.second ? undefined : expose({
        graph: () => latest.current.graph,
        scene: () => scene.current,
        origin: () => holder.current?.getBoundingClientRect() ?? { left: 0, top: 0 },
        shown: () => ({ at: latest.current.props.shown_at, live: latest.current.place.at === null, instrumented: latest.current.place.instrumented }),
        frames: frames.current,
      }),
    [],
  );

  const fit = useCallback(() => {
    set_fits((n) => n + 1);
    latest.current.props.on_view(null);
  }, []);
  const first_fit = useRef(props.fit_signal);
  useEffect(() => {
    if (props.fit_signal === first_fit.current) return;
    first_fit.current = props.fit_signal;
    fit();
  }, [props.fit_signal, fit]);

  const zoom_at = useCallback((x: number, y: number, factor: number) => {
    const { view, fitted, size, props } = latest.current;
    const zoom = Math.max(0.5, Math.min(24, (view.k / fitted.k) * factor));
    const k = fitted.k * zoom;
    const wx = (x - view.x) / view.k, wy = (y - view.y) / view.k; // stays under the pointer
    props.on_view({ x: wx + (size.width / 2 - x) / k, y: wy + (size.height / 2 - y) / k, zoom });
  }, []);

  useEffect(() => {
    const element = holder.current!;
    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      const box = element.getBoundingClientRect();
      zoom_at(e.clientX - box.left, e.clientY - box.top, Math.exp(-e.deltaY * (e.ctrlKey ? 0.01 : 0.0016)));
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, [zoom_at]);

  // Pointers: one drags a node or the map, two pinch.
  const pointers = useRef(new Map<number, Point>());
  const grip = useRef<{ node: string | null; start: Point; last: Point; far: boolean } | null>(null);
  const local = (e: React.PointerEvent): Point => {
    const box = holder.current!.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };
  const pan = (dx: number, dy: number) => {
    const { view, fitted, size } = latest.current;
    props.on_view({ x: (size.width / 2 - view.x - dx) / view.k, y: (size.height / 2 - view.y - dy) / view.k, zoom: view.k / fitted.k });
  };
  const on_down = (e: React.PointerEvent) => {
    if (e.button !== 0) return;
    const p = local(e);
    pointers.current.set(e.pointerId, p);
    e.currentTarget.setPointerCapture(e.pointerId);
    const found = scene.current ? hit(scene.current, p.x, p.y) : null;
    const is_host = found?.kind === "node" && !latest.current.places.has(found.id);
    grip.current = { node: found?.kind === "node" && !is_host ? found.id : null, start: p, last: p, far: false };
  };
  const on_move = (e: React.PointerEvent) => {
    const p = local(e);
    const before = pointers.current.get(e.pointerId);
    if (!before || !grip.current) {
      const found = scene.current ? hit(scene.current, p.x, p.y, 5) : null;
      if (found?.id !== hovered.current?.id) {
        hovered.current = found;
        holder.current!.dataset.over = String(found !== null);
        schedule.current();
      }
      props.on_hover(found, p.x, p.y);
      return;
    }
    if (pointers.current.size === 2) {
      const other = [...pointers.current].find(([id]) => id !== e.pointerId)![1];
      const was = Math.hypot(before.x - other.x, before.y - other.y), is = Math.hypot(p.x - other.x, p.y - other.y);
      pointers.current.set(e.pointerId, p);
      grip.current.far = true;
      if (was > 8) zoom_at((p.x + other.x) / 2, (p.y + other.y) / 2, is / was);
      return;
    }
    pointers.current.set(e.pointerId, p);
    const g = grip.current;
    if (!g.far && Math.hypot(p.x - g.start.x, p.y - g.start.y) < (e.pointerType === "touch" ? 8 : 4)) return;
    if (!g.far) {
      g.far = true;
      set_grabbing(true);
      props.on_hover(null, 0, 0);
    }
    if (g.node) {
      const { view } = latest.current;
      drag(g.node, { x: (p.x - view.x) / view.k, y: (p.y - view.y) / view.k });
    } else pan(p.x - g.last.x, p.y - g.last.y);
    g.last = p;
  };
  const on_up = (e: React.PointerEvent) => {
    const g = grip.current;
    pointers.current.delete(e.pointerId);
    if (!g || pointers.current.size > 0) return;
    grip.current = null;
    set_grabbing(false);
    if (g.far) {
      if (g.node) keep();
      return;
    }
    if (e.type === "pointerup" && scene.current) props.on_select(hit(scene.current, g.start.x, g.start.y, e.pointerType === "touch" ? 16 : 7));
  };
  const on_double = (e: React.MouseEvent) => {
    const box = holder.current!.getBoundingClientRect();
    const found = scene.current && hit(scene.current, e.clientX - box.left, e.clientY - box.top);
    if (found?.kind === "node" && is_fold(found.id)) props.on_unfold(found.id);
  };
  const restore = () => {
    forget();
    fit();
  };

  const middle = { x: size.width / 2, y: size.height / 2 };
  return (
    <div className="map" ref={holder} data-grabbing={grabbing}>
      <canvas ref={base} aria-hidden />
      <canvas
        ref={motion} data-testid="map-canvas" role="img" aria-label="Map of the network. Press t for the same as a table."
        onDoubleClick={on_double} onPointerDown={on_down} onPointerMove={on_move} onPointerUp={on_up} onPointerCancel={on_up}
        onPointerLeave={() => {
          hovered.current = null;
          props.on_hover(null, 0, 0);
          schedule.current();
        }}
      />
      {graph.links.length > 0 && <Legend theme={theme} max_bps={max_bps} unknown={graph.links.every((l) => l.capacity_bps === null)} widest={widest} missing={place.instrumented < 1 && graph.links.some((l) => l.true_load_bps !== null)} guess={graph.links.some(guessed)} counted={graph.counted} change={props.change ?? false} />}
      <div className="map-buttons">
        {props.folding && <button onClick={() => props.on_unfold(null)} title="Show every router, or parts of the network as one" data-testid="fold-all">{place.open.includes("*") ? "Fold" : "Unfold all"}</button>}
        {by_hand && <button onClick={restore} title="Put dragged routers back">Restore places</button>}
        <button onClick={() => zoom_at(middle.x, middle.y, 1.4)} aria-label="Zoom in" title="Zoom in">+</button>
        <button onClick={() => zoom_at(middle.x, middle.y, 1 / 1.4)} aria-label="Zoom out" title="Zoom out">−</button>
        <button onClick={fit} title="Fit the network (f)">Fit</button>
      </div>
    </div>
  );
}
