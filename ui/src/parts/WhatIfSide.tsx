import { useMemo, useState } from "react";
import type { Bound } from "../api/types";
import { kLoud, utilisation_colour, type Theme } from "../draw/colour";
import { bps, link_name, node_name, percent } from "../draw/format";
import type { Graph } from "../draw/graph";
import { examples, fail_link, fail_router, title_of, with_line } from "../draw/scenario";
import { weak_points, type Weak } from "../draw/weak";
import { excess, load_of, share_of } from "../draw/whatif";
import { days_text, go, kDays, selected, type Place } from "../state/place";
import { recent_scenarios } from "../state/prefer";
import { Bar, CopyCsv, Notice, Section, Skeleton } from "./Bits";
import { EachFailure } from "./EachFailure";
import { ScenarioEditor } from "./ScenarioEditor";
import { Verdict } from "./Verdict";
import type { Ran, WhatIfRuns } from "../pages/whatif";

// The what-if page's side: the scenarios as text, what they come to, and where to begin.

interface Props {
  place: Place;
  runs: WhatIfRuns;
  graph: Graph;
  bound: Bound | null;
  sweeps: boolean; // whether the server can
  theme: Theme;
}

const run = (text: string) => go({ scenario: text.trim(), ...selected({}) }, "push");
const run_other = (text: string) => go({ against: text.trim() || " ", ...selected({}) }, "push");

export function WhatIfSide({ place, runs, graph, bound, sweeps, theme }: Props) {
  const two = place.against !== "";
  const [more, show_more] = useState(false);
  const empty = runs.one === null && runs.other === null;
  return (
    <section className="box detail whatif-side" data-testid="whatif-side">
      <header className="detail-head">
        <h2>What if</h2>
        <button className="close" aria-label="Close" title="Back to the map (Esc)" onClick={() => go({ page: "map" }, "push")}>×</button>
      </header>
      <ScenarioEditor name={two ? "A" : "Scenario"} testid="scenario" text={place.scenario} errors={runs.one?.errors ?? []} busy={runs.one?.result.loading ?? false} run={run} />
      {two && <ScenarioEditor name="B" testid="against" text={place.against.trim()} errors={runs.other?.errors ?? []} busy={runs.other?.result.loading ?? false} run={run_other} close={() => go({ against: "" }, "push")} />}
      <div className="editor-foot">
        <span className="speeds" role="group" aria-label="Over which bins">
          <button aria-pressed={place.over === 0} onClick={() => go({ over: 0 })} data-testid="over-bin">This bin</button>
          {kDays.map((d) => <button key={d} aria-pressed={place.over === d} onClick={() => go({ over: d })} title={`Every bin of the last ${days_text(d)}`} data-testid={`over-${days_text(d).replace(" ", "")}`}>{days_text(d)}</button>)}
        </span>
        <span className="grow" />
        {!two && place.scenario && <button className="quiet" onClick={() => go({ against: place.scenario }, "push")} data-testid="compare" title="A second scenario beside this one">Compare</button>}
      </div>
      <Result runs={runs} two={two} />
      {place.link && <Chosen place={place} runs={runs} graph={graph} theme={theme} />}
      {place.node && graph.nodes.some((n) => n.id === place.node && n.kind === "router") && (
        <Section title={node_name(place.node)}><Line text={fail_router(place.node)} why="one more failure" place={place} /></Section>
      )}
      {bound && <BoundSection bound={bound} />}
      <details className="begin" open={empty || more} onToggle={(e) => !empty && show_more(e.currentTarget.open)}>
        <summary hidden={empty}>More to try</summary>
        <Begin graph={graph} place={place} />
      </details>
      {sweeps && <EachFailure graph={graph} question={runs.question} scenario={runs.one?.result.data ? place.scenario : ""} />}
    </section>
  );
}

function Result({ runs, two }: { runs: WhatIfRuns; two: boolean }) {
  const failed = (r: Ran | null) => r?.result.error && (r.result.error.status === 0 || r.result.error.status >= 500) ? r.result.error : null;
  const problem = failed(runs.one) ?? failed(runs.other);
  const waiting = (r: Ran | null) => r !== null && r.result.loading && r.result.data === null;
  if (problem) return <Notice kind="failed" title="The scenario could not be run">{problem.message}</Notice>;
  if (waiting(runs.one)) return <Skeleton rows={5} />;
  return <Verdict sides={[{ name: "A", answer: runs.one?.result.data ?? null }, ...(two ? [{ name: "B", answer: runs.other?.result.data ?? null }] : [])]} />;
}

// The link that was clicked on: before and after, and one click to fail it, too.
function Chosen({ place, runs, graph, theme }: { place: Place; runs: WhatIfRuns; graph: Graph; theme: Theme }) {
  const drawn = graph.links.find((l) => l.id === place.link);
  const of = (r: Ran | null) => r?.result.data?.links.find((l) => l.id === place.link) ?? null;
  const sides = [{ name: runs.other ? "A" : "with it", link: of(runs.one) }, { name: "B", link: of(runs.other) }].filter((s) => s.link !== null);
  const first = sides[0]?.link;
  const ends = first ?? drawn;
  if (!ends) return null;
  const value = (share: number | null, load: number) => <><span className={(share ?? 0) > kLoud ? "num odd" : "num"}>{(share ?? 0) > kLoud ? "▲ " : ""}{percent(share)}</span><span className="num">{bps(load)}</span><Bar share={share ?? 0} colour={utilisation_colour(share, theme)} /></>;
  return (
    <Section title={link_name(ends.from, ends.to)} note={<button className="quiet" onClick={() => go(selected({}))}>Close</button>} testid="chosen-link">
      {first && (
        <div className="chosen">
          {(["median", "p95", "worst"] as const).filter((m) => m === "worst" || (runs.one?.result.data?.bins ?? 1) > 1).map((m) => (
            <div key={m} className="chosen-row">
              <h4>{(runs.one?.result.data?.bins ?? 1) > 1 ? (m === "p95" ? "95th percentile" : m === "worst" ? "worst bin" : m) : "load"}</h4>
              <div><span>today</span>{value(share_of(first, "before", m), load_of(first.before, m))}</div>
              {sides.map((s) => <div key={s.name}><span>{s.link!.state === "gone" ? "gone" : s.name}</span>{value(share_of(s.link!, "after", m), load_of(s.link!.after, m))}</div>)}
            </div>
          ))}
        </div>
      )}
      {drawn && drawn.state === "up" && <Line text={fail_link(drawn, graph)} why={place.scenario ? "one more failure" : "what if it failed"} place={place} />}
    </Section>
  );
}

function BoundSection({ bound }: { bound: Bound }) {
  const more = excess(bound);
  return (
    <Section title="How good is today's routing" testid="bound-section">
      <p className="foot">
        Its fullest link is used to <b className="num">{percent(bound.utilization)}</b>. No routing needs less than <b className="num">{percent(bound.bound)}</b>{bound.exact ? "" : ` (within ${percent(bound.gap)})`}: {more === null || more < 0.005 ? "it is as good as any." : `today's needs ${percent(more)} more than it must.`}
      </p>
    </Section>
  );
}

// Where one might begin: each kind of change once, where the network is weak, and what was run before.
function Begin({ graph, place }: { graph: Graph; place: Place }) {
  const shape = graph.links.map((l) => l.id + l.state).join();
  const tries = useMemo(() => examples(graph), [shape]);
  const recent = recent_scenarios().filter((t) => t !== place.scenario);
  return (
    <>
      <Section title="Try" testid="examples">{tries.map((e) => <Line key={e.text} text={e.text} why={e.why} place={{ ...place, scenario: "" }} />)}</Section>
      {recent.length > 0 && <Section title="Run before" testid="recent">{recent.map((t) => <Line key={t} text={t} why={t.includes("\n") ? `${t.split("\n").length} lines` : ""} place={{ ...place, scenario: "" }} />)}</Section>}
      <WeakPoints graph={graph} shape={shape} />
    </>
  );
}

// A click runs it: as one more line of what there is, or by itself.
function Line({ text, why, place }: { text: string; why: string; place: Place }) {
  return (
    <button className="row try" onClick={() => run(with_line(place.scenario, text))} data-testid="try" data-text={text} title={text}>
      <code className="row-name">{text.includes("\n") ? title_of(text) : text}</code>
      <span className="row-note">{why}</span>
    </button>
  );
}

const kWeakShown = 8;

function WeakPoints({ graph, shape }: { graph: Graph; shape: string }) {
  const weak = useMemo(() => weak_points(graph), [shape]);
  const lost = (w: Weak) => [w.routers > 0 && `${w.routers.toLocaleString("en")} ${w.routers === 1 ? "router" : "routers"}`, w.hosts > 0 && `${w.hosts.toLocaleString("en")} ${w.hosts === 1 ? "host" : "hosts"}`].filter(Boolean).join(", ");
  const text = (w: Weak) => (w.kind === "router" ? fail_router(w.from) : fail_link({ id: w.ids[0]!, from: w.from, to: w.to }, graph));
  return (
    <Section title="Weak points" testid="weak" note={weak.length > 0 ? <>one failure cuts off<CopyCsv head={["kind", "from", "to", "routers", "hosts"]} rows={() => weak.map((w) => [w.kind, w.from, w.to, w.routers, w.hosts])} /></> : undefined}>
      {weak.length === 0 && <p className="foot">No single link or router that fails would cut the network in two.</p>}
      {weak.slice(0, kWeakShown).map((w) => (
        <button key={w.kind + w.ids[0]} className="row weak" onClick={() => run(text(w))} title="See what if it failed" data-testid="weak-point" data-kind={w.kind} data-id={w.ids[0]}>
          <span className="row-name">{w.kind === "router" ? node_name(w.from) : link_name(w.from, w.to)} <span className="faint">{w.kind}</span></span>
          <span className="num">{lost(w)}</span>
        </button>
      ))}
      {weak.length > kWeakShown && <p className="foot">{weak.length - kWeakShown} more in the CSV.</p>}
    </Section>
  );
}
