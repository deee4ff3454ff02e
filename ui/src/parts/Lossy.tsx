import type { LinkDemand } from "../api/types";
import type { Losses, LossPair } from "../api/newer";
import { node_name, percent, range } from "../draw/format";
import { go, selected } from "../state/place";
import { Bar, CopyCsv, Section } from "./Bits";

// What one end sent and the other did not get, by pair, the worst first.

const kShown = 5;

export const pair_name = (p: LossPair): string => `${node_name(p.from)} → ${node_name(p.to)}`;
export const worst_first = (pairs: readonly LossPair[]): LossPair[] => [...pairs].sort((a, b) => b.low - a.low || b.lost_share - a.lost_share);

// The pairs whose traffic goes over a link: those between the ends of its demands.
export function pairs_of(losses: Losses, demands: readonly LinkDemand[]): LossPair[] {
  const ends = new Set(demands.flatMap((d) => [`${d.from}\n${d.to}`, `${d.from}\n${d.prefix}`]));
  return worst_first(losses.pairs.filter((p) => ends.has(`${p.from}\n${p.to}`)));
}

export function Lossy({ title, pairs }: { title: string; pairs: readonly LossPair[] }) {
  if (pairs.length === 0) return null;
  const most = Math.max(1e-9, ...pairs.map((p) => p.high));
  return (
    <Section title={title} note={<>lost, and its range (90%)<CopyCsv head={["from", "to", "sent_bytes", "received_bytes", "lost_share", "low", "high"]} rows={() => pairs.map((p) => [p.from, p.to, p.sent_bytes, p.received_bytes, p.lost_share, p.low, p.high])} /></>} testid="losses">
      {pairs.slice(0, kShown).map((p) => (
        <button className="row" key={`${p.from} ${p.to}`} data-testid="loss-pair" onClick={() => go(selected({ demand: `${p.from}>${p.to}` }), "push")} title="Show the way it takes">
          <span className="row-name">{pair_name(p)}</span>
          <span className={`num ${p.low > 0.01 ? "odd" : ""}`}>{percent(p.lost_share)}</span>
          <span className="num row-wide faint">{range(percent(p.low), percent(p.high))}</span>
          <Bar share={p.lost_share / most} />
        </button>
      ))}
      {pairs.length > kShown && <p className="foot">{pairs.length - kShown} more, in the CSV and the table (t).</p>}
    </Section>
  );
}
