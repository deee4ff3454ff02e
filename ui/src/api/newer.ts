import type { AppShare, Bin, Coverage, Envelope, LinkDetail, LinkLoad, NodeDetail, PairLoss, Top } from "./types";

// What servers add to the answers of types.ts where they estimate. Every key is optional: a server without counters,
// or the demo, leaves it out, and the screen then shows what it always has. A key moves to types.ts when the server
// describes it; the names here stay.

export type { CoverageReport, LateAgent, Losses, NextHost, ResidualLink } from "./types";
export type NamedShare = AppShare;
export type LossPair = PairLoss;

export interface Interval {
  estimate: number;
  low: number;
  high: number;
  assumed?: boolean; // too little is seen to learn how wrong it is
}

// What a link probably carries, with what nobody counted: nine times of ten between low and high.
export interface LinkEstimate {
  bps: number;
  low_bps: number;
  high_bps: number;
}

export type NewerCoverage = Coverage & {
  addresses?: { instrumented: number; could: number } | null;
  unseen_bps?: Interval | null;
};

// How many agents have reported of a bin that is still open, where that is counted.
export type NewerBin = Bin & { reported?: number; agents?: number };

export type NewerEnvelope = Omit<Envelope, "coverage" | "bin"> & { coverage: NewerCoverage; bin: NewerBin };

interface MoreOfLink {
  estimate?: LinkEstimate | null;
  counter_bps?: number | null;
  residual_bps?: number | null;
  uncertain_share?: number | null;
}

export type NewerLinkLoad = LinkLoad & MoreOfLink;

export type NewerLinkDetail = LinkDetail & MoreOfLink;
export type NewerNodeDetail = NodeDetail & { apps_basis?: string };

export type TopBy = Top["by"];
export type NewerTop = Pick<Top, "by" | "basis" | "rows">;

// The stream's `event: load`: the loads of this bin have changed.
export interface LoadChange {
  from: string;
  to: string;
  complete: boolean;
}
