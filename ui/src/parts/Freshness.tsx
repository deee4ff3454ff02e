import { useEffect, useState } from "react";
import type { LateAgent, NewerBin } from "../api/newer";
import type { Status } from "../api/types";
import { age, clock } from "../draw/format";
import { by_lateness, open_text } from "../draw/trust";
import { go, selected } from "../state/place";

// How new the numbers are: up to when they are complete, what is still open, and who is late. In the demo, how far
// the replay is.

const kLateShown = 4;

export function useNow(every_ms: number): number {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => set(Date.now()), every_ms);
    return () => window.clearInterval(timer);
  }, [every_ms]);
  return now;
}

export function Freshness(props: { status: Status; bin: NewerBin | null; late: readonly LateAgent[] | undefined; on_replay: (playing: boolean) => void }) {
  const { status, bin, late, on_replay } = props;
  return (
    <>
      {status.replay ? <Replayed status={status} on_replay={on_replay} /> : <Live status={status} bin={bin} late={late} />}
      {late && late.length > 0 && <Late late={late} mark={Date.parse(status.watermark)} live={!status.replay} />}
    </>
  );
}

function Live({ status, bin, late }: { status: Status; bin: NewerBin | null; late: readonly LateAgent[] | undefined }) {
  const now = useNow(1000);
  const mark = Date.parse(status.watermark);
  const open = bin && !bin.complete ? open_text(bin, late) : "";
  return (
    <p className="fresh" data-testid="watermark">
      {open && <span data-testid="open-bin" title={bin!.carried_share ? "Carried forward: what an agent reported last stands for what it has not reported yet" : ""}><em className="open-mark">{clock(Date.parse(bin!.from))}</em> {open}</span>}
      <span>Complete up to <b className="num">{clock(mark)}</b>, {age((now - mark) / 1000)} ago</span>
    </p>
  );
}

function Late({ late, mark, live }: { late: readonly LateAgent[]; mark: number; live: boolean }) {
  const [all, set_all] = useState(false);
  const sorted = by_lateness(late);
  const now = live ? Date.now() : mark;
  return (
    <div className="late" data-testid="late">
      <b className="odd">{late.length === 1 ? "1 agent is late" : `${late.length} agents are late`}</b>
      <ul>
        {(all ? sorted : sorted.slice(0, kLateShown)).map((l) => (
          <li key={l.agent}>
            <button className="plain" onClick={() => go(selected({ node: l.agent }), "push")} data-testid="late-agent">{l.agent}</button>
            <span className="faint num"> since {clock(Date.parse(l.since))}, {age((now - Date.parse(l.since)) / 1000)}</span>
          </li>
        ))}
      </ul>
      {sorted.length > kLateShown && <button className="quiet" onClick={() => set_all(!all)}>{all ? "Fewer" : `All ${sorted.length}`}</button>}
    </div>
  );
}

function Replayed({ status, on_replay }: { status: Status; on_replay: (playing: boolean) => void }) {
  const replay = status.replay!;
  const mark = Date.parse(status.watermark), from = Date.parse(status.span.from), end = Date.parse(status.span.to);
  const share = Math.max(0, Math.min(1, (mark - from) / Math.max(1, end - from)));
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
