// The answers of docs/api.md, as types. Times are RFC 3339 UTC strings; `_bps` is bits per second;
// shares and utilisations are numbers, 1 = all.

export interface Envelope {
  bin: { from: string; to: string; complete: boolean; stable: boolean };
  coverage: { hosts: number; instrumented: number; bytes_share: number };
  watermark: string;
}

export interface Status {
  name: string;
  version: string;
  mode: "demo" | "serve";
  span: { from: string; to: string };
  watermark: string;
  bin_s: number;
  replay: { playing: boolean; speed: number; done: boolean } | null;
  hosts: number;
  routers: number;
  last_lsa: string | null;
  last_flow: string | null;
  records: number;
  lsas: number;
  losses: { part: string; reason: string; count: number }[];
}

export type LinkState = "up" | "down";

export interface Router {
  id: string;
  name: string;
  areas?: string[];
  abr?: boolean;
  asbr?: boolean;
  site?: string | null;
  x?: number | null;
  y?: number | null;
}

export interface Network {
  id: string;
  prefix: string;
  routers: string[];
  x?: number | null;
  y?: number | null;
}

export interface TopologyLink {
  id: string;
  from: string;
  to: string;
  area?: string;
  cost: number;
  capacity_bps: number | null;
  interface?: string;
  state?: LinkState;
}

export interface TopologyHost {
  name: string;
  address: string;
  router: string | null;
  instrumented: boolean;
}

export interface Topology {
  at: string;
  routers: Router[];
  networks: Network[];
  links: TopologyLink[];
  hosts?: TopologyHost[];
  unseen?: { area: string; type: string; id: string; advertising_router: string }[];
}

export interface LinkLoad {
  id: string;
  from: string;
  to: string;
  load_bps: number;
  load_pps?: number;
  capacity_bps: number | null;
  utilisation: number | null;
  true_load_bps: number | null;
}

export interface LinkError {
  id: string;
  error_bps: number;
  error: number | null;
}

export interface Load extends Envelope {
  links: LinkLoad[];
  max_utilisation: number | null;
  total_bps: number;
  unrouted_bps: number;
  unattached_bps: number;
  accuracy: { total_error: number; links: LinkError[] } | null;
}

export interface SeriesBin {
  from: string;
  total_bps: number;
  true_total_bps: number | null;
  max_utilisation: number | null;
  total_error: number | null;
  stable: boolean;
}

export interface NetworkEvent {
  time: string;
  kind: string;
  text: string;
  links: string[];
}

export interface Series {
  bins: SeriesBin[];
  events: NetworkEvent[];
}

export type TopBy = "links" | "hosts" | "apps" | "demands";

export interface TopRow {
  key: string;
  label: string;
  bps: number;
  pps?: number;
  share: number;
  utilisation?: number | null;
  sent_bps?: number;
  received_bps?: number;
  from?: string;
  to?: string;
}

export interface Top extends Envelope {
  by: TopBy;
  basis?: string;
  rows: TopRow[];
}

export interface Ranked {
  bps: number;
  share: number;
}

export interface HostTraffic {
  name: string;
  address?: string;
  sent_bps: number;
  received_bps: number;
  instrumented?: boolean;
}

export interface LinkDetail extends Envelope {
  id: string;
  from: string;
  to: string;
  load_bps: number;
  capacity_bps: number | null;
  utilisation: number | null;
  cost: number | null;
  state: LinkState;
  sources: ({ router: string } & Ranked)[];
  sinks: ({ router: string } & Ranked)[];
  hosts: HostTraffic[];
  apps: ({ name: string } & Ranked)[];
  demands: { from: string; to: string; prefix?: string; bps: number; share_on_link: number }[];
  series: { from: string; load_bps: number; true_load_bps: number | null }[];
  reverse: string | null;
}

export interface Path {
  src: string;
  dst: string;
  at: string;
  cost: number | null;
  links: { from: string; to: string; share: number }[];
  reachable: boolean;
}

export interface NodeDetail extends Envelope {
  id: string;
  kind: "router" | "network" | "host";
  sent_bps: number;
  received_bps: number;
  links: { id: string; from: string; to: string; load_bps: number; utilisation: number | null }[];
  events: NetworkEvent[];
  hosts: HostTraffic[];
  apps: ({ name: string } & Ranked)[];
  peers: HostTraffic[];
}
