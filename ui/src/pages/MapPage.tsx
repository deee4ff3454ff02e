import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { address, post } from "../api/client";
import type { NewerEnvelope } from "../api/newer";
import type { Envelope, Series, Status } from "../api/types";
import { advice } from "../draw/advice";
import { is_fold } from "../draw/fold";
import { age, clock } from "../draw/format";
import { join, type Graph } from "../draw/graph";
import { lit_links } from "../draw/route";
import { nice_ceiling, type Hit } from "../draw/scene";
import { is_stale, open_text } from "../draw/trust";
import { Notice } from "../parts/Bits";
import { Coverage } from "../parts/Coverage";
import { DemandPanel } from "../parts/DemandPanel";
import { Events } from "../parts/Events";
import { EventPanel } from "../parts/EventPanel";
import { FoldPanel } from "../parts/FoldPanel";
import { useNow } from "../parts/Freshness";
import { Help } from "../parts/Help";
import { useKeys } from "../parts/keys";
import { LinkPanel } from "../parts/LinkPanel";
import { Listening } from "../parts/Listening";
import { MapCanvas } from "../parts/MapCanvas";
import { NodePanel } from "../parts/NodePanel";
import type { Ends } from "../parts/paint";
import { Search } from "../parts/Search";
import { TableTwin } from "../parts/TableTwin";
import { TimeBar, type Shown } from "../parts/TimeBar";
import { WhatIfSide } from "../parts/WhatIfSide";
import { RoutingGap } from "../parts/RoutingGap";
import { Tip, type Hover } from "../parts/Tip";
import { TopTabs } from "../parts/TopTabs";
import { useFeatures } from "../state/features";
import { useLive, type Live } from "../state/live";
import { go, selected, usePlace } from "../state/place";
import { useMedia, useTheme } from "../state/prefer";
import { prefetch } from "../state/resource";
import { event_ms, iso, live_span, newest_bin, step_bin, step_event, visible_span, type Span } from "../state/time";
import { useAnswers } from "./answers";
import { CoveragePage } from "./CoveragePage";
import { useFolded } from "./folded";
import { useWhatIf } from "./whatif";
import { Results, WhatIfPage } from "./WhatIfPage";

// The first screen: the map, what it means, and time below. This is where the parts meet.

const kNothing: Graph = { nodes: [], links: [], counted: true };
const kJustNow_ms = 60_000; // what has changed so lately is lit up
const kBinsMax = 720; // two hours of ten seconds: more are no longer told apart on a screen

export function MapPage() {
  const place = usePlace();
  const live = useLive();
  const { status } = live;
  const { theme, choice, cycle } = useTheme();
  const narrow = useMedia("(max-width: 760px)");
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const [playing, set_playing] = useState(false);
  const [help, set_help] = useState(false);
  const [fit_signal, fit] = useState(0);
  const [hover, set_hover] = useState<Hover | null>(null);
  const [sheet, set_sheet] = useState(false);
  const search = useRef<HTMLInputElement>(null);

  const watermark = status ? Date.parse(status.watermark) : 0;
  const open = place.at === null && live.open ? Date.parse(live.open.to) : 0; // the end of the bin that is filling
  const whole = status && { from: Date.parse(status.span.from), to: Math.max(Date.parse(status.span.to), open), bin: status.bin_s * 1000 };
  const routing_only = status !== null && !status.traffic;
  const seen = whole && (routing_only ? live_span(watermark, place.at, place.window * 1000, whole.bin) : visible_span(whole, Math.max(watermark, open), place.at, kBinsMax));
  const span = useMemo((): Span | null => seen, [seen?.from, seen?.to, seen?.bin]);
  const cut = whole && seen && seen !== whole ? { from: iso(seen.from), to: iso(seen.to) } : {};
  const follows = place.at === null;
  const features = useFeatures(status !== null && live.lost_since === null);
  const { topology, load, top, series, events, instant, link, reverse, node, path, demands, losses, bound } = useAnswers(place, live, features, routing_only, cut);
  const runs = useWhatIf(place, features, watermark, whole?.from ?? 0, live.tick);
  const whatif = place.page === "whatif" && features.whatif;
  const on = status !== null;
  const counted = on && !routing_only;
  const envelope: NewerEnvelope | null = load.data;

  const late = follows ? (envelope?.late ?? []) : [];
  const behind = late.map((l) => l.agent).join("\n");
  const graph = useMemo(() => (topology.data ? join(topology.data, routing_only ? null : (load.data?.links ?? []), new Set(behind.split("\n"))) : kNothing), [topology.data, load.data, routing_only, behind]);
  const told = useMemo(() => (routing_only ? (events.data?.events ?? null) : (series.data?.events ?? null)), [routing_only, events.data, series.data]);
  const line = useMemo((): Series | null => (routing_only ? told && { bins: [], events: told } : series.data), [routing_only, told, series.data]);
  const shown = useMemo(() => (load.data ? bin_of(load.data) : null), [load.data]);
  const stale = useStale(status, place.at === null && status?.mode === "serve" && counted && load.data !== null);
  const changed = useChanged(told, place.at ?? watermark, routing_only);
  const ends = useMemo((): Ends | null => {
    const d = link.data?.id === place.link ? link.data : null;
    return d && { sources: new Map(d.sources.map((s) => [s.router, s.share])), sinks: new Map(d.sinks.map((s) => [s.router, s.share])) };
  }, [link.data, place.link]);

  const lit = useMemo(() => (place.demand && path.data ? lit_links(graph, path.data) : null), [place.demand, path.data, graph]);
  const folded = useFolded(graph, topology.data, place, lit, ends, changed);
  const max_bps = useWidest(folded.graph);

  const still_coming = status !== null && (status.replay === null || !status.replay.done);
  const on_play = useCallback((want: boolean) => {
    if (!span) return;
    set_playing(want);
    const newest = newest_bin(span, watermark);
    if (want && follows && !still_coming) go({ at: span.from });
    else if (want && !follows && place.at! >= newest) go({ at: still_coming ? null : span.from });
    else if (!want && follows) go({ at: shown?.from ?? newest });
  }, [span, watermark, follows, still_coming, place.at, shown]);
  const is_playing = follows ? still_coming && status?.replay?.playing !== false : playing;
  const on_bin = useCallback((t: number) => prefetch(address("load", { at: iso(t), instrumented: place.instrumented })), [place.instrumented]);

  const on_select = useCallback((hit: Hit) => go(selected({ link: hit?.kind === "link" ? hit.id : null, node: hit?.kind === "node" ? hit.id : null }), "push"), []);
  const on_hover = useCallback((hit: Hit, x: number, y: number) => set_hover((old) => (hit === null && old === null ? old : hit && { hit, x, y })), []);
  const on_view = useCallback((view: typeof place.view) => go({ view }), []);
  const on_replay = useCallback((run: boolean, speed?: number) => {
    post<Status>("replay", { playing: run, ...(speed ? { speed } : {}) }).then(live.set_status, () => undefined);
  }, [live.set_status]);

  const replay = follows && status?.replay && !status.replay.done ? status.replay : null;
  const on_speed = (speed: number) => {
    go({ speed });
    if (replay) on_replay(replay.playing, speed);
  };

  const overview = !place.link && !place.node && !place.demand && !place.event;
  const has_coverage = features.coverage || status?.mode === "demo";
  useKeys({
    "/": () => search.current?.focus(),
    " ": () => on_play(!is_playing),
    f: () => fit((n) => n + 1),
    t: () => go({ table: !place.table }, "push"),
    c: () => has_coverage && go({ page: place.page === "coverage" ? "map" : "coverage", table: false }, "push"),
    l: () => go({ at: null }, "push"),
    w: () => features.whatif && go({ page: place.page === "whatif" ? "map" : "whatif", table: false }, "push"),
    "?": () => set_help(true),
    Escape: () => go(overview ? { page: "map" } : selected({}), "push"),
    ArrowLeft: (shift) => step(-1, shift),
    ArrowRight: (shift) => step(1, shift),
  });
  const step = (by: 1 | -1, event: boolean) => {
    if (!span) return;
    set_playing(false);
    const from = place.at ?? shown?.from ?? newest_bin(span, watermark);
    if (!event) return go({ at: step_bin(span, from, by, watermark) });
    const found = step_event(told ?? [], place.at ?? watermark, by);
    if (found) go({ at: event_ms(found) });
  };

  useEffect(() => {
    document.title = status ? `${status.name} – Anemone` : "Anemone";
  }, [status?.name]);
  // A selection opens the sheet on a phone.
  useEffect(() => set_sheet(place.link !== null || place.node !== null || place.demand !== null || place.event !== null), [place.link, place.node, place.demand, place.event]);

  const lost = live.lost_since !== null || (load.error?.status === 0 && load.data !== null);
  const told_to = status && !(routing_only && topology.data === null) ? advice(status, topology.data) : null;
  const before = counted && load.data === null;
  const nothing = routing_only && topology.data === null;
  const waiting = before && follows && load.error?.status === 404;
  return (
    <div className="page" data-stale={lost} data-old={stale} data-open={shown?.open ? "true" : "false"} data-sheet={sheet}>
      <header className="head">
        <span className="brand"><Mark />Anemone</span>
        <span className="network wide-only">{status?.name}</span>
        <Search ref={search} topology={topology.data} />
        <span className="grow" />
        {stale && !lost && status && <Old status={status} late={late.map((l) => l.agent)} />}
        <Connection live={live} />
        {has_coverage && <button className="quiet wide-only" aria-pressed={place.page === "coverage"} onClick={() => go({ page: place.page === "coverage" ? "map" : "coverage", table: false }, "push")} title="What is not seen, and whom to instrument next (c)" data-testid="coverage-toggle">Coverage</button>}
        {features.whatif && <button className="quiet" aria-pressed={whatif} onClick={() => go({ page: whatif ? "map" : "whatif", table: false }, "push")} title="What if something failed, grew or moved (w)" data-testid="whatif-toggle">What if</button>}
        <button className="quiet" aria-pressed={place.table} onClick={() => go({ table: !place.table }, "push")} title="Tables instead of the map (t)" data-testid="table-toggle">{place.table ? "Map" : "Table"}</button>
        <button className="quiet wide-only" onClick={cycle} title="Light, dark or as the system says" data-testid="theme">{choice === "auto" ? "Auto" : choice === "dark" ? "Dark" : "Light"}</button>
        <button className="quiet wide-only" onClick={() => set_help(true)} aria-label="Help" title="Help (?)">?</button>
      </header>
      <main className="stage">
        {place.table && topology.data ? <TableTwin graph={graph} series={line} link={link.data?.id === place.link ? link.data : null} node={node.data?.id === place.node ? node.data : null} losses={losses.data} load={load.data} /> : place.page === "coverage" && status ? (
          <CoveragePage place={place} status={status} features={features} graph={graph} shown_at={load.data?.bin.from ?? null} has_whole={load.data?.accuracy != null} tick={live.tick} />
        ) : whatif && topology.data ? (
          <WhatIfPage place={place} runs={runs} graph={graph} topology={topology.data} network={status?.name ?? ""} theme={theme} still={still} shown_at={load.data?.bin.from ?? null} fit_signal={fit_signal} />
        ) : (
          <MapCanvas
            graph={folded.graph} whole={graph} folding={folded.folding} network={status?.name ?? ""} theme={theme} still={still} max_bps={max_bps} place={place} shown_at={routing_only ? (topology.data?.at ?? null) : (load.data?.bin.from ?? null)} changed={folded.changed} ends={folded.ends} lit={folded.lit}
            fit_signal={fit_signal} on_select={on_select} on_view={on_view} on_hover={on_hover} on_unfold={folded.unfold}
          />
        )}
        {place.page === "map" && !place.table && bound.data && <RoutingGap bound={bound.data} />}
        {!status && !live.error && <Overlay><Notice kind="loading" title="Connecting to the server" /></Overlay>}
        {!status && live.error && <Overlay><Notice kind="failed" title="No answer from the server">{live.error.message}</Notice></Overlay>}
        {waiting && !told_to && <Overlay><Notice kind="loading" title="Waiting for the first bin">Traffic is added up in bins of {status.bin_s} s. The map appears by itself when the first is complete.</Notice></Overlay>}
        {before && !waiting && load.error && <Overlay><Notice kind="failed" title="This time cannot be shown">{load.error.message}. Choose another time on the bar below, or press l for live.</Notice></Overlay>}
        {load.data && load.error && load.error.status !== 0 && <div className="banner"><Notice kind="failed" title="This time cannot be shown">{load.error.message} The map still shows the time before; press l for live.</Notice></div>}
        {nothing && topology.error?.status === 404 && <Overlay><Notice kind="loading" title={follows ? "Listening" : "Nothing was heard then"}>{follows ? "The map appears with the first link-state advertisements; with adjacency mode within seconds, with capture mode as routers refresh theirs." : `${topology.error.message}. Choose another time on the bar below, or press l for live.`}</Notice></Overlay>}
        {told_to?.covers && <Overlay><Notice kind="empty" title={told_to.title}>{told_to.text}</Notice></Overlay>}
        {told_to && !told_to.covers && place.page === "map" && <div className="banner" data-testid={told_to.key}><Notice kind="empty" title={told_to.title}>{told_to.text}</Notice></div>}
        {!place.table && place.page === "map" && hover?.hit && hover.hit.id !== place.link && hover.hit.id !== place.node && <Tip graph={folded.graph} hover={hover} />}
      </main>
      <aside className="side" aria-label="Details">
        <button className="sheet-grip" aria-label={sheet ? "Smaller panel" : "Larger panel"} onClick={() => set_sheet(!sheet)}><i /></button>
        <div className="side-scroll" key={whatif ? "whatif" : place.link ?? place.node ?? place.demand ?? place.event ?? "overview"}>
          {status && routing_only && <Listening status={status} topology={topology.data} at={place.at} />}
          {whatif && status && <WhatIfSide place={place} runs={runs} graph={graph} bound={bound.data} sweeps={features.sweep} theme={theme} />}
          {whatif && narrow && <section className="box"><Results runs={runs} place={place} /></section>}
          {!whatif && status && !routing_only && <Coverage load={load.data} status={status} instrumented={place.instrumented} more={place.page !== "map" ? "" : features.coverage ? "Which hosts to instrument next" : has_coverage ? "How the error falls as hosts report" : ""} on_replay={on_replay} />}
          {!whatif && folded.folding && [place.link, place.node].map((id) => id && is_fold(id) && <FoldPanel key={id} id={id} graph={graph} folded={folded.graph} folding={folded.folding!} home={folded.home} theme={theme} unfold={folded.unfold} />)}
          {!whatif && place.link && !is_fold(place.link) && span && <LinkPanel whatif={features.whatif ? graph : null} place={place} link={link} reverse={reverse} theme={theme} at={place.at} bin_ms={span.bin} events={told ?? []} losses={losses.data} />}
          {!whatif && place.event && <EventPanel place={place} instant={instant} />}
          {!whatif && place.node && !is_fold(place.node) && <NodePanel whatif={features.whatif} place={place} node={node} topology={topology.data} theme={theme} late={late} />}
          {!whatif && place.demand && <DemandPanel place={place} path={path} load={load.data} top={demands.data} />}
          {!whatif && overview && status && !routing_only && <TopTabs place={features.tabs.includes(place.tab) ? place : { ...place, tab: "links" }} shown={features.tabs} top={waiting ? { ...top, error: null } : top} load={load.data} theme={theme} replay={follows && !still_coming ? () => on_play(true) : undefined} />}
          {!whatif && overview && status && <Events events={told} at={place.at} live={routing_only} {...(routing_only && events.data ? { total: events.data.total } : {})} />}
        </div>
      </aside>
      {span && (
        <TimeBar
          vantages={routing_only ? (status?.routing.vantages ?? []) : null} series={line} span={span} watermark={watermark} place={place} shown={shown} playing={is_playing} still_coming={still_coming} speed={replay?.speed ?? place.speed} on_speed={on_speed} on_play={on_play} on_bin={on_bin}
        />
      )}
      {help && <Help close={() => set_help(false)} />}
    </div>
  );
}

function bin_of(e: Envelope): Shown {
  const newer: NewerEnvelope = e;
  return { from: Date.parse(e.bin.from), to: Date.parse(e.bin.to), stable: e.bin.stable, open: open_text(newer.bin, newer.late) };
}

// Links that something has happened to just before the instant that is looked at.
const kNone: ReadonlySet<string> = new Set();
function useChanged(events: readonly { time: string; links: string[] }[] | null, at: number, on: boolean): ReadonlySet<string> {
  const recent = on && events ? events.filter((e) => Date.parse(e.time) <= at + 1 && Date.parse(e.time) > at - kJustNow_ms) : [];
  const key = recent.map((e) => e.time + e.links.join(" ")).join();
  return useMemo(() => (recent.length ? new Set(recent.flatMap((e) => e.links)) : kNone), [key]);
}

// The widest ribbon's load. It only grows while one watches, so that widths can be compared in time.
function useWidest(graph: Graph): number {
  const most = useRef(0);
  return useMemo(() => {
    const now = graph.links.reduce((m, l) => Math.max(m, l.load_bps, l.true_load_bps ?? 0, l.estimate?.bps ?? 0), 0);
    most.current = Math.max(most.current, now);
    return nice_ceiling(most.current);
  }, [graph]);
}

function Overlay({ children }: { children: React.ReactNode }) {
  return <div className="overlay">{children}</div>;
}

function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 16 16" aria-hidden>
      <path d="M8 14.5V8M8 8L3 3M8 8l5-5M8 8V1.8M8 8L1.8 7M8 8l6.2-1" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}

// Followed live, a picture that has stopped changing must not pass for the present.
function useStale(status: Status | null, on: boolean): boolean {
  const now = useNow(5000);
  return on && status !== null && is_stale(now, Date.parse(status.watermark), status.bin_s * 1000);
}

function Old({ status, late }: { status: Status; late: readonly string[] }) {
  const now = useNow(1000);
  const mark = Date.parse(status.watermark);
  return (
    <span className="connection" role="status" data-testid="old-data">
      Nothing complete since {clock(mark)}, {age((now - mark) / 1000)} ago{late.length > 0 && `: waiting for ${late.slice(0, 3).join(", ")}${late.length > 3 ? ` and ${late.length - 3} more` : ""}`}
    </span>
  );
}

function Connection({ live }: { live: Live }) {
  const [now, set_now] = useState(Date.now());
  const lost = live.lost_since;
  useEffect(() => {
    if (lost === null) return;
    const timer = window.setInterval(() => set_now(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [lost]);
  if (lost === null || !live.status) return null;
  return <span className="connection" role="alert" data-testid="connection-lost">Connection lost {age((now - lost) / 1000)} ago, trying again</span>;
}
