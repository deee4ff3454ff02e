import type { Bin, Coverage, Envelope, LinkDetail, LinkLoad, NodeDetail, Top, TopRow } from "./types";

// What newer servers add to the answers of types.ts. Every key is optional: an older server, or the demo, leaves
// it out, and the screen then shows what it always has. A key moves to types.ts when the server describes it.

export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

// What a link probably carries, with what nobody counted: nine times of ten between low and high.
export interface LinkEstimate {
  bps: number;
  low_bps: number;
  high_bps: number;
}

export interface LateAgent {
  agent: string;
  since: string;
}

export type NewerCoverage = Coverage & {
  addresses?: { instrumented: number; could: number } | null;
  unseen_bps?: Interval | null;
};

// Of a bin that is still open: which share of its bytes was sent a little earlier and stands for what has not been
// reported yet; how many agents have reported, where that is counted.
export type NewerBin = Bin & { carried_share?: number; reported?: number; agents?: number };

export type NewerEnvelope = Omit<Envelope, "coverage" | "bin"> & { coverage: NewerCoverage; bin: NewerBin; late?: LateAgent[] };

interface MoreOfLink {
  estimate?: LinkEstimate | null;
  counter_bps?: number | null;
  residual_bps?: number | null;
  uncertain_share?: number | null;
}

export type NewerLinkLoad = LinkLoad & MoreOfLink;

export interface NamedShare {
  name: string;
  bps: number;
  share: number;
}

interface Whose {
  processes?: NamedShare[];
  users?: NamedShare[];
  apps_basis?: string;
}

export type NewerLinkDetail = LinkDetail & MoreOfLink & Whose;
export type NewerNodeDetail = NodeDetail & Whose;

export type TopBy = Top["by"] | "processes" | "users";
export interface NewerTop {
  by: TopBy;
  basis?: string;
  rows: TopRow[];
}

// GET /coverage: over a span of time, which hosts to instrument next, and where counters say that much is unseen.
export interface NextHost {
  name: string;
  address: string;
  router: string | null;
  gain: number; // of the unseen bytes, beside what those above it gain, 0..1
  bps: number;
  hours: number; // in how many it was among the heavy ones
}

export interface ResidualLink {
  id: string;
  residual_bps: number;
  low_bps: number;
  high_bps: number;
}

export interface CoverageReport {
  from?: string;
  to?: string;
  addresses: { instrumented: number; could: number };
  bytes_share: number;
  unseen_bps: Interval | null;
  hosts: NextHost[];
  links: ResidualLink[];
}

// GET /losses: what one end sent and the other did not get.
export interface LossPair {
  from: string;
  to: string;
  sent_bytes: number;
  received_bytes: number;
  lost_share: number;
  low: number;
  high: number;
}

export interface Losses {
  pairs: LossPair[];
}

// The stream's `event: load`: the loads of this bin have changed.
export interface LoadChange {
  from: string;
  to: string;
  complete: boolean;
}
