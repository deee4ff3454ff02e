import { expect, test } from "vitest";
import { join } from "./graph";
import { kLoads, kTopology } from "./sample";
import { between } from "./tween";

const from = join({ ...kTopology, links: kTopology.links.map((l) => ({ ...l, state: "up" as const })) }, []);
const to = join(kTopology, kLoads);
const old = new Map(from.links.map((l) => [l.id, l]));
const load = (t: number, id: string) => between(old, to, t).links.find((l) => l.id === id)!;

test("a load goes from what it was to what it is, and arrives", () => {
  expect(load(0, "a>b").load_bps).toBe(0);
  expect(load(0.5, "a>b").load_bps).toBeGreaterThan(4.5e6);
  expect(load(1, "a>b").load_bps).toBe(9e6);
});

test("a link that goes down is down at once", () => {
  expect(load(0, "b>n").state).toBe("down");
  expect(load(0, "b>n").load_bps).toBe(1e6);
});
