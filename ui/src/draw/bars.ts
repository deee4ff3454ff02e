// Two-sided bars: who brings this load (left) and who takes it (right), both of one scale.

export interface SideRow {
  name: string;
  bps: number;
  share: number;
}

export interface TwoSidedRow {
  left: SideRow | null;
  right: SideRow | null;
  left_length: number; // 0..1 of the longest
  right_length: number;
}

export function two_sided(left: readonly SideRow[], right: readonly SideRow[], rows: number): TwoSidedRow[] {
  const a = folded(left, rows), b = folded(right, rows);
  const longest = Math.max(1e-9, ...a.map((r) => r.bps), ...b.map((r) => r.bps));
  const count = Math.max(a.length, b.length);
  return Array.from({ length: count }, (_, i) => ({
    left: a[i] ?? null, right: b[i] ?? null, left_length: (a[i]?.bps ?? 0) / longest, right_length: (b[i]?.bps ?? 0) / longest,
  }));
}

// The largest, and the rest as one row, so that a side always adds up to the whole.
export function folded(rows: readonly SideRow[], most: number): SideRow[] {
  const sorted = [...rows].sort((p, q) => q.bps - p.bps || (p.name < q.name ? -1 : 1));
  if (sorted.length <= most) return sorted;
  const rest = sorted.slice(most - 1);
  return [...sorted.slice(0, most - 1), { name: `${rest.length} more`, bps: rest.reduce((s, r) => s + r.bps, 0), share: rest.reduce((s, r) => s + r.share, 0) }];
}
