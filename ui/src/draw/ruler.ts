import type { LinkEstimate } from "../api/newer";

// One link's load on a ruler: what was counted, what is estimated and how far, what the interface says.

export interface Ruler {
  end: number; // bps at the right end
  seen: number; // 0..1 of it, as the others
  likely: number | null;
  low: number | null;
  high: number | null;
  counter: number | null;
  capacity: number | null; // null when unknown or too far away
}

const kRoom = 1.05;
const kFarAway = 4; // capacity beyond this many times the load would leave nothing to see

export function ruler(load_bps: number, estimate: LinkEstimate | null, counter_bps: number | null, capacity_bps: number | null): Ruler {
  const most = Math.max(1, load_bps, estimate?.bps ?? 0, Math.min(estimate?.high_bps ?? 0, 3 * Math.max(1, load_bps, estimate?.bps ?? 0)), counter_bps ?? 0);
  const whole = capacity_bps !== null && capacity_bps <= kFarAway * most;
  const end = Math.max(most * kRoom, whole ? capacity_bps : 0);
  const at = (v: number | null | undefined) => (v == null ? null : Math.max(0, Math.min(1, v / end)));
  return { end, seen: at(load_bps)!, likely: at(estimate?.bps), low: at(estimate?.low_bps), high: at(estimate?.high_bps), counter: at(counter_bps), capacity: whole ? at(capacity_bps) : null };
}
