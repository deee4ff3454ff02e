import { expect, test } from "vitest";
import { join } from "./graph";
import { demand_ends, lit_links } from "./route";
import { kLoads, kTopology } from "./sample";

const up = { ...kTopology, links: kTopology.links.map((l) => ({ ...l, state: "up" as const })) };
const graph = join(up, kLoads);
const path = (links: { from: string; to: string; share: number }[]) => ({ src: "a", dst: "10.2.0.1", at: "", cost: 1, links, reachable: true });

test("a hop lights its link with its share", () => {
  expect([...lit_links(graph, path([{ from: "a", to: "b", share: 0.5 }]))]).toEqual([["a>b", 0.5]]);
});

test("a hop over a broadcast network lights both links to it, when no cable joins the routers", () => {
  const lan_only = { ...graph, links: graph.links.filter((l) => l.id !== "a>b") };
  expect([...lit_links(lan_only, path([{ from: "a", to: "b", share: 1 }]))]).toEqual([["a>n", 1], ["n>b", 1]]);
});

test("a hop over a link that is down lights nothing", () => {
  expect(lit_links(join(kTopology, kLoads), path([{ from: "b", to: "net:10.1.0.0/28", share: 1 }])).size).toBe(0);
});

test("a demand asks for an address within its prefix", () => {
  expect(demand_ends("edge1>10.20.1.0/24")).toEqual({ from: "edge1", to: "10.20.1.0/24", address: "10.20.1.1" });
  expect(demand_ends("edge1>10.20.1.7/32").address).toBe("10.20.1.7");
  expect(demand_ends("r>2001:db8::/64").address).toBe("2001:db8::");
});
