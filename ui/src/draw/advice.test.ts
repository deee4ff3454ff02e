import { expect, test } from "vitest";
import { advice } from "./advice";
import { kTopology } from "./sample";

const none = { routers: [], links: [] };
const serve = { mode: "serve" as const, traffic: true, hosts: 3 };

test("without routers it is said what is missing: everything, or routing alone", () => {
  expect(advice({ ...serve, hosts: 0 }, none)).toMatchObject({ title: "No router heard yet", covers: true });
  expect(advice(serve, none)).toMatchObject({ title: "Traffic, but no routing yet", covers: true });
  expect(advice(serve, none)!.text).toContain("3 hosts report");
});

test("one router without links is not called a network without load", () => {
  expect(advice(serve, { routers: kTopology.routers.slice(0, 1), links: [] })).toMatchObject({ key: "one-router", covers: false });
});

test("a network without agents says how to get them, a demo and a listener do not", () => {
  expect(advice({ ...serve, hosts: 0 }, kTopology)?.key).toBe("no-agents");
  expect(advice({ mode: "demo", traffic: true, hosts: 0 }, kTopology)).toBeNull();
  expect(advice({ ...serve, traffic: false, hosts: 0 }, kTopology)).toBeNull();
  expect(advice(serve, kTopology)).toBeNull();
  expect(advice(serve, null)).toBeNull();
});
