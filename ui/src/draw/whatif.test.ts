import { expect, test } from "vitest";
import { ApiError } from "../api/client";
import type { LinkOutcome, LoadSpread, WhatIf } from "../api/types";
import { scenario_errors } from "../api/whatif";
import { change_colour } from "./colour";
import { join } from "./graph";
import { kLoads, kTopology } from "./sample";
import { by_change, capacity_before, changes, cut_off, excess, fullest, longer, newly_overloaded, outcome_graph, widest, worst_failures, worst_links } from "./whatif";

const graph = join(kTopology, kLoads);
const loads = (median: number, worst: number, capacity: number | null): LoadSpread => ({ median_bps: median, p95_bps: worst, worst_bps: worst, worst_bin: "2026-11-22T10:00:00Z", worst_utilisation: capacity ? worst / capacity : null });
const link = (id: string, before: number, after: number, more: Partial<LinkOutcome> = {}): LinkOutcome => {
  const [from, to] = id.split(">") as [string, string];
  return { id, from, to, before_bps: before / 2, after_bps: after / 2, capacity_bps: 10e6, state: "up", overloaded: before <= 10e6 && after > 10e6, before: loads(before / 2, before, 10e6), after: loads(after / 2, after, 10e6), ...more };
};
const side = { max_utilisation: 0, worst_bin: "", median_max_utilisation: 0, p95_max_utilisation: 0, offered_bps: 0, unrouted_bps: 0, unattached_bps: 0, local_bps: 0 };
const demand = (to: string, cost_before: number | null, cost_after: number | null) => ({ from: "a", to, bps: 1, cost_before, cost_after, latency_before_us: null, latency_after_us: null });
const answer: WhatIf = {
  bins: 3, from: "", to: "", before: side, after: side, disconnected_bps: 0, coverage: 0.9, uncertain: 0, worst: [], hurt: { applications: [], processes: [], users: [], routers: [], sites: [] },
  links: [link("a>b", 9e6, 0, { state: "gone" }), link("b>a", 2e6, 2e6), link("a>n", 2e6, 11e6), link("c>d", 0, 1e6, { state: "added", from: "c", to: "new1" })],
  demands: [demand("b", 10, 30), demand("c", 10, null), demand("d", null, null), demand("e", 30, 10)],
};

test("the map of a change has the load with the scenario, and the load before beside it", () => {
  const drawn = new Map(outcome_graph(graph, answer, "worst", "change").links.map((l) => [l.id, l]));
  expect(drawn.get("a>n")).toMatchObject({ load_bps: 11e6, true_load_bps: 2e6, utilisation: 1.1, state: "up" });
  expect(drawn.get("a>b")!.state).toBe("down");
  expect(outcome_graph(graph, answer, "median", "after").links.find((l) => l.id === "a>n")).toMatchObject({ load_bps: 5.5e6, true_load_bps: null });
});

test("the map before has what a scenario takes away, and not what it adds", () => {
  const before = outcome_graph(graph, answer, "worst", "before");
  expect(before.links.find((l) => l.id === "a>b")).toMatchObject({ load_bps: 9e6, state: "up", utilisation: 0.9 });
  expect(before.links.find((l) => l.id === "c>d")!.state).toBe("down");
});

test("what a scenario adds is drawn, with its routers", () => {
  const g = outcome_graph(graph, answer, "worst", "after");
  expect(g.nodes.some((n) => n.id === "new1")).toBe(true);
  expect(g.links.find((l) => l.id === "c>d")).toMatchObject({ load_bps: 1e6, state: "up" });
});

test("a link's capacity before is what its utilisation then says, since a scenario may change it", () => {
  expect(capacity_before(link("a>b", 5e6, 5e6, { capacity_bps: 20e6 }))).toBeCloseTo(10e6);
  expect(capacity_before(link("a>b", 0, 5e6))).toBe(10e6);
  expect(changes(link("a>b", 5e6, 5e6))).toBe(false);
  expect(changes(link("a>b", 5e6, 5e6, { capacity_bps: 20e6 }))).toBe(true);
});

test("those that go or are overloaded come before those that change most", () => {
  expect(by_change([link("x>y", 0, 8e6), link("b>a", 2e6, 2e6), link("a>n", 9.9e6, 10.1e6)], "worst").map((l) => l.id)).toEqual(["a>n", "x>y", "b>a"]);
});

test("cut off is what had a way; longer is what has a dearer one", () => {
  expect(cut_off(answer).map((d) => d.to)).toEqual(["c"]);
  expect(longer(answer).map((d) => d.to)).toEqual(["b"]);
  expect(newly_overloaded(answer).map((l) => l.id)).toEqual(["a>n"]);
  expect(fullest(answer, "before")!.id).toBe("a>b");
  expect(fullest(answer, "after")!.id).toBe("a>n");
  expect(widest([answer, null], "worst")).toBe(11e6);
});

test("less and more are told apart, and a change that is one is seen", () => {
  const grey = change_colour(0, "light");
  expect(change_colour(0.001, "light")).toBe(grey);
  expect(new Set([grey, change_colour(0.01, "light"), change_colour(-0.01, "light"), change_colour(1, "light"), change_colour(-1, "light")]).size).toBe(5);
  expect(change_colour(3, "dark")).toBe(change_colour(0.5, "dark"));
});

test("how much more today's routing needs than it must", () => {
  expect(excess({ utilization: 0.69, bound: 0.5, reached: 0.5 })).toBeCloseTo(0.38);
  expect(excess({ utilization: 0.5, bound: 0.5, reached: 0.5000001 })).toBe(0);
  expect(excess({ utilization: 0.69, bound: 0.46, reached: 0.5 })).toBeCloseTo(0.38); // what is proved on both sides
  expect(excess({ utilization: 0, bound: 0, reached: 0 })).toBeNull();
});

test("where a scenario was refused, however the server says it", () => {
  const place = { line: 2, column: 6, message: "no link between 'a' and 'c'" };
  expect(scenario_errors(new ApiError(400, "bad", "line 2, column 6: no link between 'a' and 'c'"))).toEqual([place]);
  expect(scenario_errors(new ApiError(400, "bad", "refused", { scenario: { errors: [place] } }))).toEqual([place]);
  expect(scenario_errors(new ApiError(400, "bad", "no bins then"))).toEqual([{ line: null, column: null, message: "no bins then" }]);
});

test("of a sweep what cuts off comes first, and the fullest link", () => {
  const failure = (name: string, max_utilisation: number, disconnected_bps: number) => ({ name, max_utilisation, link: null, bin: null, disconnected_bps });
  const swept = (id: string, bps: number, utilisation: number | null) => ({ id, from: "a", to: "b", capacity_bps: null, without_failure: { bps: 0, utilisation: null, bin: null, failure: null }, worst: { bps, utilisation, bin: null, failure: null } });
  const sweep = { bins: 1, bins_elsewhere: 0, network_at: null, coverage: 1, pairs: false, tried: 3, links: [swept("x", 9, null), swept("y", 5, 0.2), swept("z", 1, 0.9)], failures: [failure("p", 0.9, 0), failure("q", 0.1, 5), failure("r", 1.2, 0)], weak_points: { bridges: [], cuts: [], articulations: [], lone_prefixes: [] } };
  expect(worst_failures(sweep).map((f) => f.name)).toEqual(["q", "r", "p"]);
  expect(worst_links(sweep).map((l) => l.id)).toEqual(["z", "y", "x"]);
});
