import type { CoverageReport, ResidualLink } from "../api/newer";
import { age, bps, link_name, node_name, percent, range } from "../draw/format";
import { gained, steps, type Gained } from "../draw/gain";
import type { Graph } from "../draw/graph";
import { go, selected } from "../state/place";
import { Bar, CopyCsv, Notice, Section } from "./Bits";
import { useWidth } from "./LoadChart";

// Which hosts to instrument next, with what each would add; and the links where counters say that most is missing.

const kHeight = 120;

export function Ranking({ report }: { report: CoverageReport }) {
  const hosts = gained(report.bytes_share, report.hosts);
  const most = Math.max(1e-9, ...hosts.map((h) => h.gain));
  return (
    <Section title="Instrument next" note={<CopyCsv head={["rank", "host", "address", "router", "gain", "after", "bps", "hours"]} rows={() => hosts.map((h) => [h.rank, h.name, h.address, h.router, h.gain, h.after, h.bps, h.hours])} />} testid="ranking">
      {hosts.length === 0 ? (
        <Notice kind="empty" title={report.addresses.instrumented >= report.addresses.could && report.addresses.could > 0 ? "Every address that could be is instrumented" : "Nothing to rank yet"}>
          {report.addresses.could === 0 ? "No address that could be instrumented has been seen in this time. Widen it above, or wait for the first agents." : "No unseen host stands out in this time."}
        </Notice>
      ) : (
        <>
          <Stair share={report.bytes_share} hosts={hosts} />
          <table className="listing">
            <thead><tr><th className="num">#</th><th>host</th><th className="wide-only">at</th><th className="num">adds</th><th>{/* bar */}</th><th className="num">then counted</th><th className="num wide-only">rate</th><th className="num" title="Hours in which it was among the heavy ones">heavy in</th></tr></thead>
            <tbody>
              {hosts.map((h, i) => (
                <tr key={`${h.name} ${h.address}`} data-testid="next-host" onClick={() => show(h)}>
                  <td className="num faint">{h.rank}</td>
                  <td><button className="plain" title="Show where it is" onClick={(e) => { e.stopPropagation(); show(h); }}>{h.name || h.address}</button>{h.name && h.name !== h.address && <span className="faint num wide-only"> {h.address}</span>}</td>
                  <td className="wide-only">{h.router ? node_name(h.router) : "–"}</td>
                  <td className="num">{percent(h.after - (i === 0 ? report.bytes_share : hosts[i - 1]!.after))}</td>
                  <td className="listing-bar"><Bar share={h.gain / most} /></td>
                  <td className="num">{percent(h.after)}</td>
                  <td className="num wide-only">{bps(h.bps)}</td>
                  <td className="num faint">{age(h.hours * 3600)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Section>
  );
}

const show = (h: Gained) => go({ ...selected({ node: h.router ?? h.name }), page: "map", table: false }, "push");

function Stair({ share, hosts }: { share: number; hosts: readonly Gained[] }) {
  const [ref, width] = useWidth();
  const values = [share, ...hosts.map((h) => h.after)];
  const line = steps(values, width, kHeight);
  return (
    <div ref={ref} className="chart">
      {width > 0 && (
        <svg width={width} height={kHeight + 18} role="img" aria-label={`Share of bytes counted: ${percent(share)} now, ${percent(values[values.length - 1])} with the ${hosts.length} first`}>
          {[0, 0.5, 1].map((y) => <line key={y} className="c-axis" x1={0} x2={width} y1={kHeight - y * kHeight} y2={kHeight - y * kHeight} />)}
          <path className="c-fill" d={`${line}V${kHeight}H0Z`} />
          <path className="c-line" d={line} />
          <text className="c-text" x={4} y={11}>100% of bytes</text>
          <text className="c-text" x={4} y={kHeight + 14}>now {percent(share)}</text>
          <text className="c-text" x={width - 4} y={kHeight + 14} textAnchor="end">with the first {hosts.length}: {percent(values[values.length - 1])}</text>
        </svg>
      )}
    </div>
  );
}

export function Residuals({ links, graph }: { links: readonly ResidualLink[]; graph: Graph }) {
  const sorted = [...links].sort((a, b) => Math.abs(b.residual_bps) - Math.abs(a.residual_bps));
  const most = Math.max(1, ...sorted.map((l) => Math.abs(l.residual_bps)));
  const name = (id: string) => {
    const l = graph.links.find((x) => x.id === id);
    return l ? link_name(l.from, l.to) : id;
  };
  return (
    <Section title="Where counters count more than hosts account for" note={<CopyCsv head={["link", "residual_bps", "low_bps", "high_bps"]} rows={() => sorted.map((l) => [l.id, l.residual_bps, l.low_bps, l.high_bps])} />} testid="residuals">
      {sorted.length === 0 && <p className="foot">No interface counters are given to this server; they would sharpen every estimate.</p>}
      {sorted.slice(0, 12).map((l) => (
        <button className="row" key={l.id} data-testid="residual-link" onClick={() => go({ ...selected({ link: l.id }), page: "map" }, "push")}>
          <span className="row-name">{name(l.id)}</span>
          <span className="num">{bps(l.residual_bps).replace("-", "−")}</span>
          <span className="num row-wide faint">{range(bps(l.low_bps).replace("-", "−"), bps(l.high_bps).replace("-", "−"))}</span>
          <Bar share={Math.abs(l.residual_bps) / most} />
        </button>
      ))}
    </Section>
  );
}
