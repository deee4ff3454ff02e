import { bps, link_name, node_name, percent } from "../draw/format";
import { demand_ends } from "../draw/route";
import type { Load, Path, Top } from "../api/types";
import type { Resource } from "../state/resource";
import { go, selected, type Place } from "../state/place";
import { Bar, Notice, Section, Skeleton } from "./Bits";

// A demand: the way it takes, lit on the map, with the share of it on each link.

export function DemandPanel({ place, path, load, top }: { place: Place; path: Resource<Path>; load: Load | null; top: Top | null }) {
  const { from, to } = demand_ends(place.demand ?? "");
  const row = top?.rows.find((r) => r.from === from && r.to === to);
  const d = path.data;
  const link_of = (hop: Path["links"][number]) => load?.links.find((l) => l.from === hop.from && l.to === hop.to)?.id;
  return (
    <section className="box detail" data-testid="demand-panel">
      <header className="detail-head">
        <h2>{node_name(from)} <span className="faint">→</span> {to}</h2>
        <button className="close" aria-label="Close" title="Close (Esc)" onClick={() => go(selected({}), "push")}>×</button>
      </header>
      <p className="whole">{row && <><b className="num">{bps(row.bps)}</b>, {percent(row.share)} of all demands. </>}{d?.cost != null && <>Cost <b className="num">{d.cost}</b>.</>} The way it takes is lit on the map.</p>
      {!d && (path.error ? <Notice kind="failed" title="Its path cannot be shown">{path.error.message}</Notice> : <Skeleton rows={4} />)}
      {d && !d.reachable && <Notice kind="info" title="No way at this instant">Routing has no path to {to}. Its traffic is counted as unrouted.</Notice>}
      {d && d.links.length > 0 && (
        <Section title="Links" note="share of the demand">
          {d.links.map((hop) => {
            const id = link_of(hop);
            return (
              <button className="row" key={`${hop.from} ${hop.to}`} disabled={!id} onClick={() => id && go(selected({ link: id }), "push")}>
                <span className="row-name">{link_name(hop.from, hop.to)}</span>
                <span className="num">{row ? bps(row.bps * hop.share) : ""}</span>
                <span className="num row-share">{percent(hop.share)}</span>
                <Bar share={hop.share} />
              </button>
            );
          })}
        </Section>
      )}
    </section>
  );
}
