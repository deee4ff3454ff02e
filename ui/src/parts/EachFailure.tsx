import { useEffect, useRef, useState } from "react";
import { ApiError } from "../api/client";
import type { Sweep } from "../api/types";
import { kLoud } from "../draw/colour";
import { bps, clock, day, link_name, percent } from "../draw/format";
import type { Graph } from "../draw/graph";
import { fail_one, with_line, type FailureKind } from "../draw/scenario";
import { worst_failures, worst_links } from "../draw/whatif";
import { go, selected } from "../state/place";
import { ask } from "../state/posted";
import { CopyCsv, Section } from "./Bits";

// What each link, router or site alone would do if it failed, in every bin that the page is about: which failures are
// the worst, and what is the worst that each link must carry and why.

interface Props {
  graph: Graph;
  question: string; // which bins
  scenario: string; // failures are tried on the network with it
}

interface Done {
  kind: FailureKind;
  answer: Sweep;
}

const kKinds: readonly FailureKind[] = ["links", "routers", "sites"];
const kKindNames: Record<FailureKind, string> = { links: "Links", routers: "Routers", sites: "Sites" };
const kShown = 8;

export function EachFailure({ graph, question, scenario }: Props) {
  const [kind, set_kind] = useState<FailureKind>("links");
  const [by, set_by] = useState<"failure" | "link">("failure");
  const [done, set] = useState<Done | null>(null);
  const [problem, set_problem] = useState("");
  const [working, set_working] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const end = () => {
    stop.current?.abort();
    set_working(false);
  };
  useEffect(() => () => stop.current?.abort(), []);
  useEffect(() => {
    end();
    set(null);
    set_problem("");
  }, [kind, question, scenario]);
  const start = async () => {
    const stopping = (stop.current = new AbortController());
    set_problem("");
    set_working(true);
    const said = await ask<Sweep>(`sweep${question ? `?${question}` : ""}`, JSON.stringify({ failures: kind, scenario }), stopping.signal);
    if (stopping.signal.aborted) return;
    set_working(false);
    if (said instanceof ApiError) set_problem(said.message);
    else set({ kind, answer: said });
  };
  return (
    <Section title="Each failure in turn" testid="each-failure" note={done ? <SweepCsv done={done} graph={graph} by={by} /> : undefined}>
      <div className="editor-foot sweep-foot">
        <span className="speeds" role="group" aria-label="What fails">
          {kKinds.map((k) => <button key={k} aria-pressed={kind === k} onClick={() => set_kind(k)} data-testid={`fails-${k}`}>{kKindNames[k]}</button>)}
        </span>
        <span className="grow" />
        {done && (
          <span className="speeds" role="group" aria-label="Listed">
            <button aria-pressed={by === "failure"} onClick={() => set_by("failure")} title="The failures, the worst first">Failures</button>
            <button aria-pressed={by === "link"} onClick={() => set_by("link")} title="The worst of every link, and what causes it" data-testid="by-link">Worst of links</button>
          </span>
        )}
      </div>
      {!done && !working && <button className="offer" onClick={() => void start()} data-testid="try-each">Try each{scenario.trim() ? ", with the scenario" : ""}</button>}
      {working && <p className="foot" data-testid="sweep-working">Trying each of the {kind} … <button className="quiet" onClick={end}>Stop</button></p>}
      {problem && <p className="foot odd" data-testid="sweep-problem">{problem}</p>}
      {done && (by === "failure" ? <Failures done={done} graph={graph} scenario={scenario} /> : <Links done={done} graph={graph} scenario={scenario} />)}
      {done && <p className="foot">{summary(done.answer)}</p>}
    </Section>
  );
}

function summary(a: Sweep): string {
  const bins = a.bins === 1 ? "one bin" : `${a.bins.toLocaleString("en")} bins`;
  const elsewhere = a.bins_elsewhere > 0 ? ` The network was another in ${a.bins_elsewhere.toLocaleString("en")}: their traffic is tried on the last.` : "";
  const covered = a.coverage < 1 ? ` ${percent(a.coverage)} of the bytes are covered.` : "";
  return `${a.tried.toLocaleString("en")} failures in ${bins}.${elsewhere}${covered}`;
}

// The scenario of one of them, on the network that it was tried on.
function tried_as(text: string, scenario: string, a: Sweep): string {
  const fixed = a.bins_elsewhere > 0 && a.network_at && !/^\s*at\s/m.test(scenario) ? with_line(scenario, `at ${a.network_at}`) : scenario;
  return with_line(fixed, text);
}

function name_of(kind: FailureKind, name: string, graph: Graph): string {
  const link = kind === "links" ? graph.links.find((l) => l.id === name) : undefined;
  return link ? link_name(link.from, link.to) : name;
}

const full = (share: number) => <span className={share > kLoud ? "num odd" : "num"}>{share > kLoud ? "▲ " : ""}{percent(share)}</span>;
const when = (bin: string | null) => (bin ? `, ${day(Date.parse(bin))} ${clock(Date.parse(bin))}` : "");

function Failures({ done, graph, scenario }: { done: Done; graph: Graph; scenario: string }) {
  return worst_failures(done.answer).slice(0, kShown).map((f) => {
    const text = fail_one(done.kind, f.name, graph), fullest = f.link ? name_of("links", f.link, graph) : "";
    return (
      <button key={f.name} className="row weak" onClick={() => go({ scenario: tried_as(text, scenario, done.answer), ...selected({}) }, "push")} data-testid="tried" data-text={text} title={fullest ? `The fullest link then: ${fullest}, ${percent(f.max_utilisation)}${when(f.bin)}` : text}>
        <span className="row-name">{name_of(done.kind, f.name, graph)}</span>
        {f.disconnected_bps > 0 ? <span className="num odd">{bps(f.disconnected_bps)} cut off</span> : full(f.max_utilisation)}
      </button>
    );
  });
}

function Links({ done, graph, scenario }: { done: Done; graph: Graph; scenario: string }) {
  return worst_links(done.answer).slice(0, kShown).map((l) => {
    const cause = l.worst.failure, text = cause ? tried_as(fail_one(done.kind, cause, graph), scenario, done.answer) : scenario;
    return (
      <button key={l.id} className="row weak" onClick={() => go({ scenario: text, ...selected({ link: l.id }) }, "push")} data-testid="worst-link" data-id={l.id} title={`${cause ? "" : "without any failure"}${when(l.worst.bin)}`.replace(/^, /, "")}>
        <span className="row-name">{link_name(l.from, l.to)} <span className="faint">{cause ? `without ${name_of(done.kind, cause, graph)}` : "as it is"}</span></span>
        {l.worst.utilisation === null ? <span className="num">{bps(l.worst.bps)}</span> : full(l.worst.utilisation)}
      </button>
    );
  });
}

function SweepCsv({ done, graph, by }: { done: Done; graph: Graph; by: "failure" | "link" }) {
  return by === "failure" ? (
    <CopyCsv head={["scenario", "max_utilisation", "link", "bin", "disconnected_bps"]} rows={() => worst_failures(done.answer).map((f) => [fail_one(done.kind, f.name, graph), f.max_utilisation, f.link, f.bin, f.disconnected_bps])} />
  ) : (
    <CopyCsv head={["link", "without_failure_bps", "worst_bps", "worst_utilisation", "bin", "failure"]} rows={() => worst_links(done.answer).map((l) => [l.id, l.without_failure.bps, l.worst.bps, l.worst.utilisation, l.worst.bin, l.worst.failure])} />
  );
}
