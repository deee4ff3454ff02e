import { expect, test } from "vitest";
import { age, bps, percent, signed_percent, three_digits } from "./format";

test("a number shows three significant digits and never a fourth", () => {
  expect([812.4, 81.24, 8.124, 0.8124, 99.96, 9.996, 0.99961].map(three_digits)).toEqual(["812", "81.2", "8.12", "0.81", "100", "10.0", "1.00"]);
});

test("a rate is written with the unit that operators use, and changes unit before it shows four digits", () => {
  expect([0, 950, 999.6, 1500, 999_600, 81_240_000, 2.5e9].map(bps)).toEqual(["0 b/s", "950 b/s", "1.00 kb/s", "1.50 kb/s", "1.00 Mb/s", "81.2 Mb/s", "2.50 Gb/s"]);
  expect(bps(-503_000)).toBe("-503 kb/s");
  expect(bps(null)).toBe("–");
});

test("a small share is not rounded to nothing, and nothing is not a small share", () => {
  expect([0, 0.0004, 0.023, 0.0996, 0.404, 1].map(percent)).toEqual(["0%", "<0.1%", "2.3%", "10%", "40%", "100%"]);
});

test("an error carries its sign, except when it is none", () => {
  expect([-0.15, 0.021, 0, -0.0001, null].map(signed_percent)).toEqual(["−15%", "+2.1%", "0%", "<0.1%", "–"]);
});

test("an age is told in the unit that it is felt in", () => {
  expect([3, 89, 120, 7200, 200_000].map(age)).toEqual(["3 s", "89 s", "2 min", "2 h", "2 d"]);
});
