import type { NextHost } from "../api/newer";

// The ranking of hosts to instrument next as a stair: how much of the bytes would be counted after the first, the
// second, the third. A gain is a share of what is unseen now, beside what those above gain, so gains add.

export interface Gained extends NextHost {
  rank: number;
  after: number; // share of bytes with this one and all before it, 0..1
}

export function gained(share: number, hosts: readonly NextHost[]): Gained[] {
  let after = share;
  return hosts.map((h, i) => {
    after = Math.min(1, after + (1 - share) * Math.max(0, h.gain));
    return { ...h, rank: i + 1, after };
  });
}

// A line through points of 0..1 (y upwards), as an SVG path in a box.
export function curve(points: readonly { x: number; y: number }[], width: number, height: number): string {
  const n = (v: number) => Math.round(v * 10) / 10;
  return points.map((p, i) => `${i === 0 ? "M" : "L"}${n(p.x * width)} ${n(height - Math.max(0, Math.min(1, p.y)) * height)}`).join("");
}

// The same as a stair: each value holds from its place to the next.
export function steps(values: readonly number[], width: number, height: number): string {
  const n = (v: number) => Math.round(v * 10) / 10;
  const one = width / Math.max(1, values.length);
  return values.map((v, i) => `${i === 0 ? "M" : "L"}${n(i * one)} ${n(height - v * height)}H${n((i + 1) * one)}`).join("");
}
