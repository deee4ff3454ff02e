import { expect, test } from "vitest";
import { crosses, overlaps, place_labels, type Box, type Segment, type Wanted } from "./labels";

const frame: Box = { x: 0, y: 0, width: 400, height: 300 };
const wanted = (text: string, x: number, y: number, importance = 1): Wanted => ({ text, x, y, clear: 5, importance, kind: "node" });
const place = (list: Wanted[], taken: Box[] = [], lines: Segment[] = []) => place_labels(list, taken, lines, frame, (text) => text.length * 7, 15);

test("in a crowd no two labels overlap, and none leaves the frame", () => {
  const crowd = Array.from({ length: 120 }, (_, i) => wanted(`router${i}`, 20 + ((i * 37) % 360), 20 + ((i * 53) % 260)));
  const labels = place(crowd);
  expect(labels.length).toBeGreaterThan(20);
  expect(labels.length).toBeLessThan(120);
  for (const a of labels) {
    for (const b of labels) if (a !== b) expect(overlaps(a, b)).toBe(false);
    expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= 400 && a.y + a.height <= 300).toBe(true);
  }
});

test("the more important of two that want one place is written", () => {
  const walls: Box[] = [{ x: 0, y: 0, width: 400, height: 140 }, { x: 0, y: 160, width: 400, height: 140 }, { x: 130, y: 140, width: 270, height: 20 }, { x: 0, y: 140, width: 60, height: 20 }];
  expect(place([wanted("small", 95, 134, 1), wanted("large", 95, 134, 2)], walls).map((l) => l.text)).toEqual(["large"]);
});

test("a label goes where it crosses nothing, if there is such a place", () => {
  const below: Segment = { x1: 100, y1: 165, x2: 300, y2: 165 };
  const [free] = place([wanted("core1", 200, 150)]);
  const [moved] = place([wanted("core1", 200, 150)], [], [below]);
  expect(crosses(below, free!)).toBe(true);
  expect(crosses(below, moved!)).toBe(false);
});

test("a segment that ends before a box does not cross it, one through it does", () => {
  const box = { x: 10, y: 10, width: 20, height: 10 };
  expect(crosses({ x1: 0, y1: 15, x2: 9, y2: 15 }, box)).toBe(false);
  expect(crosses({ x1: 0, y1: 0, x2: 40, y2: 30 }, box)).toBe(true);
  expect(crosses({ x1: 0, y1: 40, x2: 40, y2: 40 }, box)).toBe(false);
});
