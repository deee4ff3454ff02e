import type { LinkLoad, Router, Topology, TopologyLink } from "../api/types";

const kRouter: Router = { id: "", name: "", areas: ["0.0.0.0"], abr: false, asbr: false, site: null, x: null, y: null };
const kLink: TopologyLink = { id: "", from: "", to: "", area: "0.0.0.0", cost: 0, capacity_bps: null, interface: "", state: "up" };

// The network that the tests draw:
//
//   a ===== b     two directions; a>b busy, b>a idle
//    \     /
//     net         a broadcast network; b>net down
//
export const kTopology: Topology = {
  at: "2026-11-22T10:00:00Z",
  routers: [
    { ...kRouter, id: "10.0.0.1", name: "a", abr: true, x: 0, y: 0 },
    { ...kRouter, id: "10.0.0.2", name: "b", x: 1, y: 0 },
  ],
  networks: [{ id: "net:10.1.0.0/28", prefix: "10.1.0.0/28", routers: ["a", "b"], x: 0.5, y: 1 }],
  links: [
    { ...kLink, id: "a>b", from: "a", to: "b", cost: 10, capacity_bps: 10e6, state: "up" },
    { ...kLink, id: "b>a", from: "b", to: "a", cost: 10, capacity_bps: 10e6, state: "up" },
    { ...kLink, id: "a>n", from: "a", to: "net:10.1.0.0/28", cost: 10, capacity_bps: null, state: "up" },
    { ...kLink, id: "n>a", from: "net:10.1.0.0/28", to: "a", cost: 0, capacity_bps: null, state: "up" },
    { ...kLink, id: "b>n", from: "b", to: "net:10.1.0.0/28", cost: 10, capacity_bps: 10e6, state: "down" },
    { ...kLink, id: "n>b", from: "net:10.1.0.0/28", to: "b", cost: 0, capacity_bps: 10e6, state: "down" },
  ],
  hosts: [
    { name: "h1", address: "10.2.0.1", router: "a", instrumented: true },
    { name: "h2", address: "10.2.0.2", router: "a", instrumented: false },
    { name: "lost", address: "10.9.0.1", router: null, instrumented: false },
  ],
  prefixes: [],
  unseen: [],
  lsas: {},
};

const load = (id: string, load_bps: number, utilisation: number | null): LinkLoad => ({ id, from: "", to: "", load_bps, load_pps: 0, capacity_bps: null, utilisation, true_load_bps: load_bps, uncertain_share: 0, estimate: null, counter_bps: null, residual_bps: null});

export const kLoads: LinkLoad[] = [load("a>b", 9e6, 0.9), load("b>a", 0, 0), load("a>n", 2e6, null), load("b>n", 1e6, 0.1)];
