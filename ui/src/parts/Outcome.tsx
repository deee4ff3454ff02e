import { memo, useState } from "react";
import type { DemandOutcome, HurtRow, LinkOutcome, WhatIf } from "../api/types";
import { kWho, type Who } from "../api/whatif";
import { kLoud } from "../draw/colour";
import { bps, clock, day, link_name, node_name, percent, signed_bps } from "../draw/format";
import { by_change, changes, cut_off, load_of, longer, newly_overloaded, share_of, type Measure } from "../draw/whatif";
import { go, selected } from "../state/place";
import { Table, type Column, type Twin } from "./Table";

// What becomes of every link, of demands, and of whoever sends: tables that sort and copy.

interface Side {
  name: string;
  answer: WhatIf;
}

interface Tab {
  id: string;
  name: string;
  count: number | null;
  odd: boolean;
  table: () => React.ReactElement;
}

const kNames: Record<Who, string> = { applications: "Applications", processes: "Processes", users: "Users", sites: "Sites", routers: "Entering at" };

const kRowsMax = 300;

// Drawn anew only when an answer comes: not while the map is dragged.
export const Outcome = memo(function Outcome({ sides, measure }: { sides: readonly Side[]; measure: Measure }) {
  const [which, set] = useState("links");
  const [all, set_all] = useState(false);
  const tabs = tabs_of(sides, measure, all);
  const chosen = tabs.find((t) => t.id === which) ?? tabs[0]!;
  return (
    <div className="outcome" data-testid="outcome">
      <div className="tabs" role="tablist" aria-label="What changes">
        {tabs.map((t) => (
          <button key={t.id} role="tab" aria-selected={t === chosen} onClick={() => set(t.id)} data-testid={`outcome-${t.id}`}>
            {t.name}{t.count !== null && <span className={t.odd ? "count odd" : "count"}>{t.count.toLocaleString("en")}</span>}
          </button>
        ))}
        <span className="grow" />
        {chosen.id === "links" && <label className="check"><input type="checkbox" checked={all} onChange={(e) => set_all(e.target.checked)} data-testid="outcome-all" />unchanged, too</label>}
      </div>
      {chosen.table()}
    </div>
  );
});

function tabs_of(sides: readonly Side[], measure: Measure, all: boolean): Tab[] {
  const first = sides[0]!, both = sides.length > 1;
  const key = sides.map((s) => s.name).join();
  const changed = new Set(sides.flatMap((s) => s.answer.links.filter(changes).map((l) => l.id)));
  const shown = by_change(first.answer.links, measure).filter((l) => all || changed.has(l.id));
  const overloads = sides.flatMap((s) => newly_overloaded(s.answer).map((l) => ({ s, l })));
  const tabs: Tab[] = [
    { id: "links", name: "Links", count: changed.size, odd: false, table: () => <Table key={`links ${key}`} twin={both ? compared(shown, sides, measure) : links(shown, first.answer.bins)} first={-1} most={kRowsMax} /> },
    { id: "overloads", name: "New overloads", count: overloads.length, odd: overloads.length > 0, table: () => <Table key="overloads" twin={overloaded(overloads, both)} first={-1} most={kRowsMax} /> },
  ];
  const demands = sides.flatMap((s) => [...cut_off(s.answer), ...longer(s.answer)].map((d) => ({ s, d })));
  const cut = sides.reduce((n, s) => n + cut_off(s.answer).length, 0);
  tabs.push({ id: "demands", name: cut > 0 ? "Cut off and longer" : "Longer ways", count: demands.length, odd: cut > 0, table: () => <Table key="demands" twin={ways(demands, both)} first={-1} most={kRowsMax} /> });
  for (const who of kWho) {
    const rows = sides.flatMap((s) => (s.answer.hurt[who] ?? []).map((h) => ({ s, h })));
    if (rows.length > 0) tabs.push({ id: who, name: kNames[who], count: rows.length, odd: false, table: () => <Table key={who} twin={hurt(kNames[who], rows, both)} first={-1} most={kRowsMax} /> });
  }
  return tabs;
}

const show_link = (id: string) => go(selected({ link: id }), "push");
const name_of = (l: LinkOutcome) => `${link_name(l.from, l.to)}${l.state === "gone" ? ", gone" : l.state === "added" ? ", new" : ""}`;
const when = (text: string) => { const ms = Date.parse(text); return Number.isNaN(ms) ? text : `${day(ms).slice(5)} ${clock(ms)}`; };
const time_of = (text: string) => { const ms = Date.parse(text); return Number.isNaN(ms) ? text : clock(ms); };
const full = (share: number | null) => (share !== null && share > kLoud ? `▲ ${percent(share)}` : percent(share));
const rate = <T,>(name: string, value: (row: T) => number): Column<T> => ({ name, value, show: (r) => bps(value(r)) });
const share = <T,>(name: string, value: (row: T) => number | null): Column<T> => ({ name, value, show: (r) => full(value(r)) });

// With the scenario: nothing of a link that is gone.
const left = (name: string, value: (l: LinkOutcome) => number | null, show: (v: number | null) => string): Column<LinkOutcome> => ({ name, value: (l) => (l.state === "gone" ? null : value(l)), show: (l) => (l.state === "gone" ? "–" : show(value(l))) });

function links(rows: readonly LinkOutcome[], bins: number): Twin<LinkOutcome> {
  const one_day = new Set(rows.map((l) => l.after.worst_bin.slice(0, 10))).size < 2;
  const several: Column<LinkOutcome>[] = [
    rate("median before", (l) => l.before.median_bps), left("after", (l) => l.after.median_bps, bps),
    rate("95% before", (l) => l.before.p95_bps), left("after ", (l) => l.after.p95_bps, bps),
    rate("worst before", (l) => l.before.worst_bps), left("after  ", (l) => l.after.worst_bps, bps),
    { name: "at", value: (l) => (l.state === "gone" ? null : l.after.worst_bin), show: (l) => (l.state === "gone" ? "–" : one_day ? time_of(l.after.worst_bin) : when(l.after.worst_bin)) },
  ];
  const one: Column<LinkOutcome>[] = [
    rate("before", (l) => l.before.worst_bps), left("after", (l) => l.after.worst_bps, bps),
    { name: "change", value: (l) => l.after.worst_bps - l.before.worst_bps, show: (l) => signed_bps(l.after.worst_bps - l.before.worst_bps) },
  ];
  return {
    rows, key: (l) => l.id, open: (l) => show_link(l.id),
    columns: [
      { name: "link", value: (l) => link_name(l.from, l.to), show: name_of },
      ...(bins > 1 ? several : one),
      share("used", (l) => share_of(l, "before", "worst")), left("after    ", (l) => share_of(l, "after", "worst"), full),
    ],
  };
}

// Two scenarios beside today.
function compared(rows: readonly LinkOutcome[], sides: readonly Side[], m: Measure): Twin<LinkOutcome> {
  const of = sides.map((s) => new Map(s.answer.links.map((l) => [l.id, l])));
  const at = (l: LinkOutcome, i: number) => of[i]!.get(l.id);
  const after = (l: LinkOutcome, i: number) => { const o = at(l, i); return o ? load_of(o.after, m) : 0; };
  return {
    rows, key: (l) => l.id, open: (l) => show_link(l.id),
    columns: [
      { name: "link", value: (l) => link_name(l.from, l.to) },
      rate("today", (l) => load_of(l.before, m)), ...sides.map((s, i) => rate<LinkOutcome>(s.name, (l) => after(l, i))),
      { name: "difference", value: (l) => after(l, 1) - after(l, 0), show: (l) => signed_bps(after(l, 1) - after(l, 0)) },
      share("used today", (l) => share_of(l, "before", m)), ...sides.map((s, i) => share<LinkOutcome>(`used, ${s.name}`, (l) => { const o = at(l, i); return o ? share_of(o, "after", m) : null; })),
    ],
  };
}

const whose = <T extends { s: Side }>(both: boolean): Column<T>[] => (both ? [{ name: "scenario", value: (r) => r.s.name }] : []);

function overloaded(rows: readonly { s: Side; l: LinkOutcome }[], both: boolean): Twin<{ s: Side; l: LinkOutcome }> {
  return {
    rows, key: (r) => `${r.s.name} ${r.l.id}`, open: (r) => show_link(r.l.id),
    columns: [
      { name: "link", value: (r) => link_name(r.l.from, r.l.to) }, ...whose<{ s: Side; l: LinkOutcome }>(both),
      rate("capacity", (r) => r.l.capacity_bps ?? 0), rate("worst before", (r) => r.l.before.worst_bps), rate("worst after", (r) => r.l.after.worst_bps),
      share("used after", (r) => r.l.after.worst_utilisation), { name: "at", value: (r) => r.l.after.worst_bin, show: (r) => when(r.l.after.worst_bin) },
    ],
  };
}

const latency = (name: string, us: (d: DemandOutcome) => number | null | undefined): Column<{ s: Side; d: DemandOutcome }> => ({ name, value: (r) => us(r.d) ?? null, show: (r) => { const known = us(r.d); return known == null ? "–" : `${(known / 1000).toFixed(1)} ms`; } });

function ways(rows: readonly { s: Side; d: DemandOutcome }[], both: boolean): Twin<{ s: Side; d: DemandOutcome }> {
  return {
    rows, key: (r) => `${r.s.name} ${r.d.from} ${r.d.to}`, open: (r) => go({ ...selected({ demand: `${r.d.from}>${r.d.to}` }), page: "map" }, "push"),
    columns: [
      { name: "from", value: (r) => r.d.from, show: (r) => node_name(r.d.from) }, { name: "to", value: (r) => node_name(r.d.to) }, ...whose<{ s: Side; d: DemandOutcome }>(both),
      rate("rate", (r) => r.d.bps),
      { name: "cost before", value: (r) => r.d.cost_before, show: (r) => (r.d.cost_before === null ? "no way" : String(r.d.cost_before)) },
      { name: "cost after", value: (r) => r.d.cost_after, show: (r) => (r.d.cost_after === null ? "▲ cut off" : String(r.d.cost_after)) },
      ...(rows.some((r) => r.d.latency_before_us != null) ? [latency("latency before", (d) => d.latency_before_us), latency("latency after", (d) => d.latency_after_us)] : []),
    ],
  };
}

function hurt(what: string, rows: readonly { s: Side; h: HurtRow }[], both: boolean): Twin<{ s: Side; h: HurtRow }> {
  return {
    rows, key: (r) => `${r.s.name} ${r.h.name}`,
    columns: [
      { name: what.toLowerCase(), value: (r) => r.h.name || "unknown" }, ...whose<{ s: Side; h: HurtRow }>(both), rate("rate", (r) => r.h.bps),
      rate("disconnected", (r) => r.h.disconnected_bps), rate("over new overloads", (r) => r.h.overloaded_bps), rate("on a longer way", (r) => r.h.longer_bps),
    ],
  };
}
