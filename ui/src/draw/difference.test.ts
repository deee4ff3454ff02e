import { expect, test } from "vitest";
import { difference, print_sequence } from "./difference";

const told = (before: string[], after: string[]) => difference(before, after).map((l) => ({ same: " ", gone: "-", new: "+" })[l.kind] + l.text).join("|");

test("a link that went is one line gone, the others stay where they were", () => {
  expect(told(["a", "b", "c"], ["a", "c"])).toBe(" a|-b| c");
});

test("a cost that changed is the line before and the line after, together", () => {
  expect(told(["to r1 cost 10", "to r2 cost 10"], ["to r1 cost 10", "to r2 cost 99"])).toBe(" to r1 cost 10|-to r2 cost 10|+to r2 cost 99");
});

test("what came is all new, what went is all gone", () => {
  expect(told([], ["a", "b"])).toBe("+a|+b");
  expect(told(["a"], [])).toBe("-a");
  expect(told([], [])).toBe("");
});

test("sequence numbers are written as routers write them", () => {
  expect(print_sequence(-0x7fffffff)).toBe("0x80000001");
  expect(print_sequence(5)).toBe("0x00000005");
});
