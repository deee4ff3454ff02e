// What two versions of an LSA do not share, line by line (the longest common subsequence).

export interface Line {
  kind: "same" | "gone" | "new";
  text: string;
}

const kLinesMax = 600; // beyond, all before and all after

export function difference(before: readonly string[], after: readonly string[]): Line[] {
  if (before.length > kLinesMax || after.length > kLinesMax) {
    return [...before.map((text): Line => ({ kind: "gone", text })), ...after.map((text): Line => ({ kind: "new", text }))];
  }
  const n = before.length, m = after.length;
  const common = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) common[i]![j] = before[i] === after[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  }
  const lines: Line[] = [];
  let i = 0, j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && before[i] === after[j]) {
      lines.push({ kind: "same", text: before[i]! });
      i++;
      j++;
    } else if (j >= m || (i < n && common[i + 1]![j]! >= common[i]![j + 1]!)) lines.push({ kind: "gone", text: before[i++]! });
    else lines.push({ kind: "new", text: after[j++]! });
  }
  return lines;
}

// As routers print it: signed inside, hexadecimal outside.
export const print_sequence = (sequence: number): string => `0x${(sequence >>> 0).toString(16).padStart(8, "0")}`;
