import { ApiError } from "./client";

// POST /whatif?at=&from=&to=&instrumented= with {"scenario"}, and GET /bound: what `anemone whatif --format json` and `anemone bound` print. A key moves to
// types.ts when the server describes it.

export interface WhatIfSide {
  max_utilisation: number; // in the worst bin
  worst_bin: string;
  median_max_utilisation: number;
  p95_max_utilisation: number;
  offered_bps: number;
  unrouted_bps: number;
  unattached_bps: number;
  local_bps: number;
}

// One directed link over all bins.
export interface LoadSpread {
  median_bps: number;
  p95_bps: number;
  worst_bps: number;
  worst_bin: string;
  worst_utilisation: number | null;
}

export interface LinkOutcome {
  id: string;
  from: string;
  to: string;
  capacity_bps: number | null; // with the scenario
  state: "up" | "gone" | "added";
  overloaded: boolean; // by the scenario
  before: LoadSpread;
  after: LoadSpread;
}

export interface DemandOutcome {
  from: string;
  to: string;
  bps: number;
  cost_before: number | null; // null: no way
  cost_after: number | null;
  latency_before_us?: number | null; // where links announce one
  latency_after_us?: number | null;
}

// Who would notice. The rates may overlap: what takes a longer way may cross an overloaded link, too.
export interface Hurt {
  name: string;
  bps: number;
  disconnected_bps: number;
  overloaded_bps: number;
  longer_bps: number;
}

export const kWho = ["applications", "processes", "users", "sites", "routers"] as const;
export type Who = (typeof kWho)[number];

export interface WhatIf {
  bins: number;
  from: string;
  to: string;
  before: WhatIfSide;
  after: WhatIfSide;
  disconnected_bps: number;
  coverage: number; // of what was observed, at least; 1 = all
  links: LinkOutcome[];
  demands: DemandOutcome[];
  hurt: Partial<Record<Who, Hurt[]>>;
}

export interface WhatIfAnswers {
  answers: WhatIf[];
}

// How good any routing could be, beside today's: shares of capacity in the fullest link.
export interface Bound {
  utilization: number;
  bound: number; // no routing has a lower one
  reached?: number; // and some flow has this one
  exact: boolean;
  gap: number;
}

export interface ScenarioError {
  line: number | null;
  column: number | null;
  message: string;
}

interface Said {
  errors?: ScenarioError[];
  scenario?: { errors?: ScenarioError[] };
  error?: { errors?: ScenarioError[] };
}

// Where a scenario was refused. The place is told beside the message, or in it: "line 2, column 6: no link ...".
export function scenario_errors(e: ApiError): ScenarioError[] {
  const said = (e.body ?? {}) as Said;
  const told = said.scenario?.errors ?? said.errors ?? said.error?.errors;
  if (told && told.length > 0) return told;
  const found = /line (\d+), column (\d+): (.*)/s.exec(e.message);
  return [found ? { line: Number(found[1]), column: Number(found[2]), message: found[3]! } : { line: null, column: null, message: e.message }];
}
