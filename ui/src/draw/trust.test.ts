import { expect, test } from "vitest";
import { gained, steps } from "./gain";
import { range } from "./format";
import { ruler } from "./ruler";
import { by_lateness, is_stale, open_text, share_interval } from "./trust";

test("the share of bytes has the interval that the unseen has, turned round", () => {
  // 60 counted, 40 probably not, 20 to 90 at the ends.
  const i = share_interval(0.6, { estimate: 40, low: 20, high: 90 })!;
  expect(i.low).toBeCloseTo(60 / 150);
  expect(i.high).toBeCloseTo(60 / 80);
});

test("where all or nothing is counted, or nothing is estimated, there is no interval", () => {
  expect(share_interval(1, { estimate: 0, low: 0, high: 0 })).toBeNull();
  expect(share_interval(0, { estimate: 40, low: 20, high: 90 })).toBeNull();
  expect(share_interval(0.6, null)).toBeNull();
  expect(share_interval(0.6, undefined)).toBeNull();
});

test("an open bin says as much as is known of it", () => {
  const bin = { from: "", to: "", complete: false, stable: true, carried_share: 0 };
  expect(open_text({ ...bin, reported: 3, agents: 5 }, [])).toBe("open, 3 of 5 agents have reported");
  expect(open_text(bin, [{ agent: "h3", since: "" }])).toBe("open, 1 agent is late");
  expect(open_text({ ...bin, carried_share: 0.12 }, [])).toBe("open, 12% carried forward");
  expect(open_text(bin, undefined)).toBe("open");
  expect(open_text({ ...bin, complete: true, reported: 5, agents: 5 }, [])).toBe("");
});

test("who is late longest is named first", () => {
  const late = [{ agent: "b", since: "2026-11-23T10:00:20Z" }, { agent: "c", since: "2026-11-23T10:00:00Z" }, { agent: "a", since: "2026-11-23T10:00:20Z" }];
  expect(by_lateness(late).map((l) => l.agent)).toEqual(["c", "a", "b"]);
});

test("data is stale when three bins and a minute have passed, and not before", () => {
  expect(is_stale(61_000, 0, 10_000)).toBe(true);
  expect(is_stale(59_000, 0, 10_000)).toBe(false);
  expect(is_stale(600_000, 0, 300_000)).toBe(false);
  expect(is_stale(901_000, 0, 300_000)).toBe(true);
});

test("a range says its unit once where it is the same", () => {
  expect(range("18.2 Mb/s", "33.1 Mb/s")).toBe("18.2 – 33.1 Mb/s");
  expect(range("950 kb/s", "1.20 Mb/s")).toBe("950 kb/s – 1.20 Mb/s");
  expect(range("55%", "68%")).toBe("55 – 68%");
});

test("a ruler puts all of a link's numbers on one scale, and capacity where it fits", () => {
  const r = ruler(4e6, { bps: 6e6, low_bps: 5e6, high_bps: 8e6 }, 6.5e6, 10e6);
  expect([r.seen, r.low, r.likely, r.counter, r.high, r.capacity]).toEqual([0.4, 0.5, 0.6, 0.65, 0.8, 1]);
  expect(ruler(4e6, null, null, 100e6)).toMatchObject({ capacity: null, likely: null, counter: null });
  expect(ruler(0, null, null, null).seen).toBe(0);
});

test("gains add up from what is counted now, and never past everything", () => {
  const host = { name: "", address: "", router: "", bps: 0, known_bps: 0, hours: 0 };
  const rows = gained(0.5, [0.6, 0.3, 0.4].map((gain) => ({ ...host, gain })));
  expect(rows.map((r) => [r.rank, Math.round(r.after * 100)])).toEqual([[1, 80], [2, 95], [3, 100]]);
  expect(steps([0.5, 1], 100, 50)).toBe("M0 25H50L50 0H100");
});
