import { useState } from "react";
import type { Graph } from "../draw/graph";
import { bps, clock, link_name, node_name, percent, signed_percent } from "../draw/format";
import type { Losses, LossPair, NamedShare, NewerLinkDetail, NewerNodeDetail } from "../api/newer";
import type { HostTraffic, LinkDemand, LinkPoint, Load, NetworkEvent, NodeLink, NotInDemand, RouterShare, Series } from "../api/types";
import { go, selected } from "../state/place";
import { event_ms } from "../state/time";
import { Table, type Column, type Twin } from "./Table";

// The same as the map and the time bar, as tables: for screen readers, for sorting, for copying.

interface Tab {
  id: string;
  name: string;
  table: () => React.ReactElement;
}

interface Props {
  graph: Graph;
  series: Series | null;
  link: NewerLinkDetail | null; // the selected one's lists
  node: NewerNodeDetail | null;
  losses: Losses | null;
  load: Load | null;
}

export function TableTwin({ graph, series, link, node, losses, load }: Props) {
  const [which, set] = useState("links");
  const tab = <T,>(id: string, name: string, twin: () => Twin<T>, first = -1): Tab => ({ id, name, table: () => <Table key={id} twin={twin()} first={first} /> });
  const whole = [
    tab("links", "Links", () => links(graph), 2),
    tab("nodes", "Routers and hosts", () => nodes(graph)),
    tab("time", "Time", () => bins(series)),
    tab("events", "Events", () => events(series)),
    ...(load && left_out(load).length > 0 ? [tab("left-out", "On no link", () => reasons(load), 2)] : []),
    ...(losses ? [tab("losses", "Losses", () => lost(losses))] : []),
  ];
  const of_link = link ? [
    tab("sources", "Enters at", () => routers(link.sources)), tab("sinks", "Leaves at", () => routers(link.sinks)),
    tab("link-apps", "Applications", () => named(link.apps)), ...(link.processes ? [tab("link-processes", "Processes", () => named(link.processes!))] : []), ...(link.users ? [tab("link-users", "Users", () => named(link.users!))] : []),
    tab("link-hosts", "Hosts", () => hosts(link.hosts)), tab("link-demands", "Demands", () => demands(link.demands)), tab("link-time", "Over time", () => points(link.series)),
  ] : [];
  const of_node = node ? [
    tab("node-links", "Links", () => node_links(node.links)), tab("node-hosts", "Hosts", () => hosts(node.hosts)), tab("node-peers", "Talks with", () => hosts(node.peers)), tab("node-apps", "Applications", () => named(node.apps)),
    ...(node.processes ? [tab("node-processes", "Processes", () => named(node.processes!))] : []), ...(node.users ? [tab("node-users", "Users", () => named(node.users!))] : []),
  ] : [];
  const groups: [string, Tab[]][] = [["", whole], [link ? link_name(link.from, link.to) : "", of_link], [node ? node_name(node.id) : "", of_node]];
  const all = groups.flatMap(([, tabs]) => tabs);
  const chosen = all.find((t) => t.id === which) ?? all[0]!;
  return (
    <div className="twin" data-testid="table-twin">
      {groups.map(([name, tabs]) => tabs.length > 0 && (
        <div className="tabs" role="tablist" key={name} aria-label={name || "Everything"}>
          {name && <b className="twin-of">{name}</b>}
          {tabs.map((t) => <button key={t.id} role="tab" aria-selected={t === chosen} onClick={() => set(t.id)} data-testid={`twin-${t.id}`}>{t.name}</button>)}
        </div>
      ))}
      {chosen.table()}
    </div>
  );
}

type Link = Graph["links"][number];
const kEstimated: Column<Link>[] = [
  { name: "estimate", value: (l) => l.estimate?.bps ?? null, show: (l) => (l.estimate ? `~${bps(l.estimate.bps)}` : "–") },
  { name: "at least", value: (l) => l.estimate?.low_bps ?? null, show: (l) => bps(l.estimate?.low_bps) },
  { name: "at most", value: (l) => l.estimate?.high_bps ?? null, show: (l) => bps(l.estimate?.high_bps) },
];
const kCounters: Column<Link>[] = [
  { name: "counter", value: (l) => l.counter_bps, show: (l) => bps(l.counter_bps) },
  { name: "residual", value: (l) => l.residual_bps, show: (l) => bps(l.residual_bps).replace("-", "−") },
];
const kUncertain: Column<Link>[] = [{ name: "uncertain", value: (l) => l.uncertain, show: (l) => percent(l.uncertain) }];

function links(graph: Graph): Twin<Graph["links"][number]> {
  return {
    rows: graph.links,
    key: (l) => l.id,
    open: (l) => go(selected({ link: l.id }), "push"),
    columns: [
      { name: "from", value: (l) => node_name(l.from) },
      { name: "to", value: (l) => node_name(l.to) },
      { name: "load", value: (l) => l.load_bps, show: (l) => bps(l.load_bps) },
      ...(graph.links.some((l) => l.estimate) ? kEstimated : []),
      ...(graph.links.some((l) => l.counter_bps !== null) ? kCounters : []),
      ...(graph.links.some((l) => l.uncertain > 0) ? kUncertain : []),
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

function named(rows: readonly NamedShare[]): Twin<NamedShare> {
  return {
    rows,
    key: (r) => r.name,
    columns: [
      { name: "name", value: (r) => r.name },
      { name: "load", value: (r) => r.bps, show: (r) => bps(r.bps) },
      { name: "share", value: (r) => r.share, show: (r) => percent(r.share) },
    ],
  };
}

const routers = (rows: readonly RouterShare[]): Twin<NamedShare> => ({ ...named(rows.map((r) => ({ name: r.router, bps: r.bps, share: r.share }))), open: (r) => go(selected({ node: r.name }), "push") });

function hosts(rows: readonly HostTraffic[]): Twin<HostTraffic> {
  return {
    rows,
    key: (h) => `${h.name} ${h.address}`,
    open: (h) => go(selected({ node: h.name }), "push"),
    columns: [
      { name: "host", value: (h) => h.name },
      { name: "address", value: (h) => h.address },
      { name: "sent", value: (h) => h.sent_bps, show: (h) => bps(h.sent_bps) },
      { name: "received", value: (h) => h.received_bps, show: (h) => bps(h.received_bps) },
    ],
  };
}

function demands(rows: readonly LinkDemand[]): Twin<LinkDemand> {
  return {
    rows,
    key: (d) => `${d.from} ${d.to} ${d.prefix}`,
    open: (d) => go(selected({ demand: `${d.from}>${d.prefix ?? d.to}` }), "push"),
    columns: [
      { name: "from", value: (d) => node_name(d.from) },
      { name: "to", value: (d) => node_name(d.to) },
      { name: "prefix", value: (d) => d.prefix ?? null },
      { name: "load", value: (d) => d.bps, show: (d) => bps(d.bps) },
      { name: "share of the link", value: (d) => d.share_on_link, show: (d) => percent(d.share_on_link) },
    ],
  };
}

function points(rows: readonly LinkPoint[]): Twin<LinkPoint> {
  return {
    rows,
    key: (p) => p.from,
    open: (p) => go({ at: Date.parse(p.from) }, "push"),
    columns: [
      { name: "bin", value: (p) => p.from, show: (p) => clock(Date.parse(p.from)) },
      { name: "load", value: (p) => p.load_bps, show: (p) => bps(p.load_bps) },
      { name: "whole recording", value: (p) => p.true_load_bps, show: (p) => bps(p.true_load_bps) },
    ],
  };
}

function node_links(rows: readonly NodeLink[]): Twin<NodeLink> {
  return {
    rows,
    key: (l) => l.id,
    open: (l) => go(selected({ link: l.id }), "push"),
    columns: [
      { name: "from", value: (l) => node_name(l.from) },
      { name: "to", value: (l) => node_name(l.to) },
      { name: "load", value: (l) => l.load_bps, show: (l) => bps(l.load_bps) },
      { name: "utilisation", value: (l) => l.utilisation, show: (l) => percent(l.utilisation) },
    ],
  };
}

// Traffic that loads no link of the map: what could not be attached, and what never crosses one, by reason.
const left_out = (load: Load) => [...(load.unattached ?? []).map((r) => ({ ...r, kind: "not attached" })), ...(load.apart ?? []).map((r) => ({ ...r, kind: "apart" }))];

function reasons(load: Load): Twin<NotInDemand & { kind: string }> {
  return {
    rows: left_out(load),
    key: (r) => `${r.kind} ${r.reason}`,
    columns: [
      { name: "reason", value: (r) => r.reason.replace(/_/g, " ") }, { name: "kind", value: (r) => r.kind },
      { name: "rate", value: (r) => r.bps, show: (r) => bps(r.bps) }, { name: "for example", value: (r) => r.examples.join(", ") },
    ],
  };
}

function lost(losses: Losses): Twin<LossPair> {
  return {
    rows: losses.pairs,
    key: (p) => `${p.from} ${p.to}`,
    open: (p) => go(selected({ demand: `${p.from}>${p.to}` }), "push"),
    columns: [
      { name: "from", value: (p) => node_name(p.from) },
      { name: "to", value: (p) => node_name(p.to) },
      { name: "sent bytes", value: (p) => p.sent_bytes },
      { name: "received bytes", value: (p) => p.received_bytes },
      { name: "lost", value: (p) => p.lost_share, show: (p) => percent(p.lost_share) },
      { name: "at least", value: (p) => p.low, show: (p) => percent(p.low) },
      { name: "at most", value: (p) => p.high, show: (p) => percent(p.high) },
    ],
  };
}
