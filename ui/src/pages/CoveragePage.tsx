import { address } from "../api/client";
import type { CoverageReport } from "../api/newer";
import type { Status } from "../api/types";
import { bps, percent, range } from "../draw/format";
import type { Graph } from "../draw/graph";
import { share_interval } from "../draw/trust";
import { Notice, Skeleton } from "../parts/Bits";
import { ShareBar } from "../parts/Coverage";
import { Ranking, Residuals } from "../parts/Ranking";
import { Trial } from "../parts/Trial";
import type { Features } from "../state/features";
import { days_text, go, kDays, type Place } from "../state/place";
import { useResource } from "../state/resource";
import { iso } from "../state/time";

// What is not seen, and what to do about it: how much is counted over a span of time, which hosts would add most,
// where counters say that something is missing, and, of a recording, how error falls as hosts are added.

const kHosts = 20;
const kDay_ms = 86_400_000;

interface Props {
  place: Place;
  status: Status;
  features: Features;
  graph: Graph;
  shown_at: string | null; // the bin on the map, for trying it with fewer hosts
  has_whole: boolean;
  tick: number;
}

export function CoveragePage({ place, status, features, graph, shown_at, has_whole, tick }: Props) {
  const to = place.at ?? Date.parse(status.watermark);
  const from = Math.max(Date.parse(status.span.from), to - place.days * kDay_ms);
  const question = place.at === null ? { from: iso(from - (from % 60_000)) } : { from: iso(from), to: iso(to) };
  const report = useResource<CoverageReport>(features.coverage ? address("coverage", { ...question, n: kHosts, instrumented: place.instrumented === 1 ? undefined : place.instrumented }) : null, place.at === null ? tick : 0);
  const d = report.data;
  return (
    <div className="coverage-page" data-testid="coverage-page" aria-busy={report.loading}>
      <header className="detail-head">
        <h2>Coverage</h2>
        {features.coverage && (
          <span className="speeds" role="group" aria-label="Over">
            {kDays.map((days) => <button key={days} aria-pressed={place.days === days} onClick={() => go({ days })} data-testid={`span-${days_text(days).replace(" ", "")}`}>{days_text(days)}</button>)}
          </span>
        )}
        <span className="grow" />
        <button className="quiet" onClick={() => go({ page: "map" }, "push")} data-testid="coverage-close">Map</button>
      </header>
      {!features.coverage && <p className="foot">This server does not say which hosts to instrument next; one that agents report to does.</p>}
      {features.coverage && !d && (report.error ? <Notice kind="failed" title="The ranking cannot be shown">{report.error.message}</Notice> : <Skeleton rows={8} />)}
      {d && <Summary d={d} />}
      {d && <Ranking report={d} />}
      {d && <Residuals links={d.links} graph={graph} />}
      {has_whole && <Trial at={shown_at} instrumented={place.instrumented} />}
    </div>
  );
}

function Summary({ d }: { d: CoverageReport }) {
  const interval = share_interval(d.bytes_share, d.unseen_bps);
  return (
    <div className="summary">
      <div className="figures three">
        <div className="figure"><span className="figure-name">Addresses instrumented</span><b>{d.addresses.could > 0 ? percent(d.addresses.instrumented / d.addresses.could) : "–"}</b><span className="figure-note num">{d.addresses.instrumented.toLocaleString("en")} of {d.addresses.could.toLocaleString("en")} that could be</span></div>
        <div className="figure"><span className="figure-name">Bytes counted</span><b>{percent(d.bytes_share)}</b><span className="figure-note num">{interval ? `${range(percent(interval.low), percent(interval.high))} (90%)` : "of what was seen at all"}</span></div>
        <div className="figure"><span className="figure-name">Unseen, estimated</span><b>{d.unseen_bps ? `~${bps(d.unseen_bps.estimate)}` : "unknown"}</b><span className="figure-note num">{d.unseen_bps ? `${range(bps(d.unseen_bps.low), bps(d.unseen_bps.high))} (90%${d.unseen_bps.assumed ? ", assumed: too little is seen" : ""})` : "no estimate for this time"}</span></div>
      </div>
      {interval && <ShareBar share={d.bytes_share} low={interval.low} high={interval.high} />}
    </div>
  );
}
