import { useMemo, useState } from "react";
import type { Topology, WhatIf } from "../api/types";
import type { Theme } from "../draw/colour";
import type { Graph } from "../draw/graph";
import { title_of } from "../draw/scenario";
import { kFine, nice_ceiling, type Hit } from "../draw/scene";
import { outcome_graph, widest } from "../draw/whatif";
import { MapCanvas } from "../parts/MapCanvas";
import { Outcome } from "../parts/Outcome";
import { Tip, type Hover } from "../parts/Tip";
import { go, kMeasures, kShows, selected, type Measure, type Place, type Shows } from "../state/place";
import { useMedia } from "../state/prefer";
import { useFolded } from "./folded";
import type { Ran, WhatIfRuns } from "./whatif";

// The what-if page's stage: the network with a scenario, or with two beside each other, and below it what becomes
// of every link and of whoever sends.

interface Props {
  place: Place;
  runs: WhatIfRuns;
  graph: Graph; // as it is now
  topology: Topology | null;
  network: string;
  theme: Theme;
  still: boolean;
  shown_at: string | null;
  fit_signal: number;
}

const kShowNames: Record<Shows, string> = { change: "Change", before: "Before", after: "After" };
const kMeasureNames: Record<Measure, string> = { median: "Median", p95: "95%", worst: "Worst bin" };

export function WhatIfPage(props: Props) {
  const { place, runs } = props;
  const narrow = useMedia("(max-width: 760px)");
  const answers = [runs.one, runs.other].map((r) => r?.result.data ?? null);
  const max_bps = nice_ceiling(Math.max(widest(answers, place.measure), ...props.graph.links.map((l) => l.load_bps)), kFine);
  const two = runs.other !== null;
  const bins = Math.max(0, ...answers.map((a) => a?.bins ?? 0));
  const any = answers.some((a) => a !== null);
  const [tables, show_tables] = useState(true);
  const [side, set_side] = useState<"A" | "B">("A"); // on a phone there is room for one
  return (
    <div className="whatif" data-testid="whatif-page" data-results={any && !narrow}>
      {any && (
        <div className="whatif-choices">
          {!two && <code className="whatif-title wide-only">{title_of(runs.one?.text ?? "")}</code>}
          {two && narrow && (
            <span className="speeds" role="group" aria-label="Which scenario">
              {(["A", "B"] as const).map((s) => <button key={s} aria-pressed={side === s} onClick={() => set_side(s)}>{s}</button>)}
            </span>
          )}
          <span className="grow" />
          {bins > 1 && (
            <span className="speeds" role="group" aria-label="Of all bins">
              {kMeasures.map((m) => <button key={m} aria-pressed={place.measure === m} onClick={() => go({ measure: m })} data-testid={`measure-${m}`}>{kMeasureNames[m]}</button>)}
            </span>
          )}
          {!narrow && <button className="quiet" aria-pressed={tables} onClick={() => show_tables(!tables)} title="Tables below the map, or a larger map" data-testid="whatif-tables">Tables</button>}
          <span className="speeds" role="group" aria-label="The map shows">
            {kShows.map((s) => <button key={s} aria-pressed={place.shows === s} onClick={() => go({ shows: s })} data-testid={`shows-${s}`}>{kShowNames[s]}</button>)}
          </span>
        </div>
      )}
      <div className="whatif-maps" data-two={two}>
        {!(two && narrow && side === "B") && <OneMap {...props} ran={runs.one} name={two ? "A" : ""} max_bps={max_bps} />}
        {two && (!narrow || side === "B") && <OneMap {...props} ran={runs.other} name="B" max_bps={max_bps} second={!narrow} />}
      </div>
      {!narrow && tables && <Results runs={runs} place={place} />}
    </div>
  );
}

// Also on its own: on a phone it stands below the scenario.
export function Results({ runs, place }: { runs: WhatIfRuns; place: Place }) {
  const one = runs.one?.result.data ?? null, other = runs.other?.result.data ?? null;
  const sides = useMemo(() => [{ name: "A", answer: one }, { name: "B", answer: other }].flatMap(({ name, answer }) => (answer ? [{ name, answer }] : [])), [one, other]);
  return sides.length > 0 ? <Outcome sides={sides} measure={place.measure} /> : null;
}

const kNobody: ReadonlySet<string> = new Set();

function OneMap(props: Props & { ran: Ran | null; name: string; max_bps: number; second?: boolean }) {
  const { place, graph, topology, ran, theme } = props;
  const [hover, set_hover] = useState<Hover | null>(null);
  const answer = ran?.result.data ?? null;
  const whole = useMemo(() => (answer ? outcome_graph(graph, answer, place.measure, place.shows) : graph), [graph, answer, place.measure, place.shows]);
  const hit_by = useMemo(() => (answer ? gone_of(answer) : kNobody), [answer]);
  const struck = useMemo(() => (answer ? struck_by(answer) : []), [answer]);
  const folded = useFolded(whole, topology, place, null, null, hit_by, struck);
  const change = answer !== null && place.shows === "change";
  return (
    <figure className="whatif-map" aria-busy={ran?.result.loading ?? false}>
      {props.name && <figcaption><b>{props.name}</b> <code>{title_of(ran?.text ?? "")}</code></figcaption>}
      <div className="whatif-canvas">
        <MapCanvas
          graph={folded.graph} whole={whole} folding={folded.folding} network={props.network} theme={theme} still={props.still} max_bps={props.max_bps} place={place} shown_at={props.shown_at} changed={folded.changed} ends={null} lit={null} change={change} second={props.second ?? false} fit_signal={props.fit_signal}
          on_select={(hit: Hit) => go(selected({ link: hit?.kind === "link" ? hit.id : null, node: hit?.kind === "node" ? hit.id : null }), "push")} on_view={(view) => go({ view })}
          on_hover={(hit, x, y) => set_hover(hit && { hit, x, y })} on_unfold={folded.unfold}
        />
        {hover?.hit && hover.hit.id !== place.link && <Tip graph={folded.graph} hover={hover} change={change} />}
      </div>
    </figure>
  );
}

// Where a folded map must be open: at what is gone, new or newly overloaded, as long as that is not everywhere.
const kOpenedMax = 40;
function struck_by(answer: WhatIf): string[] {
  const ends = answer.links.filter((l) => l.state !== "up" || l.overloaded).flatMap((l) => [l.from, l.to]);
  return ends.length <= 2 * kOpenedMax ? [...new Set(ends)] : [];
}

// What the scenario takes away is lit up as what has just happened is.
const gone_of = (answer: WhatIf): ReadonlySet<string> => new Set(answer.links.flatMap((l) => (l.state === "gone" ? [l.id] : [])));
