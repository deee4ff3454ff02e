import { useEffect, useRef, useState } from "react";
import { ApiError } from "../api/client";
import type { WhatIfAnswers } from "../api/whatif";
import { kLoud } from "../draw/colour";
import { bps, link_name, percent } from "../draw/format";
import type { Graph } from "../draw/graph";
import { each_failure, fail_link } from "../draw/scenario";
import { fullest } from "../draw/whatif";
import { go, selected } from "../state/place";
import { ask } from "../state/posted";
import { iso } from "../state/time";
import { CopyCsv, Section } from "./Bits";

// What the failure of each link alone would do to the fullest one: asked one after another, the fullest links first,
// so that the list is worth reading before it is whole.

interface Tried {
  text: string;
  name: string;
  most: number; // the fullest link's utilisation then
  where: string;
  disconnected_bps: number;
}

const kTriesMax = 300;
const kShown = 8;

const worst_first = (a: Tried, b: Tried) => b.disconnected_bps - a.disconnected_bps || b.most - a.most;

export function EachFailure({ graph, at }: { graph: Graph; at: number | null }) {
  const [tried, set] = useState<readonly Tried[]>([]);
  const [problem, set_problem] = useState("");
  const [running, set_running] = useState(0); // how many are to be tried; 0: none under way
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const end = () => {
    stop.current?.abort();
    set_running(0);
  };
  const start = async () => {
    const links = each_failure(graph).slice(0, kTriesMax);
    const stopping = (stop.current = new AbortController());
    const path = at === null ? "whatif" : `whatif?at=${encodeURIComponent(iso(at))}`;
    set([]);
    set_problem("");
    set_running(links.length);
    for (const l of links) {
      const text = fail_link(l, graph);
      const said = await ask<WhatIfAnswers>(path, JSON.stringify({ scenario: text }), stopping.signal);
      if (stopping.signal.aborted) return;
      if (said instanceof ApiError) {
        set_problem(said.message);
        break;
      }
      const answer = said.answers[0]!, most = fullest(answer, "after");
      set((old) => [...old, { text, name: link_name(l.from, l.to), most: answer.after.max_utilisation, where: most ? link_name(most.from, most.to) : "", disconnected_bps: answer.disconnected_bps }].sort(worst_first));
    }
    set_running(0);
  };
  return (
    <Section
      title="Each link's failure" testid="each-failure"
      note={tried.length > 0 && running === 0 ? <CopyCsv head={["scenario", "max_utilisation", "at", "disconnected_bps"]} rows={() => tried.map((t) => [t.text, t.most, t.where, t.disconnected_bps])} /> : undefined}
    >
      {running > 0 ? <p className="foot">{tried.length} of {running} tried. <button className="quiet" onClick={end}>Stop</button></p> : <button className="offer" onClick={() => void start()} data-testid="try-each">{tried.length > 0 ? "Try again" : "Try each link in turn"}</button>}
      {problem && <p className="foot odd">{problem}</p>}
      {tried.slice(0, kShown).map((t) => (
        <button key={t.text} className="row weak" onClick={() => go({ scenario: t.text, ...selected({}) }, "push")} data-testid="tried" data-text={t.text} title={`The fullest link then: ${t.where}`}>
          <span className="row-name">{t.name}</span>
          <span className={t.most > kLoud || t.disconnected_bps > 0 ? "num odd" : "num"}>{t.disconnected_bps > 0 ? `${bps(t.disconnected_bps)} cut off` : `${t.most > kLoud ? "▲ " : ""}${percent(t.most)}`}</span>
        </button>
      ))}
      {tried.length > kShown && <p className="foot">The worst {kShown}; all {tried.length} in the CSV.</p>}
    </Section>
  );
}
