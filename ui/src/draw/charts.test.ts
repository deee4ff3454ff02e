import { expect, test } from "vitest";
import { folded, two_sided } from "./bars";
import { filled, stair, t_of, time_ticks, x_of } from "./chart";
import { dots, kSpeed, spacing, thinning, type Dot } from "./particles";
import type { Ribbon } from "./scene";
import { csv } from "./table";

const s = { from: 0, to: 100, width: 200 };
const steps = [{ from: 0, to: 10, value: 5 }, { from: 10, to: 20, value: 10 }, { from: 20, to: 30, value: null }, { from: 30, to: 40, value: 20 }];

test("a bin is a stair, a gap breaks the line, too much is cut at the top", () => {
  expect(stair(steps, s, 50, 10)).toBe("M0 25H20L20 0H40M60 0H80");
});

test("an area starts and ends on the ground", () => {
  expect(filled(steps.slice(0, 2), s, 50, 10)).toBe("M0 50L0 25H20L20 0H40L40 50Z");
  expect(filled([], s, 50, 10)).toBe("");
});

test("pixels and instants are each other's inverse, within the bar", () => {
  expect(t_of(s, x_of(s, 37))).toBeCloseTo(37);
  expect(t_of(s, -5)).toBe(0);
  expect(t_of(s, 999)).toBe(100);
});

test("time ticks are round and no more than asked for", () => {
  const at = Date.parse("2026-11-22T10:00:03Z");
  const ticks = time_ticks({ from: at, to: at + 240_000, width: 800 }, 8);
  expect(ticks.map((t) => t.text)).toEqual(["10:00:30", "10:01:00", "10:01:30", "10:02:00", "10:02:30", "10:03:00", "10:03:30", "10:04:00"]);
});

test("both sides of the bars share one scale, and the rest is one row that keeps the sum", () => {
  const rows = [4, 3, 2, 1].map((bps, i) => ({ name: `r${i}`, bps, share: bps / 10 }));
  const sides = two_sided(rows, [{ name: "x", bps: 8, share: 1 }], 3);
  expect(sides.map((r) => r.left_length)).toEqual([0.5, 0.375, 0.375]);
  expect(sides[0]!.right_length).toBe(1);
  expect(folded(rows, 3)[2]).toMatchObject({ name: "2 more", bps: 3 });
});

function ribbon(load: number, down = false): Ribbon {
  return { id: "a>b", x1: 0, y1: 0, x2: 200, y2: 0, width: 10, colour: "", load, down, hidden: false, loud: false, wire: false, changed: false, lit: false, dim: false, mid: { x: 100, y: 0 }, outline: [], missing: null, guess: null, reach: null, unsure: [] };
}
const at = (r: Ribbon, seconds: number, thin = 1): Dot[] => {
  const out: Dot[] = [];
  dots(r, seconds, thin, out);
  return out;
};

test("more load is more dots at the same speed, towards the target", () => {
  expect(at(ribbon(1), 0).length).toBeGreaterThan(2 * at(ribbon(0.1), 0).length);
  const step = spacing(1);
  const x0 = at(ribbon(1), 0)[0]!.x, x1 = at(ribbon(1), 0.1)[0]!.x;
  expect((((x1 - x0 - 0.1 * kSpeed) % step) + step) % step).toBeCloseTo(0);
});

test("nothing moves on an idle or a dead link", () => {
  expect(at(ribbon(0), 1)).toEqual([]);
  expect(at(ribbon(1, true), 1)).toEqual([]);
});

test("many ribbons are thinned to a bounded number of dots", () => {
  const many = Array.from({ length: 3000 }, () => ribbon(1));
  const thin = thinning(many);
  expect(thin).toBeGreaterThan(10);
  expect(thinning([ribbon(1)])).toBe(1);
});

test("CSV quotes what needs it and keeps numbers whole", () => {
  expect(csv(["a", "b"], [['x,"y"', 81234567.25], [null, "é"]])).toBe('a,b\r\n"x,""y""",81234567.25\r\n,é\r\n');
});
