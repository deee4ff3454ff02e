import type { Load, Status } from "../api/types";
import { age, clock, link_name, percent, signed_percent, bps } from "../draw/format";
import { go, selected } from "../state/place";

// How far the numbers can be trusted: coverage, inaccuracy against the whole recording, how new
// they are; and in the demo, how many hosts report.

export function Coverage(props: { load: Load | null; status: Status; instrumented: number; on_replay: (playing: boolean) => void }) {
  const { load, status, instrumented } = props;
  const cover = load?.coverage;
  const accuracy = load?.accuracy ?? null;
  const worst = accuracy && load ? worst_link(load) : null;
  return (
    <section className="box coverage" aria-label="Coverage and inaccuracy">
      <div className="figures">
        <div className="figure">
          <span className="figure-name">Coverage</span>
          <b data-testid="coverage">{percent(cover?.bytes_share)}</b>
          <span className="figure-note">{cover ? `of bytes, ${cover.instrumented} of ${cover.hosts} hosts` : "of bytes"}</span>
        </div>
        <div className={`figure ${accuracy && accuracy.total_error > 0.1 ? "figure-odd" : ""}`}>
          <span className="figure-name">Error, all links</span>
          <b data-testid="total-error" data-value={accuracy?.total_error ?? ""}>{accuracy ? percent(accuracy.total_error) : load ? "unknown" : "–"}</b>
          <span className="figure-note">{accuracy || !load ? "against the whole recording" : "no whole to compare with"}</span>
        </div>
      </div>
      {status.mode === "demo" && (
        <label className="slider">
          <span>
            Instrumented hosts <output data-testid="instrumented-value">{Math.round(instrumented * 100)}%</output>
          </span>
          <input
            type="range" min={0} max={100} step={1} value={Math.round(instrumented * 100)} data-testid="instrumented" aria-label="Instrumented hosts, percent"
            onChange={(e) => go({ instrumented: Number(e.target.value) / 100 })}
          />
        </label>
      )}
      {accuracy && !(worst && Math.abs(worst.error_bps) > 1) && <p className="worst">Every link agrees with the whole recording.</p>}
      {worst && Math.abs(worst.error_bps) > 1 && (
        <button className="worst" onClick={() => go(selected({ link: worst.id }), "push")} data-testid="worst-error">
          <span>Furthest off: <b>{link_name(worst.from, worst.to)}</b></span>
          <span className="num" title={signed_percent(worst.error)}>{bps(worst.error_bps).replace("-", "−")}</span>
        </button>
      )}
      <Freshness status={status} on_replay={props.on_replay} />
    </section>
  );
}

function worst_link(load: Load) {
  const by_id = new Map(load.links.map((l) => [l.id, l]));
  let worst = null as { id: string; error_bps: number; error: number | null } | null;
  for (const e of load.accuracy!.links) if (by_id.has(e.id) && (!worst || Math.abs(e.error_bps) > Math.abs(worst.error_bps))) worst = e;
  return worst && { ...worst, from: by_id.get(worst.id)!.from, to: by_id.get(worst.id)!.to };
}

function Freshness({ status, on_replay }: { status: Status; on_replay: (playing: boolean) => void }) {
  const mark = Date.parse(status.watermark), end = Date.parse(status.span.to);
  const replay = status.replay;
  if (!replay) {
    return (
      <p className="fresh" data-testid="watermark">
        Complete up to <b className="num">{clock(mark)}</b>, {age((Date.now() - mark) / 1000)} ago
      </p>
    );
  }
  const share = Math.max(0, Math.min(1, (mark - Date.parse(status.span.from)) / Math.max(1, end - Date.parse(status.span.from))));
  return (
    <div className="fresh" data-testid="watermark">
      <span>
        {replay.done ? "Replay finished" : replay.playing ? `Replaying at ${replay.speed}x` : "Replay paused"}, data up to <b className="num">{clock(mark)}</b>
      </span>
      {!replay.done && (
        <span className="fresh-buttons">
          <button className="quiet" onClick={() => on_replay(!replay.playing)} data-testid="replay-toggle">{replay.playing ? "Pause" : "Resume"}</button>
        </span>
      )}
      {!replay.done && <span className="fresh-bar"><i style={{ width: `${share * 100}%` }} /></span>}
    </div>
  );
}
