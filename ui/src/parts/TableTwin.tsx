import { useMemo, useState } from "react";
import type { Graph } from "../draw/graph";
import { bps, clock, node_name, percent, signed_percent } from "../draw/format";
import type { Cell } from "../draw/table";
import type { NetworkEvent, Series } from "../api/types";
import { go, selected } from "../state/place";
import { event_ms } from "../state/time";
import { CopyCsv } from "./Bits";

// The same as the map and the time bar, as tables: for screen readers, for sorting, for copying.

interface Column<T> {
  name: string;
  value: (row: T) => Cell;
  show?: (row: T) => string;
}

interface Twin<T> {
  rows: readonly T[];
  columns: readonly Column<T>[];
  key: (row: T) => string;
  open?: (row: T) => void;
}

type Which = "links" | "nodes" | "time" | "events";

export function TableTwin({ graph, series }: { graph: Graph; series: Series | null }) {
  const [which, set] = useState<Which>("links");
  return (
    <div className="twin" data-testid="table-twin">
      <div className="tabs" role="tablist">
        {(["links", "nodes", "time", "events"] as const).map((w) => (
          <button key={w} role="tab" aria-selected={w === which} onClick={() => set(w)}>{{ links: "Links", nodes: "Routers and hosts", time: "Time", events: "Events" }[w]}</button>
        ))}
      </div>
      {which === "links" && <Table key="links" twin={links(graph)} first={2} />}
      {which === "nodes" && <Table key="nodes" twin={nodes(graph)} first={-1} />}
      {which === "time" && <Table key="time" twin={bins(series)} first={-1} />}
      {which === "events" && <Table key="events" twin={events(series)} first={-1} />}
    </div>
  );
}

function links(graph: Graph): Twin<Graph["links"][number]> {
  return {
    rows: graph.links,
    key: (l) => l.id,
    open: (l) => go(selected({ link: l.id }), "push"),
    columns: [
      { name: "from", value: (l) => node_name(l.from) },
      { name: "to", value: (l) => node_name(l.to) },
      { name: "load", value: (l) => l.load_bps, show: (l) => bps(l.load_bps) },
      { name: "whole recording", value: (l) => l.true_load_bps, show: (l) => bps(l.true_load_bps) },
      { name: "error", value: (l) => (l.true_load_bps ? (l.load_bps - l.true_load_bps) / l.true_load_bps : null), show: (l) => (l.true_load_bps ? signed_percent((l.load_bps - l.true_load_bps) / l.true_load_bps) : "–") },
      { name: "capacity", value: (l) => l.capacity_bps, show: (l) => bps(l.capacity_bps) },
      { name: "utilisation", value: (l) => l.utilisation, show: (l) => percent(l.utilisation) },
      { name: "cost", value: (l) => l.cost },
      { name: "state", value: (l) => l.state },
    ],
  };
}

function nodes(graph: Graph): Twin<Graph["nodes"][number]> {
  return {
    rows: graph.nodes,
    key: (n) => `${n.kind} ${n.id}`,
    open: (n) => go(selected({ node: n.id }), "push"),
    columns: [
      { name: "name", value: (n) => n.label },
      { name: "kind", value: (n) => (n.abr ? "area border router" : n.kind) },
      { name: "at", value: (n) => (n.home ? node_name(n.home) : "") },
      { name: "instrumented", value: (n) => (n.kind === "host" ? (n.instrumented ? "yes" : "no") : "") },
    ],
  };
}

function bins(series: Series | null): Twin<Series["bins"][number]> {
  return {
    rows: series?.bins ?? [],
    key: (b) => b.from,
    open: (b) => go({ at: Date.parse(b.from) }, "push"),
    columns: [
      { name: "bin", value: (b) => b.from, show: (b) => clock(Date.parse(b.from)) },
      { name: "all links", value: (b) => b.total_bps, show: (b) => bps(b.total_bps) },
      { name: "whole recording", value: (b) => b.true_total_bps, show: (b) => bps(b.true_total_bps) },
      { name: "error", value: (b) => b.total_error, show: (b) => percent(b.total_error) },
      { name: "highest utilisation", value: (b) => b.max_utilisation, show: (b) => percent(b.max_utilisation) },
      { name: "network", value: (b) => (b.stable ? "stable" : "changed inside") },
    ],
  };
}

function events(series: Series | null): Twin<NetworkEvent> {
  return {
    rows: series?.events ?? [],
    key: (e) => `${e.time} ${e.text}`,
    open: (e) => go({ at: event_ms(e) }, "push"),
    columns: [
      { name: "time", value: (e) => e.time, show: (e) => clock(Date.parse(e.time)) },
      { name: "kind", value: (e) => e.kind },
      { name: "what", value: (e) => e.text },
    ],
  };
}

function Table<T>({ twin, first }: { twin: Twin<T>; first: number }) {
  const { rows, columns, open } = twin;
  const [by, set] = useState({ column: first, down: true });
  const sorted = useMemo(() => {
    const column = columns[by.column];
    if (!column) return rows;
    const order = (a: Cell, b: Cell) => (typeof a === "number" && typeof b === "number" ? a - b : a === null ? -1 : b === null ? 1 : String(a).localeCompare(String(b), undefined, { numeric: true }));
    return [...rows].sort((a, b) => order(column.value(a), column.value(b)) * (by.down ? -1 : 1));
  }, [rows, columns, by]);
  const number = (c: Column<T>) => rows.some((r) => typeof c.value(r) === "number");
  return (
    <div className="twin-scroll">
      <table>
        <thead>
          <tr>
            {columns.map((c, i) => (
              <th key={c.name} scope="col" className={number(c) ? "num" : ""} aria-sort={by.column === i ? (by.down ? "descending" : "ascending") : "none"}>
                <button onClick={() => set({ column: i, down: by.column === i ? !by.down : true })}>{c.name}{by.column === i ? (by.down ? " ↓" : " ↑") : ""}</button>
              </th>
            ))}
            <th className="twin-copy"><CopyCsv head={columns.map((c) => c.name)} rows={() => sorted.map((r) => columns.map((c) => c.value(r)))} /></th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((r) => (
            <tr key={twin.key(r)} onClick={() => open?.(r)}>
              {columns.map((c, k) => (
                <td key={c.name} className={typeof c.value(r) === "number" ? "num" : ""}>
                  {k === 0 && open ? <button className="plain" onClick={(e) => { e.stopPropagation(); open(r); }}>{c.show ? c.show(r) : c.value(r)}</button> : c.show ? c.show(r) : c.value(r)}
                </td>
              ))}
              <td />
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="foot">Nothing to list.</p>}
    </div>
  );
}
