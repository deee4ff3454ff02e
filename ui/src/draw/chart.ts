import { clock } from "./format";

// Lines over time as SVG paths, for the time bar and the link panel.

export interface Scale {
  from: number;
  to: number;
  width: number;
}

export const x_of = (s: Scale, t: number): number => (s.to > s.from ? ((t - s.from) / (s.to - s.from)) * s.width : 0);
export const t_of = (s: Scale, x: number): number => s.from + (Math.max(0, Math.min(s.width, x)) / s.width) * (s.to - s.from);

export interface Step {
  from: number;
  to: number;
  value: number | null;
}

// A bin is a constant, so its line is a stair. Gaps (null) break it.
export function stair(steps: readonly Step[], s: Scale, height: number, max: number): string {
  let d = "", open = false;
  for (const b of steps) {
    if (b.value === null) {
      open = false;
      continue;
    }
    const y = round(height - (Math.min(b.value, max) / max) * height);
    const x1 = round(x_of(s, b.from)), x2 = round(x_of(s, b.to));
    d += open ? `L${x1} ${y}H${x2}` : `M${x1} ${y}H${x2}`;
    open = true;
  }
  return d;
}

export function filled(steps: readonly Step[], s: Scale, height: number, max: number): string {
  const known = steps.filter((b) => b.value !== null);
  if (known.length === 0) return "";
  const first = round(x_of(s, known[0]!.from)), last = round(x_of(s, known[known.length - 1]!.to));
  return `M${first} ${height}L${stair(known, s, height, max).slice(1)}L${last} ${height}Z`;
}

// Round times, at most `most` of them.
export function time_ticks(s: Scale, most: number): { x: number; text: string }[] {
  const span = s.to - s.from;
  if (!(span > 0)) return [];
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400].map((x) => x * 1000);
  const step = steps.find((x) => span / x <= most) ?? 86400000 * Math.ceil(span / 86400000 / most);
  const out = [];
  for (let t = Math.ceil(s.from / step) * step; t <= s.to; t += step) {
    const text = clock(t);
    out.push({ x: x_of(s, t), text: step >= 60000 && text.endsWith(":00") ? text.slice(0, 5) : text });
  }
  return out;
}

const round = (v: number) => Math.round(v * 10) / 10;
