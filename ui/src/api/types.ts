// Printed from the server's OpenAPI document by scripts/api-types; do not edit. The shapes are written in
// src/view/openapi.cpp and told in docs/api.md. Times are RFC 3339 UTC strings; `_bps` is bits per second;
// shares and utilisations are numbers, 1 = all.

export interface Envelope {
  bin: Bin;
  coverage: Coverage;
  watermark: string;
  late: LateAgent[];
}

export interface Span {
  from: string;
  to: string;
}

export interface Bin {
  from: string;
  to: string;
  complete: boolean;
  stable: boolean;
  carried_share: number;
}

export interface LateAgent {
  agent: string;
  since: string;
}

export interface Coverage {
  hosts: number;
  instrumented: number;
  bytes_share: number;
  addresses?: Addresses;
  unseen_bps?: UnseenTraffic;
}

export interface Estimate {
  bps: number;
  low_bps: number;
  high_bps: number;
}

export interface Replay {
  playing: boolean;
  speed: number;
  done: boolean;
}

export interface Loss {
  part: string;
  reason: string;
  count: number;
}

export interface Listened {
  from: string;
  to: string;
}

export interface Vantage {
  name: string;
  state: "listening" | "stopped" | "silent" | "recorded";
  since: string;
  last_lsa: string | null;
  lsas: number;
  lost: number;
  late: number;
  latest_s: number;
  areas: string[];
  listened: Listened[];
}

export interface RoutingStatus {
  live: boolean;
  database: number;
  unseen: number;
  unseen_due: string | null;
  vantages: Vantage[];
  problems: string[];
}

export interface Vantages {
  at: string;
  vantages: Vantage[];
}

export interface Lsa {
  sequence: number;
  age_s: number;
  arrived: string;
  vantage: string;
  lines: string[];
}

export interface Evidence {
  area: string;
  type: string;
  id: string;
  advertising_router: string;
  before: Lsa | null;
  after: Lsa | null;
}

export interface Status {
  name: string;
  version: string;
  mode: "demo" | "serve";
  span: Span;
  watermark: string;
  bin_s: number;
  replay: Replay | null;
  hosts: number;
  routers: number;
  traffic: boolean;
  routing: RoutingStatus;
  last_lsa: string | null;
  last_flow: string | null;
  records: number;
  lsas: number;
  losses: Loss[];
}

export interface Router {
  id: string;
  name: string;
  areas: string[];
  abr: boolean;
  asbr: boolean;
  site: string | null;
  x: number | null;
  y: number | null;
}

export interface Network {
  id: string;
  prefix: string;
  routers: string[];
  x: number | null;
  y: number | null;
}

export interface TopologyLink {
  id: string;
  from: string;
  to: string;
  area: string;
  cost: number;
  capacity_bps: number | null;
  interface: string;
  state: "up" | "down";
}

export interface TopologyHost {
  name: string;
  address: string;
  router: string | null;
  instrumented: boolean;
}

export interface AttachedPrefix {
  prefix: string;
  router: string;
  cost: number;
  kind: string;
}

export interface UnseenLsa {
  area: string;
  type: string;
  id: string;
  advertising_router: string;
  due: string | null;
}

export interface LsaCounts {
  [name: string]: number;
}

export interface Topology {
  at: string;
  routers: Router[];
  networks: Network[];
  links: TopologyLink[];
  hosts: TopologyHost[];
  prefixes: AttachedPrefix[];
  unseen: UnseenLsa[];
  lsas: LsaCounts;
}

export interface LinkLoad {
  id: string;
  from: string;
  to: string;
  load_bps: number;
  load_pps: number;
  capacity_bps: number | null;
  utilisation: number | null;
  true_load_bps: number | null;
  uncertain_share: number;
  estimate: Estimate | null;
  counter_bps: number | null;
  residual_bps: number | null;
  now_bps?: number;
}

export interface NotInDemand {
  reason: string;
  bps: number;
  examples: string[];
}

export interface PairLoss {
  from: string;
  to: string;
  sent_bytes: number;
  received_bytes: number;
  lost_share: number;
  low: number;
  high: number;
  shed: boolean;
}

export interface Losses extends Envelope {
  pairs: PairLoss[];
}

export interface LinkError {
  id: string;
  error_bps: number;
  error: number | null;
}

export interface Accuracy {
  total_error: number;
  links: LinkError[];
}

export interface Load extends Envelope {
  links: LinkLoad[];
  max_utilisation: number;
  total_bps: number;
  unrouted_bps: number;
  unattached_bps: number;
  unattached: NotInDemand[];
  apart: NotInDemand[];
  accuracy: Accuracy | null;
}

export interface Addresses {
  instrumented: number;
  could: number;
}

export interface UnseenTraffic {
  estimate: number;
  low: number;
  high: number;
  assumed: boolean;
}

export interface NextHost {
  name: string;
  address: string;
  router: string | null;
  gain: number;
  bps: number;
  known_bps: number;
  hours: number;
}

export interface ResidualLink {
  id: string;
  residual_bps: number;
  low_bps: number;
  high_bps: number;
}

export interface CoverageReport {
  from: string;
  to: string;
  bins: number;
  addresses: Addresses;
  bytes_share: number;
  unseen_bps: UnseenTraffic;
  hosts: NextHost[];
  links: ResidualLink[];
}

export interface SeriesBin {
  from: string;
  total_bps: number;
  true_total_bps: number | null;
  max_utilisation: number;
  total_error: number | null;
  stable: boolean;
}

export interface NetworkEvent {
  time: string;
  kind: string;
  text: string;
  links: string[];
}

export interface Events {
  from: string;
  to: string;
  total: number;
  events: NetworkEvent[];
}

export interface Instant {
  from: string;
  to: string;
  events: NetworkEvent[];
  evidence: Evidence[];
}

export interface Series {
  bins: SeriesBin[];
  events: NetworkEvent[];
}

export interface TopRow {
  key: string;
  label: string;
  bps: number;
  pps: number;
  share: number;
  utilisation?: number | null;
  sent_bps?: number;
  received_bps?: number;
  from?: string;
  to?: string;
}

export interface Top extends Envelope {
  by: "links" | "hosts" | "apps" | "processes" | "users" | "demands";
  basis?: string;
  rows: TopRow[];
}

export interface WhatIfWish {
  scenario: string;
  against?: string | null;
}

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
  before_bps: number;
  after_bps: number;
  capacity_bps: number | null;
  state: "up" | "added" | "gone";
  overloaded: boolean;
  before: LoadSpread;
  after: LoadSpread;
}

export interface WhatIfSide {
  max_utilisation: number;
  worst_bin: string;
  median_max_utilisation: number;
  p95_max_utilisation: number;
  offered_bps: number;
  unrouted_bps: number;
  unattached_bps: number;
  local_bps: number;
}

export interface DemandOutcome {
  from: string;
  to: string;
  bps: number;
  cost_before: number | null;
  cost_after: number | null;
  latency_before_us: number | null;
  latency_after_us: number | null;
}

export interface HurtRow {
  name: string;
  bps: number;
  disconnected_bps: number;
  overloaded_bps: number;
  longer_bps: number;
}

export interface Hurt {
  applications: HurtRow[];
  processes: HurtRow[];
  users: HurtRow[];
  routers: HurtRow[];
  sites: HurtRow[];
}

export interface WhatIf {
  bins: number;
  from: string;
  to: string;
  before: WhatIfSide;
  after: WhatIfSide;
  disconnected_bps: number;
  coverage: number;
  uncertain: number;
  links: LinkOutcome[];
  worst: string[];
  demands: DemandOutcome[];
  hurt: Hurt;
}

export interface WhatIfAnswers {
  answers: WhatIf[];
}

export interface SweepWish {
  scenario?: string | null;
  failures?: string | null;
  pairs?: boolean | null;
}

export interface WorstLoad {
  bps: number;
  utilisation: number | null;
  bin: string | null;
  failure: string | null;
}

export interface SweptLink {
  id: string;
  from: string;
  to: string;
  capacity_bps: number | null;
  without_failure: WorstLoad;
  worst: WorstLoad;
}

export interface TriedFailure {
  name: string;
  max_utilisation: number;
  link: string | null;
  bin: string | null;
  disconnected_bps: number;
}

export interface CutOff {
  name: string;
  cut_off: number;
}

export interface LonePrefix {
  prefix: string;
  router: string | null;
}

export interface WeakPoints {
  bridges: CutOff[];
  cuts: string[][];
  articulations: CutOff[];
  lone_prefixes: LonePrefix[];
}

export interface Sweep {
  bins: number;
  bins_elsewhere: number;
  network_at: string | null;
  coverage: number;
  pairs: boolean;
  tried: number;
  links: SweptLink[];
  failures: TriedFailure[];
  weak_points: WeakPoints;
}

export interface Bound {
  from: string;
  to: string;
  utilization: number;
  bound: number;
  reached: number;
  exact: boolean;
  gap: number;
}

export interface RouterShare {
  router: string;
  bps: number;
  share: number;
}

export interface AppShare {
  name: string;
  bps: number;
  share: number;
}

export interface HostTraffic {
  name: string;
  address: string;
  sent_bps: number;
  received_bps: number;
  instrumented?: boolean;
}

export interface LinkDemand {
  from: string;
  to: string;
  prefix: string;
  bps: number;
  share_on_link: number;
}

export interface LinkPoint {
  from: string;
  load_bps: number;
  true_load_bps: number | null;
}

export interface LinkDetail extends Envelope {
  id: string;
  from: string;
  to: string;
  load_bps: number | null;
  capacity_bps: number | null;
  utilisation: number | null;
  true_load_bps: number | null;
  uncertain_share: number | null;
  estimate: Estimate | null;
  counter_bps: number | null;
  residual_bps: number | null;
  cost: number | null;
  state: "up" | "down";
  sources: RouterShare[];
  sinks: RouterShare[];
  hosts: HostTraffic[];
  apps: AppShare[];
  apps_basis: string;
  processes: AppShare[];
  users: AppShare[];
  demands: LinkDemand[];
  series: LinkPoint[];
  reverse: string | null;
}

export interface NodeLink {
  id: string;
  from: string;
  to: string;
  load_bps: number | null;
  utilisation: number | null;
}

export interface NodeDetail extends Envelope {
  id: string;
  kind: "router" | "network" | "host";
  state: "up" | "down";
  sent_bps: number | null;
  received_bps: number | null;
  links: NodeLink[];
  events: NetworkEvent[];
  hosts: HostTraffic[];
  apps: AppShare[];
  processes: AppShare[];
  users: AppShare[];
  peers: HostTraffic[];
}

export interface PathLink {
  from: string;
  to: string;
  share: number;
}

export interface Path {
  src: string;
  dst: string;
  at: string;
  cost: number | null;
  links: PathLink[];
  reachable: boolean;
}

export interface AgentCounters {
  [name: string]: number;
}

export interface Agent {
  name: string;
  last_seen: string;
  source: string;
  definitions: string[];
  clock_offset_ms: number | null;
  files: number;
  records: number;
  bad_files: number;
  version: number;
  counters: AgentCounters;
  problems: string[];
}

export interface Agents {
  agents: Agent[];
}

export interface FileKept {
  stream: string;
  sequence: number;
  kept: boolean;
}

export interface Definition {
  name: string;
  define: string;
}

export interface AgentQuestion {
  id: string;
  define: string;
  from: string;
  to: string;
}

export interface AgentWork {
  version: number;
  definitions: Definition[];
  questions: AgentQuestion[];
}

export interface Definitions {
  version: number;
  definitions: Definition[];
}

export interface DefinitionText {
  define: string;
}

export interface AgentStatus {
  version?: number;
  definitions?: string[];
  clock?: string;
  source?: string;
  counters?: AgentCounters;
  problems?: string[];
}

export interface ServerClock {
  clock: string;
}

export interface AnswerTaken {
  taken: boolean;
}

export interface QueryWish {
  define: string;
  last?: string;
  from?: string;
  to?: string;
  wait_ms?: number;
  n?: number;
}

export interface QueryAgent {
  name: string;
  state: "answered" | "waiting" | "failed";
  from: string | null;
  to: string | null;
  records: number;
  error: string | null;
}

export interface QueryTotals {
  flows: number;
  packets: number;
  bytes: number;
}

export interface QueryFlow {
  start: string;
  end: string;
  [name: string]: unknown;
}

export interface Query {
  from: string;
  to: string;
  agents: QueryAgent[];
  flows: QueryFlow[];
  left_off: number;
  totals: QueryTotals;
}

export interface CounterSample {
  link?: string;
  router?: string;
  interface?: string;
  direction?: "out" | "in";
  time: unknown;
  bytes: unknown;
  packets?: unknown;
}

export interface CounterSamples {
  samples: CounterSample[];
}

export interface RefusedSample {
  sample: number;
  field: string;
  message: string;
}

export interface CountersTaken {
  taken: number;
  repeated: number;
  contradicting: number;
  too_old: number;
  too_many: number;
  refused: RefusedSample[];
  unknown: string[];
}

export interface CounterRow {
  name: string;
  link: string | null;
  from: string;
  to: string;
  samples: number;
  wraps: number;
  resets: number;
}

export interface Counters {
  counters: CounterRow[];
  taken: number;
  repeated: number;
  contradicting: number;
  too_old: number;
  too_many: number;
  wraps: number;
  resets: number;
}
