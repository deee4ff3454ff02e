import type { NewerLinkDetail } from "../api/newer";
import { utilisation_colour, type Theme } from "../draw/colour";
import { bps, percent, range } from "../draw/format";
import { ruler } from "../draw/ruler";

// What is known of one direction's load, each number with where it comes from: counted at hosts, estimated with
// its interval, the interface's own counter and what of it no host accounts for, and what a change makes uncertain.

export function LinkNumbers({ d, theme }: { d: NewerLinkDetail; theme: Theme }) {
  const { estimate = null, counter_bps = null, residual_bps = null, uncertain_share = null } = d;
  const load = d.load_bps ?? 0;
  if (!estimate && counter_bps === null && !uncertain_share) return null;
  const r = ruler(load, estimate, counter_bps, d.capacity_bps);
  const at = (x: number) => `${x * 100}%`;
  const between = (a: number, b: number) => ({ left: at(Math.min(a, b)), width: at(Math.abs(b - a)) });
  return (
    <div className="numbers" data-testid="link-numbers">
      <div className="ruler" role="img" aria-label="What was counted, what is estimated, and what the interface counted">
        <i className="ruler-seen" style={{ width: at(r.seen), background: utilisation_colour(d.utilisation, theme) }} />
        {r.likely !== null && r.likely > r.seen && <i className="ruler-guess" style={between(r.seen, r.likely)} />}
        {r.low !== null && r.high !== null && <i className="ruler-range" style={between(r.low, r.high)} />}
        {r.likely !== null && <i className="ruler-likely" style={{ left: at(r.likely) }} />}
        {r.counter !== null && <i className="ruler-counter" style={{ left: at(r.counter) }} />}
        {r.capacity !== null && r.capacity < 0.999 && <i className="ruler-capacity" style={{ left: at(r.capacity) }} />}
      </div>
      <dl>
        <Row sign="seen" name="seen" value={bps(load)} note="by instrumented hosts" testid="link-seen" raw={load} />
        {estimate && <Row sign="guess" name="estimate" value={`~${bps(estimate.bps)}`} note={`${range(bps(estimate.low_bps), bps(estimate.high_bps))} (90%)`} testid="link-estimate" raw={estimate.bps} />}
        {counter_bps !== null && <Row sign="counter" name="counter" value={bps(counter_bps)} note="by the interface" testid="link-counter" raw={counter_bps} />}
        {residual_bps !== null && <Row sign="" name="residual" value={bps(residual_bps)} note={counter_bps ? `${percent(Math.abs(residual_bps) / counter_bps)} of it ${residual_bps < 0 ? "seen too much" : "not seen"}` : "of no known host"} testid="link-residual" raw={residual_bps} />}
        {uncertain_share !== null && uncertain_share > 0 && <Row sign="unsure" name="uncertain" value={percent(uncertain_share)} note="changed inside this bin" testid="link-uncertain" raw={uncertain_share} />}
      </dl>
    </div>
  );
}

function Row({ sign, name, value, note, testid, raw }: { sign: string; name: string; value: string; note: string; testid: string; raw: number }) {
  return (
    <div>
      <dt>{sign && <i className={`key-${sign}`} aria-hidden />}{name}</dt>
      <dd className="num" data-testid={testid} data-value={raw}>{value.replace("-", "−")}</dd>
      <dd className="faint num">{note}</dd>
    </div>
  );
}
