// Which names are written, and where. Greedy by importance: a label takes the first of its
// places that hits nothing written or drawn before, else the one crossing fewest lines, else it
// is left out. Nothing ever overlaps.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Segment {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  width?: number;
}

export interface Wanted {
  text: string;
  x: number;
  y: number;
  clear: number; // distance from (x, y) that the thing itself takes
  importance: number;
  kind: "node" | "host" | "link";
  always?: boolean; // a place is found even across lines
}

export interface Label extends Box {
  text: string;
  kind: Wanted["kind"];
}

// How much ribbon a name may lie across before it is better left out.
const kCrossed = { node: Infinity, host: 8, link: 3 };

const kPad = 6; // so that two names beside each other do not read as one

export const overlaps = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

export function crosses(s: Segment, b: Box): boolean {
  // Liang-Barsky: does the segment enter the box?
  let low = 0, high = 1;
  const dx = s.x2 - s.x1, dy = s.y2 - s.y1;
  const sides: [number, number][] = [
    [-dx, s.x1 - b.x],
    [dx, b.x + b.width - s.x1],
    [-dy, s.y1 - b.y],
    [dy, b.y + b.height - s.y1],
  ];
  for (const [p, q] of sides) {
    if (p === 0) {
      if (q < 0) return false;
      continue;
    }
    const t = q / p;
    if (p < 0) low = Math.max(low, t);
    else high = Math.min(high, t);
    if (low > high) return false;
  }
  return true;
}

// Below, above, right, left, then the corners.
function places(w: Wanted, width: number, height: number): Box[] {
  const c = w.clear + 2;
  const at = (x: number, y: number): Box => ({ x, y, width, height });
  return [
    at(w.x - width / 2, w.y + c),
    at(w.x - width / 2, w.y - c - height),
    at(w.x + c + 1, w.y - height / 2),
    at(w.x - c - 1 - width, w.y - height / 2),
    at(w.x + c * 0.7, w.y + c * 0.7),
    at(w.x - c * 0.7 - width, w.y + c * 0.7),
    at(w.x + c * 0.7, w.y - c * 0.7 - height),
    at(w.x - c * 0.7 - width, w.y - c * 0.7 - height),
  ];
}

export function place_labels(
  wanted: readonly Wanted[],
  taken: readonly Box[],
  lines: readonly Segment[],
  frame: Box,
  measure: (text: string, kind: Wanted["kind"]) => number,
  height: number,
): Label[] {
  const grid = new Grid(64);
  for (const box of taken) grid.add(box);
  const out: Label[] = [];
  for (const w of [...wanted].sort((a, b) => b.importance - a.importance)) {
    const width = measure(w.text, w.kind) + kPad;
    let best: Box | null = null, fewest = Infinity;
    for (const box of places(w, width, height)) {
      if (box.x < frame.x || box.y < frame.y || box.x + box.width > frame.x + frame.width || box.y + box.height > frame.y + frame.height) continue;
      if (grid.hits(box)) continue;
      const crossed = lines.reduce((n, s) => n + (crosses(s, box) ? 1 + (s.width ?? 0) / 3 : 0), 0);
      if (crossed < fewest) [best, fewest] = [box, crossed];
      if (crossed === 0) break;
    }
    if (!best || (fewest > kCrossed[w.kind] && !w.always)) continue;
    grid.add(best);
    out.push({ ...best, x: best.x + kPad / 2, width: width - kPad, text: w.text, kind: w.kind });
  }
  return out;
}

// Boxes by cell, so that a thousand labels need not look at each other.
class Grid {
  private cells = new Map<string, Box[]>();
  constructor(private readonly size: number) {}

  add(box: Box): void {
    this.visit(box, (key) => {
      const cell = this.cells.get(key);
      if (cell) cell.push(box);
      else this.cells.set(key, [box]);
    });
  }

  hits(box: Box): boolean {
    let found = false;
    this.visit(box, (key) => {
      if (!found) found = this.cells.get(key)?.some((b) => overlaps(b, box)) ?? false;
    });
    return found;
  }

  private visit(box: Box, each: (key: string) => void): void {
    for (let x = Math.floor(box.x / this.size); x <= Math.floor((box.x + box.width) / this.size); x++) {
      for (let y = Math.floor(box.y / this.size); y <= Math.floor((box.y + box.height) / this.size); y++) each(`${x},${y}`);
    }
  }
}
