import { utilisation_colour, type Theme } from "../draw/colour";
import { two_sided } from "../draw/bars";
import type { Graph } from "../draw/graph";
import { fail_link } from "../draw/scenario";
import { bps, link_name, node_name, percent, signed_percent } from "../draw/format";
import type { Losses, NewerLinkDetail } from "../api/newer";
import type { LinkDetail, NetworkEvent } from "../api/types";
import type { Resource } from "../state/resource";
import { go, selected, type Place } from "../state/place";
import { Bar, CopyCsv, Notice, Section, Skeleton } from "./Bits";
import { EventRows } from "./Events";
import { named_text } from "../draw/trust";
import { LinkNumbers } from "./LinkNumbers";
import { LoadChart } from "./LoadChart";
import { Lossy, pairs_of } from "./Lossy";
import { Shares } from "./Shares";

// Whose load is on this link: both directions, then the chosen one in detail.

interface Props {
  place: Place;
  link: Resource<LinkDetail>;
  reverse: Resource<LinkDetail>;
  theme: Theme;
  at: number | null;
  bin_ms: number;
  events: readonly NetworkEvent[];
  losses: Losses | null;
  whatif: Graph | null; // what a scenario's names are told from; null where none can be run
}

const props_events = (events: readonly NetworkEvent[], d: LinkDetail) => events.filter((e) => e.links.includes(d.id) || (d.reverse !== null && e.links.includes(d.reverse)));

export function LinkPanel({ place, link, reverse, theme, at, bin_ms, events, losses, whatif }: Props) {
  const d: NewerLinkDetail | null = link.data?.id === place.link ? link.data : null;
  const back = d && reverse.data?.id === d.reverse ? reverse.data : null;
  const close = <button className="close" aria-label="Close" title="Close (Esc)" onClick={() => go(selected({}), "push")}>×</button>;
  if (!d) {
    return (
      <section className="box detail" data-testid="link-panel">
        <header className="detail-head"><h2>Link</h2>{close}</header>
        {link.error ? <Notice kind="failed" title="This link cannot be shown">{link.error.message}</Notice> : <Skeleton rows={8} />}
      </section>
    );
  }
  if (d.load_bps === null) return <Wire d={d} back={back} close={close} events={props_events(events, d)} at={at} />;
  return (
    <section className="box detail" data-testid="link-panel" data-link={d.id} aria-busy={link.loading}>
      <header className="detail-head">
        <h2>{node_name(d.from)} <span className="faint">–</span> {node_name(d.to)}</h2>
        {close}
      </header>
      {d.state === "down" && <Notice kind="info" title="This link is down at this instant">Its load has moved: see which links rose in the list, or step back in time.</Notice>}
      <div className="directions" role="group" aria-label="Directions">
        <Direction d={d} chosen theme={theme} />
        {back && <Direction d={back} chosen={false} theme={theme} />}
      </div>
      {whatif && d.state === "up" && <button className="offer" onClick={() => go({ ...selected({}), page: "whatif", scenario: fail_link(d, whatif), against: "" }, "push")} data-testid="whatif-link">What if it failed?</button>}
      <LinkNumbers d={d} theme={theme} />
      <Whole d={d} at={at} />
      <Section title="Load over time" note={d.capacity_bps ? `capacity ${bps(d.capacity_bps)}` : "capacity unknown"}>
        <LoadChart detail={d} back={back} at={at} bin_ms={bin_ms} />
      </Section>
      <Sides d={d} testid="sides" />
      {back && <Sides d={back} testid="sides-reverse" />}
      <Shares title="Applications" rows={d.apps} note={named_text(d.apps_basis)} testid="link-apps" />
      <Shares title="Processes" rows={d.processes} testid="link-processes" />
      <Shares title="Users" rows={d.users} testid="link-users" />
      <Hosts d={d} />
      <Demands d={d} />
      {losses && <Lossy title="Loss on the way" pairs={pairs_of(losses, d.demands)} />}
    </section>
  );
}

// Where nothing counts traffic: what the routing protocol says of it.
function Wire({ d, back, close, events, at }: { d: LinkDetail; back: LinkDetail | null; close: React.ReactNode; events: readonly NetworkEvent[]; at: number | null }) {
  return (
    <section className="box detail" data-testid="link-panel" data-link={d.id}>
      <header className="detail-head">
        <h2>{node_name(d.from)} <span className="faint">–</span> {node_name(d.to)}</h2>
        {close}
      </header>
      {d.state === "down" && <Notice kind="info" title="This link is down at this instant">Routers no longer say at both ends that it is there.</Notice>}
      <div className="directions" role="group" aria-label="Directions">
        {[d, back].map((one) => one && (
          <button key={one.id} className="direction" aria-pressed={one === d} onClick={() => go(selected({ link: one.id }))}>
            <span>{link_name(one.from, one.to)}</span>
            <b className="num">{one.state === "down" ? "down" : `cost ${one.cost}`}</b>
            <span className="faint">{one.capacity_bps ? `capacity ${bps(one.capacity_bps)}` : "capacity unknown"}</span>
          </button>
        ))}
      </div>
      <p className="foot">Its load is not known: no traffic source feeds this server.</p>
      <Section title="Events of this link">
        {events.length > 0 ? <EventRows events={events} at={at} live /> : <p className="foot">None since routing is heard.</p>}
      </Section>
    </section>
  );
}

function Direction({ d, chosen, theme }: { d: LinkDetail; chosen: boolean; theme: Theme }) {
  const odd = (d.utilisation ?? 0) > 0.8;
  return (
    <button className="direction" aria-pressed={chosen} onClick={() => go(selected({ link: d.id }))} data-testid={chosen ? "direction" : "direction-reverse"}>
      <span>{link_name(d.from, d.to)}</span>
      <b className="num" data-testid={chosen ? "link-load" : undefined}>{d.state === "down" ? "down" : bps(d.load_bps)}</b>
      <span className={odd ? "odd" : "faint"}>{odd ? "▲ " : ""}{percent(d.utilisation)}{d.cost !== null && `, cost ${d.cost}`}</span>
      <Bar share={d.utilisation ?? 0} colour={utilisation_colour(d.utilisation, theme)} />
    </button>
  );
}

// Measured against the whole recording, in the bin that is shown.
function Whole({ d, at }: { d: LinkDetail; at: number | null }) {
  const bin = d.series.find((b) => b.from === d.bin.from) ?? (at === null ? d.series[d.series.length - 1] : undefined);
  if (!bin || bin.true_load_bps === null) return null;
  const error = bin.true_load_bps > 0 ? (bin.load_bps - bin.true_load_bps) / bin.true_load_bps : null;
  return (
    <p className="whole" data-testid="link-error" data-value={error ?? ""}>
      Measured <b className="num">{bps(bin.load_bps)}</b> of <b className="num">{bps(bin.true_load_bps)}</b> in the whole recording: error <b className="num">{signed_percent(error)}</b>
    </p>
  );
}

function Sides({ d, testid }: { d: LinkDetail; testid: string }) {
  const side = (r: { router: string; bps: number; share: number }) => ({ name: r.router, bps: r.bps, share: r.share });
  const rows = two_sided(d.sources.map(side), d.sinks.map(side), 6);
  const name = (n: string) => (/ more$/.test(n) ? <span>{n}</span> : <button className="plain" onClick={() => go(selected({ node: n }), "push")}>{node_name(n)}</button>);
  return (
    <Section
      title={link_name(d.from, d.to)} testid={testid}
      note={<>enters at / leaves at<CopyCsv head={["side", "router", "bps", "share"]} rows={() => [...d.sources.map((r) => ["enters", r.router, r.bps, r.share]), ...d.sinks.map((r) => ["leaves", r.router, r.bps, r.share])]} /></>}
    >
      {rows.length === 0 && <p className="foot">No load in this direction.</p>}
      <div className="sides">
        {rows.map((r, i) => (
          <div className="side-row" key={i}>
            <span className="side-name">{r.left && name(r.left.name)}</span>
            <span className="num">{r.left && percent(r.left.share)}</span>
            <span className="side-bar side-left">{r.left && <i style={{ width: `${r.left_length * 100}%` }} title={bps(r.left.bps)} />}</span>
            <span className="side-bar side-right">{r.right && <i style={{ width: `${r.right_length * 100}%` }} title={bps(r.right.bps)} />}</span>
            <span className="num">{r.right && percent(r.right.share)}</span>
            <span className="side-name">{r.right && name(r.right.name)}</span>
          </div>
        ))}
      </div>
    </Section>
  );
}

function Hosts({ d }: { d: LinkDetail }) {
  const all = (h: { sent_bps: number; received_bps: number }) => h.sent_bps + h.received_bps;
  const first = d.hosts[0] ? all(d.hosts[0]) : 1;
  return (
    <Section
      title="Hosts" testid="link-hosts"
      note={<>sent / received this way<CopyCsv head={["name", "address", "sent_bps", "received_bps"]} rows={() => d.hosts.map((h) => [h.name, h.address, h.sent_bps, h.received_bps])} /></>}
    >
      {d.hosts.slice(0, 8).map((h) => (
        <button className="row" key={h.name} onClick={() => go(selected({ node: h.name }), "push")}>
          <span className="row-name">{h.name}</span>
          <span className="num">{h.sent_bps ? bps(h.sent_bps) : "–"}</span>
          <span className="num row-wide">{h.received_bps ? bps(h.received_bps) : "–"}</span>
          <Bar share={all(h) / (first || 1)} />
        </button>
      ))}
    </Section>
  );
}

function Demands({ d }: { d: LinkDetail }) {
  return (
    <Section
      title="Demands" testid="link-demands"
      note={<CopyCsv head={["from", "to", "prefix", "bps", "share_on_link"]} rows={() => d.demands.map((x) => [x.from, x.to, x.prefix ?? null, x.bps, x.share_on_link])} />}
    >
      {d.demands.slice(0, 8).map((x) => (
        <button className="row" key={`${x.from} ${x.to} ${x.prefix}`} title="Show the way it takes" onClick={() => go(selected({ demand: `${x.from}>${x.prefix ?? x.to}` }), "push")}>
          <span className="row-name">{node_name(x.from)} → {node_name(x.to)} <span className="faint">{x.prefix !== x.to && x.prefix}</span></span>
          <span className="num">{bps(x.bps)}</span>
          <span className="num row-share">{percent(x.share_on_link)}</span>
          <Bar share={x.bps / (d.demands[0]!.bps || 1)} />
        </button>
      ))}
      {d.demands.length > 8 && <p className="foot">{d.demands.length - 8} more in the CSV.</p>}
    </Section>
  );
}
