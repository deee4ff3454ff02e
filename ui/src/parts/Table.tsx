import { useMemo, useState } from "react";
import type { Cell } from "../draw/table";
import { CopyCsv } from "./Bits";

// A table that sorts by a click on its head, opens a row by a click on it, and copies as CSV.

export interface Column<T> {
  name: string;
  value: (row: T) => Cell;
  show?: (row: T) => string;
}

export interface Twin<T> {
  rows: readonly T[];
  columns: readonly Column<T>[];
  key: (row: T) => string;
  open?: (row: T) => void;
}

// `most` rows are drawn; all are sorted, and in the CSV.
export function Table<T>({ twin, first, most = Infinity }: { twin: Twin<T>; first: number; most?: number }) {
  const { rows, columns, open } = twin;
  const [by, set] = useState({ column: first, down: true });
  const sorted = useMemo(() => {
    const column = columns[by.column];
    if (!column) return rows;
    const order = (a: Cell, b: Cell) => (typeof a === "number" && typeof b === "number" ? a - b : a === null ? -1 : b === null ? 1 : String(a).localeCompare(String(b), undefined, { numeric: true }));
    return [...rows].sort((a, b) => order(column.value(a), column.value(b)) * (by.down ? -1 : 1));
  }, [rows, columns, by]);
  const number = (c: Column<T>) => rows.some((r) => typeof c.value(r) === "number");
  const numeric = columns.map(number);
  return (
    <div className="twin-scroll">
      <table>
        <thead>
          <tr>
            {columns.map((c, i) => (
              <th key={c.name} scope="col" className={numeric[i] ? "num" : ""} aria-sort={by.column === i ? (by.down ? "descending" : "ascending") : "none"}>
                <button onClick={() => set({ column: i, down: by.column === i ? !by.down : true })}>{c.name}{by.column === i ? (by.down ? " ↓" : " ↑") : ""}</button>
              </th>
            ))}
            <th className="twin-copy"><CopyCsv head={columns.map((c) => c.name)} rows={() => sorted.map((r) => columns.map((c) => c.value(r)))} /></th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, most).map((r) => (
            <tr key={twin.key(r)} onClick={() => open?.(r)}>
              {columns.map((c, k) => (
                <td key={c.name} className={numeric[k] ? "num" : ""}>
                  {k === 0 && open ? <button className="plain" onClick={(e) => { e.stopPropagation(); open(r); }}>{c.show ? c.show(r) : c.value(r)}</button> : c.show ? c.show(r) : c.value(r)}
                </td>
              ))}
              <td />
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most && <p className="foot">{(rows.length - most).toLocaleString("en")} more, in the CSV.</p>}
      {rows.length === 0 && <p className="foot">Nothing to list.</p>}
    </div>
  );
}
