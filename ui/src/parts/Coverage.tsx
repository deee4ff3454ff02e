import type { NewerEnvelope } from "../api/newer";
import type { Load, Status } from "../api/types";
import { age, bps, link_name, percent, range, signed_percent } from "../draw/format";
import { share_interval } from "../draw/trust";
import { go, selected } from "../state/place";
import { Freshness, useNow } from "./Freshness";
import { PlayThrough } from "./PlayThrough";

// How far the numbers can be trusted: coverage and what is probably unseen, inaccuracy against the whole recording
// where there is one, and how new they are.

interface Props {
  load: Load | null;
  status: Status;
  instrumented: number;
  more: string; // what the coverage page would show; empty when there is nothing
  on_replay: (playing: boolean) => void;
}

export function Coverage({ load, status, instrumented, more, on_replay }: Props) {
  const envelope: NewerEnvelope | null = load;
  const cover = envelope?.coverage;
  const { addresses, unseen_bps: unseen } = cover ?? {};
  const accuracy = load?.accuracy ?? null;
  const worst = accuracy && load ? worst_link(load) : null;
  const interval = share_interval(cover?.bytes_share ?? 0, unseen);
  return (
    <section className="box coverage" aria-label="Coverage and inaccuracy">
      <div className="figures">
        <div className="figure">
          <span className="figure-name">Coverage</span>
          <b data-testid="coverage">{percent(cover?.bytes_share)}</b>
          <span className="figure-note">{interval ? `of bytes, ${range(percent(interval.low), percent(interval.high))} (90%)` : cover && !addresses ? `of bytes, ${cover.instrumented} of ${cover.hosts} hosts` : "of bytes"}</span>
        </div>
        {!accuracy && !unseen && load && !status.replay ? <Lag status={status} /> : accuracy || !unseen ? (
          <div className={`figure ${accuracy && accuracy.total_error > 0.1 ? "figure-odd" : ""}`}>
            <span className="figure-name">Error, all links</span>
            <b data-testid="total-error" data-value={accuracy?.total_error ?? ""}>{accuracy ? percent(accuracy.total_error) : load ? "unknown" : "–"}</b>
            <span className="figure-note">{accuracy || !load ? "against the whole recording" : "no whole to compare with"}</span>
          </div>
        ) : (
          <div className="figure">
            <span className="figure-name">Unseen, estimated</span>
            <b data-testid="unseen-bps" data-value={unseen.estimate}>{unseen.estimate > 0 ? `~${bps(unseen.estimate)}` : bps(0)}</b>
            <span className="figure-note">{unseen.high > 0 ? `${range(bps(unseen.low), bps(unseen.high))} (90%)` : "every end is instrumented"}</span>
          </div>
        )}
      </div>
      {interval && cover && <ShareBar share={cover.bytes_share} low={interval.low} high={interval.high} />}
      {addresses && (
        <p className="addresses" data-testid="addresses" data-instrumented={addresses.instrumented} data-could={addresses.could}>
          <b className="num">{addresses.instrumented.toLocaleString("en")}</b> of <b className="num">{addresses.could.toLocaleString("en")}</b> addresses instrumented
          {accuracy && unseen && unseen.estimate > 0 && <>, unseen <b className="num" title={range(bps(unseen.low), bps(unseen.high))}>~{bps(unseen.estimate)}</b></>}
        </p>
      )}
      {status.mode === "demo" && <PlayThrough instrumented={instrumented} />}
      {accuracy && !(worst && Math.abs(worst.error_bps) > 1) && <p className="worst">Every link agrees with the whole recording.</p>}
      {worst && Math.abs(worst.error_bps) > 1 && (
        <button className="worst" onClick={() => go(selected({ link: worst.id }), "push")} data-testid="worst-error">
          <span>Furthest off: <b>{link_name(worst.from, worst.to)}</b></span>
          <span className="num" title={signed_percent(worst.error)}>{bps(worst.error_bps).replace("-", "−")}</span>
        </button>
      )}
      {more && <button className="worst" onClick={() => go({ page: "coverage" }, "push")} data-testid="coverage-more"><span>{more}</span><b aria-hidden>→</b></button>}
      <Freshness status={status} bin={envelope?.bin ?? null} late={envelope?.late} on_replay={on_replay} />
    </section>
  );
}

// How far what is complete is behind the present.
function Lag({ status }: { status: Status }) {
  const now = useNow(1000);
  const mark = Date.parse(status.watermark);
  return (
    <div className="figure" data-testid="lag">
      <span className="figure-name">Lag</span>
      <b>{age((now - mark) / 1000)}</b>
      <span className="figure-note">since all agents had reported</span>
    </div>
  );
}

// Counted, and what is not, with how far that is known.
export function ShareBar({ share, low, high }: { share: number; low: number; high: number }) {
  const at = (x: number) => `${x * 100}%`;
  return (
    <div className="ruler share-bar" role="img" aria-label={`${percent(share)} of bytes counted, between ${percent(low)} and ${percent(high)}`}>
      <i className="ruler-seen" style={{ width: at(share), background: "var(--bar)" }} />
      <i className="ruler-guess" style={{ left: at(share), width: at(1 - share) }} />
      <i className="ruler-range" style={{ left: at(low), width: at(high - low) }} />
    </div>
  );
}

function worst_link(load: Load) {
  const by_id = new Map(load.links.map((l) => [l.id, l]));
  let worst = null as { id: string; error_bps: number; error: number | null } | null;
  for (const e of load.accuracy!.links) if (by_id.has(e.id) && (!worst || Math.abs(e.error_bps) > Math.abs(worst.error_bps))) worst = e;
  return worst && { ...worst, from: by_id.get(worst.id)!.from, to: by_id.get(worst.id)!.to };
}
