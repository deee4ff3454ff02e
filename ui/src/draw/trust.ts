import { percent } from "./format";
import type { Interval, LateAgent, NewerBin } from "../api/newer";

// How far numbers can be trusted, in words and shares: coverage with its interval, who is late, what is open.

// The share of bytes that was counted, if what was not lies where the estimate says. Null where nothing follows.
export function share_interval(share: number, unseen: Interval | null | undefined): { low: number; high: number } | null {
  if (!unseen || !(share > 0) || share >= 1 || !(unseen.estimate > 0)) return null;
  const counted = (unseen.estimate * share) / (1 - share);
  return { low: counted / (counted + unseen.high), high: counted / (counted + unseen.low) };
}

// "open, 3 of 5 agents have reported, 12% carried forward": as much of it as is known.
export function open_text(bin: NewerBin, late: readonly LateAgent[] | undefined): string {
  if (bin.complete) return "";
  const who = bin.reported !== undefined && bin.agents !== undefined ? `${bin.reported} of ${bin.agents} agents have reported` : late && late.length > 0 ? `${late.length} ${late.length === 1 ? "agent is" : "agents are"} late` : "";
  const carried = bin.carried_share ? `${percent(bin.carried_share)} carried forward` : "";
  return ["open", who, carried].filter(Boolean).join(", ");
}

// By what applications are named: "agent", "port", or "agent, else port".
export const named_text = (basis: string | undefined): string => (basis === undefined ? "by port" : basis === "agent" ? "named by agents" : `by ${basis}`);

// The longest late first.
export const by_lateness = (late: readonly LateAgent[]): LateAgent[] => [...late].sort((a, b) => Date.parse(a.since) - Date.parse(b.since) || (a.agent < b.agent ? -1 : 1));

const kStaleBins = 3;
const kStale_ms = 60_000;

// Whether what follows the network has fallen so far behind that it no longer shows the present.
export const is_stale = (now: number, watermark: number, bin_ms: number): boolean => now - watermark > Math.max(kStale_ms, kStaleBins * bin_ms);
