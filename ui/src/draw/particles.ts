import type { Ribbon } from "./scene";

// Where the moving dots are at an instant. No particle has a memory: its place is a function of
// time, so any frame can be drawn by itself and a skipped frame costs nothing.

export interface Dot {
  x: number;
  y: number;
  radius: number;
  on_ribbon: boolean; // a light dot on a wide ribbon, else one in the ribbon's own colour
}

export const kSpeed = 42; // pixels a second, the same everywhere; density says how much
const kClosest = 15;
const kSparsest = 90;
const kDotsMax = 1600;

export const spacing = (load: number): number => kSparsest - (kSparsest - kClosest) * Math.sqrt(Math.min(1, load));

// `thin` out when there would be more than kDotsMax: every ribbon keeps its proportion.
export function thinning(ribbons: readonly Ribbon[]): number {
  let dots = 0;
  for (const r of ribbons) if (moves(r)) dots += length(r) / spacing(r.load);
  return Math.max(1, dots / kDotsMax);
}

const length = (r: Ribbon) => Math.hypot(r.x2 - r.x1, r.y2 - r.y1);
export const moves = (r: Ribbon): boolean => !r.down && !r.dim && r.load > 0.002;

export function dots(ribbon: Ribbon, seconds: number, thin: number, out: Dot[]): void {
  if (!moves(ribbon)) return;
  const total = length(ribbon);
  const step = spacing(ribbon.load) * thin;
  const ux = (ribbon.x2 - ribbon.x1) / total, uy = (ribbon.y2 - ribbon.y1) / total;
  const on_ribbon = ribbon.width >= 3.5;
  const radius = on_ribbon ? Math.min(2.4, ribbon.width * 0.24) : Math.min(2, 1.1 + ribbon.width * 0.25);
  const end = total - ribbon.width;
  for (let along = (seconds * kSpeed + phase(ribbon.id)) % step; along < end; along += step) {
    out.push({ x: ribbon.x1 + ux * along, y: ribbon.y1 + uy * along, radius, on_ribbon });
  }
}

// Ribbons do not pulse together.
function phase(id: string): number {
  let h = 0;
  for (let i = 0; i < id.length; i++) h = (h * 31 + id.charCodeAt(i)) | 0;
  return (h >>> 0) % 97;
}
