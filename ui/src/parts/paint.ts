import { kPalettes, type Palette, type Theme } from "../draw/colour";
import { dots, type Dot } from "../draw/particles";
import type { Box } from "../draw/labels";
import { kLabelHeight, kMarkHeight, type Mark, type Ribbon, type Scene, type SceneNode } from "../draw/scene";

// Puts a Scene on a canvas. The only file that knows how to hold a brush; what and where is
// decided in draw/. Ribbons of one colour go in one path: a thousand fills are slow, thirty are not.

export const kFonts = {
  node: "600 12px system-ui, sans-serif",
  host: "11px system-ui, sans-serif",
  link: "11px system-ui, sans-serif",
  mark: "600 11px system-ui, sans-serif",
};

export interface Ends {
  sources: ReadonlyMap<string, number>; // router -> share of the selected link's load
  sinks: ReadonlyMap<string, number>;
}

type Brush = CanvasRenderingContext2D;

// A clean canvas of this many CSS pixels, sharp on dense screens up to twice.
export function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const w = Math.round(width * ratio), h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const brush = canvas.getContext("2d")!;
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  brush.clearRect(0, 0, width, height);
  return brush;
}

export function paint_scene(b: Brush, scene: Scene, theme: Theme, ends: Ends | null, chevrons: boolean): void {
  const p = kPalettes[theme];
  b.lineCap = "butt";
  b.lineWidth = 1;
  b.strokeStyle = p.host_line;
  b.beginPath();
  for (const s of scene.host_lines) {
    b.moveTo(s.x1, s.y1);
    b.lineTo(s.x2, s.y2);
  }
  b.stroke();

  paint_missing(b, scene.ribbons, p);
  paint_guess(b, scene.ribbons, p);
  halo(b, scene.ribbons.filter((r) => r.changed && !r.hidden), p.down, 0.28, 9);
  const chosen = scene.ribbons.filter((r) => r.id === scene.selected_link);
  const hovered = scene.ribbons.filter((r) => r.id === scene.hovered);
  halo(b, hovered, p.accent, 0.35, 6);
  halo(b, chosen, p.accent, 1, 5);
  halo(b, scene.ribbons.filter((r) => r.lit), p.accent, 1, 4);
  const dim = scene.ribbons.filter((r) => r.dim);
  if (dim.length > 0) {
    b.globalAlpha = 0.22;
    paint_ribbons(b, dim);
    b.globalAlpha = 1;
  }
  paint_ribbons(b, dim.length > 0 ? scene.ribbons.filter((r) => !r.dim) : scene.ribbons);
  paint_unsure(b, scene.ribbons, p);
  if (chevrons) paint_chevrons(b, scene.ribbons, p);
  for (const r of scene.ribbons) if (r.down && !r.hidden) paint_down(b, r, p);
  for (const n of scene.nodes) paint_node(b, n, scene, p, ends);
  for (const m of scene.marks) paint_mark(b, m, p);
  paint_labels(b, scene, p);
}

// Hollow: traffic that the whole recording has and the instrumented hosts do not account for.
function paint_missing(b: Brush, ribbons: readonly Ribbon[], p: Palette): void {
  b.fillStyle = p.missing;
  b.strokeStyle = p.missing_edge;
  b.lineWidth = 1;
  b.beginPath();
  for (const r of ribbons) {
    if (r.missing && !r.dim) shape(b, r.missing);
  }
  b.fill();
  b.stroke();
}

// Hatched: what is estimated beside what was counted; a pale band is how far the estimate may reach.
function paint_guess(b: Brush, ribbons: readonly Ribbon[], p: Palette): void {
  const shown = ribbons.filter((r) => r.guess && !r.dim);
  if (shown.length === 0) return;
  b.fillStyle = hatch(b, p);
  b.strokeStyle = p.guess;
  b.lineWidth = 1;
  b.beginPath();
  for (const r of shown) shape(b, r.guess!);
  b.fill();
  b.stroke();
  b.fillStyle = p.guess;
  b.globalAlpha = 0.2;
  b.beginPath();
  for (const r of shown) if (r.reach) shape(b, r.reach);
  b.fill();
  b.globalAlpha = 1;
}

// Strokes across: this much of the width may belong to the routes before or after the change.
function paint_unsure(b: Brush, ribbons: readonly Ribbon[], p: Palette): void {
  b.strokeStyle = p.background;
  b.lineWidth = 1.6;
  b.beginPath();
  for (const r of ribbons) {
    if (r.dim) continue;
    for (const s of r.unsure) {
      b.moveTo(s.x1, s.y1);
      b.lineTo(s.x2, s.y2);
    }
  }
  b.stroke();
}

const kHatch = 5;
const kHatches = new Map<string, CanvasPattern | string>();

// A tile of diagonal strokes, as sharp as the screen.
function hatch(b: Brush, p: Palette): CanvasPattern | string {
  const ratio = b.getTransform().a || 1;
  const key = `${p.guess} ${ratio}`;
  const known = kHatches.get(key);
  if (known) return known;
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(kHatch * ratio);
  const brush = tile.getContext("2d")!;
  const side = tile.width;
  brush.fillStyle = p.missing;
  brush.fillRect(0, 0, side, side);
  brush.strokeStyle = p.guess;
  brush.lineWidth = 1.2 * ratio;
  for (const shift of [-side, 0, side]) {
    brush.moveTo(shift - 1, side + 1);
    brush.lineTo(shift + side + 1, -1);
  }
  brush.stroke();
  const pattern = b.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(kHatch / side));
  kHatches.set(key, pattern ?? p.guess);
  return pattern ?? p.guess;
}

function shape(b: Brush, points: readonly { x: number; y: number }[]): void {
  points.forEach((q, i) => (i === 0 ? b.moveTo(q.x, q.y) : b.lineTo(q.x, q.y)));
  b.closePath();
}

const trace = (b: Brush, r: Ribbon) => shape(b, r.outline);

function paint_ribbons(b: Brush, ribbons: readonly Ribbon[]): void {
  const by_colour = new Map<string, Ribbon[]>();
  for (const r of ribbons) {
    if (r.down || r.hidden) continue;
    const list = by_colour.get(r.colour);
    if (list) list.push(r);
    else by_colour.set(r.colour, [r]);
  }
  // Thin ones are lines: a hair-thin polygon costs the same and looks worse.
  for (const [colour, list] of by_colour) {
    b.fillStyle = b.strokeStyle = colour;
    b.beginPath();
    for (const r of list) if (r.width >= 1.6) trace(b, r);
    b.fill();
    const many = list[0]!.wire && ribbons.length > 1200;
    b.lineWidth = many ? 0.8 : list[0]!.wire ? 1.6 : 1;
    if (many) b.globalAlpha *= 0.6;
    b.beginPath();
    for (const r of list) {
      if (r.width >= 1.6) continue;
      b.moveTo(r.x1, r.y1);
      b.lineTo(r.x2, r.y2);
    }
    b.stroke();
    if (many) b.globalAlpha /= 0.6;
  }
}

function halo(b: Brush, ribbons: readonly Ribbon[], colour: string, alpha: number, width: number): void {
  if (ribbons.length === 0) return;
  b.save();
  b.globalAlpha = alpha;
  b.strokeStyle = colour;
  b.lineWidth = width;
  b.lineJoin = "round";
  for (const r of ribbons) {
    b.beginPath();
    trace(b, r);
    b.stroke();
  }
  b.restore();
}

// The direction for those who do not want motion.
function paint_chevrons(b: Brush, ribbons: readonly Ribbon[], p: Palette): void {
  b.strokeStyle = p.particle;
  b.lineWidth = 1.3;
  b.beginPath();
  for (const r of ribbons) {
    const total = Math.hypot(r.x2 - r.x1, r.y2 - r.y1);
    if (r.down || r.dim || r.width < 4.5 || total < 30) continue;
    const ux = (r.x2 - r.x1) / total, uy = (r.y2 - r.y1) / total, s = r.width * 0.28;
    for (let along = 14; along < total - 12; along += 22) {
      const x = r.x1 + ux * along, y = r.y1 + uy * along;
      b.moveTo(x - ux * s - uy * s, y - uy * s + ux * s);
      b.lineTo(x, y);
      b.lineTo(x - ux * s + uy * s, y - uy * s - ux * s);
    }
  }
  b.stroke();
}

function paint_down(b: Brush, r: Ribbon, p: Palette): void {
  b.save();
  b.setLineDash([5, 5]);
  b.strokeStyle = p.down;
  b.lineWidth = 1.5;
  b.beginPath();
  b.moveTo(r.x1, r.y1);
  b.lineTo(r.x2, r.y2);
  b.stroke();
  b.restore();
}

function paint_node(b: Brush, n: SceneNode, scene: Scene, p: Palette, ends: Ends | null): void {
  const chosen = n.id === scene.selected_node, hovered = n.id === scene.hovered;
  if (chosen || hovered) {
    b.globalAlpha = chosen ? 1 : 0.45;
    b.fillStyle = p.accent;
    b.beginPath();
    b.arc(n.x, n.y, n.radius + 4, 0, 2 * Math.PI);
    b.fill();
    b.globalAlpha = 1;
  }
  if (n.node.kind === "host") return paint_host(b, n, p);
  b.lineWidth = Math.max(1, n.radius * 0.2);
  b.strokeStyle = p.node_edge;
  if (n.node.kind === "network") {
    b.fillStyle = p.network;
    b.beginPath();
    b.roundRect(n.x - n.radius * 1.6, n.y - n.radius * 0.55, n.radius * 3.2, n.radius * 1.1, n.radius * 0.5);
    b.fill();
    return;
  }
  if (n.node.holds > 0) {
    paint_folded(b, n, p);
    if (ends) paint_ends(b, n, p, ends);
    return;
  }
  b.fillStyle = p.node;
  b.beginPath();
  b.arc(n.x, n.y, n.radius, 0, 2 * Math.PI);
  b.fill();
  if (n.node.down) return paint_gone(b, n, p);
  b.stroke();
  if (n.node.abr && n.radius > 3) {
    b.fillStyle = p.abr;
    b.beginPath();
    b.arc(n.x, n.y, n.radius * 0.42, 0, 2 * Math.PI);
    b.fill();
  }
  if (ends) paint_ends(b, n, p, ends);
}

function paint_ends(b: Brush, n: SceneNode, p: Palette, ends: Ends): void {
  arc(b, n, ends.sources.get(n.id) ?? 0, p.source, Math.PI);
  arc(b, n, ends.sinks.get(n.id) ?? 0, p.sink, 0);
}

// Many routers as one: a disc behind a disc, with how many.
function paint_folded(b: Brush, n: SceneNode, p: Palette): void {
  b.fillStyle = p.node;
  b.strokeStyle = n.node.down ? p.down : p.node_edge;
  for (const aside of [n.radius * 0.28, 0]) {
    b.beginPath();
    b.arc(n.x + aside, n.y - aside, n.radius, 0, 2 * Math.PI);
    b.fill();
    b.stroke();
  }
  if (n.radius < 7) return;
  b.font = n.radius < 11 ? "600 9px system-ui, sans-serif" : kFonts.mark;
  b.textAlign = "center";
  b.textBaseline = "middle";
  b.fillStyle = p.text;
  b.fillText(String(n.node.holds), n.x, n.y + 0.5);
  b.textAlign = "left";
}

// A router that was there: a broken ring and a cross.
function paint_gone(b: Brush, n: SceneNode, p: Palette): void {
  b.save();
  b.strokeStyle = p.down;
  b.lineWidth = Math.max(1.2, n.radius * 0.22);
  b.setLineDash([3, 2.5]);
  b.stroke();
  b.setLineDash([]);
  const s = n.radius * 0.42;
  b.beginPath();
  b.moveTo(n.x - s, n.y - s);
  b.lineTo(n.x + s, n.y + s);
  b.moveTo(n.x + s, n.y - s);
  b.lineTo(n.x - s, n.y + s);
  b.stroke();
  b.restore();
}

// Whose load it is: an arc on the left for what enters here, on the right for what leaves.
function arc(b: Brush, n: SceneNode, share: number, colour: string, middle: number): void {
  if (share < 0.005) return;
  const half = Math.max(0.18, (share * Math.PI) / 2);
  b.strokeStyle = colour;
  b.lineWidth = 4;
  b.beginPath();
  b.arc(n.x, n.y, n.radius + 5, middle - half, middle + half);
  b.stroke();
}

// Filled: it reports its flows. Hollow: it does not. Half filled in a loud edge: it is late.
function paint_host(b: Brush, n: SceneNode, p: Palette): void {
  const r = n.node.late ? n.radius + 1 : n.radius;
  b.lineWidth = n.node.late ? 1.8 : 1.3;
  b.strokeStyle = n.node.late ? p.warn : n.node.instrumented ? p.host : p.host_edge;
  b.fillStyle = n.node.instrumented && !n.node.late ? p.host : p.background;
  b.beginPath();
  b.roundRect(n.x - r, n.y - r, 2 * r, 2 * r, 1);
  b.fill();
  b.stroke();
  if (!n.node.late) return;
  b.fillStyle = p.warn;
  b.fillRect(n.x - r, n.y, 2 * r, r);
}

function paint_mark(b: Brush, m: Mark, p: Palette): void {
  const height = kMarkHeight;
  b.fillStyle = m.kind === "down" ? p.down : p.warn;
  b.strokeStyle = p.background;
  b.lineWidth = 2;
  b.beginPath();
  b.roundRect(m.x - m.width / 2, m.y - height / 2, m.width, height, 8.5);
  b.stroke();
  b.fill();
  const left = m.text ? m.x - m.width / 2 + 9.5 : m.x;
  b.strokeStyle = b.fillStyle = p.on_warn;
  b.lineWidth = 1.6;
  b.beginPath();
  if (m.kind === "down") {
    b.moveTo(left - 3, m.y - 3);
    b.lineTo(left + 3, m.y + 3);
    b.moveTo(left + 3, m.y - 3);
    b.lineTo(left - 3, m.y + 3);
    b.stroke();
  } else {
    b.moveTo(left, m.y - 4.5);
    b.lineTo(left + 4.5, m.y + 3.5);
    b.lineTo(left - 4.5, m.y + 3.5);
    b.fill();
  }
  if (!m.text) return;
  b.font = kFonts.mark;
  b.textAlign = "left";
  b.textBaseline = "middle";
  b.fillText(m.text, left + 6.5, m.y + 0.5);
}

function paint_labels(b: Brush, scene: Scene, p: Palette): void {
  b.textAlign = "left";
  b.textBaseline = "middle";
  b.lineJoin = "round";
  b.lineWidth = 3.5;
  b.strokeStyle = p.halo;
  for (const l of scene.labels) {
    b.font = kFonts[l.kind];
    b.strokeText(l.text, l.x, l.y + kLabelHeight / 2);
    b.fillStyle = l.kind === "host" ? p.faint_text : p.text;
    b.fillText(l.text, l.x, l.y + kLabelHeight / 2);
  }
}

// Dots pass under marks and names, though their canvas lies above.
function boxes_of(scene: Scene): Box[] {
  if (scene.ribbons.length > 600) return [];
  return [...scene.labels, ...scene.marks.map((m) => ({ x: m.x - m.width / 2 - 1, y: m.y - kMarkHeight / 2 - 1, width: m.width + 2, height: kMarkHeight + 2 }))];
}

// Returns how many dots it drew.
export function paint_motion(b: Brush, scene: Scene, theme: Theme, seconds: number, thin: number): number {
  const by_colour = new Map<string, Dot[]>();
  const light = kPalettes[theme].particle;
  const scratch: Dot[] = [];
  for (const r of scene.ribbons) {
    scratch.length = 0;
    dots(r, seconds, thin, scratch);
    for (const d of scratch) {
      const colour = d.on_ribbon ? light : r.colour;
      const list = by_colour.get(colour);
      if (list) list.push(d);
      else by_colour.set(colour, [d]);
    }
  }
  const covered = boxes_of(scene);
  let drawn = 0;
  for (const [colour, list] of by_colour) {
    b.fillStyle = colour;
    b.globalAlpha = colour === light ? 0.85 : 1;
    b.beginPath();
    for (const d of list) {
      if (covered.some((c) => d.x > c.x && d.x < c.x + c.width && d.y > c.y && d.y < c.y + c.height)) continue;
      b.moveTo(d.x + d.radius, d.y);
      b.arc(d.x, d.y, d.radius, 0, 2 * Math.PI);
    }
    b.fill();
    drawn += list.length;
  }
  b.globalAlpha = 1;
  return drawn;
}
