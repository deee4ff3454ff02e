import { utilisation_colour, type Theme } from "../draw/colour";
import { bps, clock, link_name, node_name, percent } from "../draw/format";
import type { LateAgent, NewerNodeDetail } from "../api/newer";
import type { HostTraffic, NodeDetail, Topology } from "../api/types";
import { fail_router } from "../draw/scenario";
import type { Resource } from "../state/resource";
import { go, selected, type Place } from "../state/place";
import { Bar, Notice, Section, Skeleton } from "./Bits";
import { EventRows } from "./Events";
import { named_text } from "../draw/trust";
import { Shares } from "./Shares";

// A router, network or host: what it sends and receives, through which links, what happened to it.

export function NodePanel(props: { place: Place; node: Resource<NodeDetail>; topology: Topology | null; theme: Theme; late: readonly LateAgent[]; whatif: boolean }) {
  const { place, node, topology, theme } = props;
  const d: NewerNodeDetail | null = node.data?.id === place.node ? node.data : null;
  const id = place.node ?? "";
  const router = topology?.routers.find((r) => r.name === id);
  const host = topology?.hosts?.find((h) => h.name === id);
  const behind = props.late.find((l) => l.agent === id);
  const net = topology?.networks.find((n) => n.id === id);
  const what = router ? [router.abr && "area border router", router.asbr && "AS boundary router", `id ${router.id}`, router.areas?.length && `area ${router.areas.join(", ")}`].filter(Boolean).join(", ")
    : host ? `${host.address}, ${host.router ? `at ${node_name(host.router)}` : "attached nowhere"}, ${host.instrumented ? "instrumented" : "not instrumented"}`
    : net ? `broadcast network of ${net.routers.join(", ")}` : "";
  return (
    <section className="box detail" data-testid="node-panel" data-node={id} aria-busy={node.loading}>
      <header className="detail-head">
        <h2>{node_name(id)}</h2>
        <button className="close" aria-label="Close" title="Close (Esc)" onClick={() => go(selected({}), "push")}>×</button>
      </header>
      {what && <p className="whole">{what}</p>}
      {behind && <Notice kind="info" title="Its agent is late">Nothing of it has come since {clock(Date.parse(behind.since))}. What it counts is kept on its disk and corrects these numbers when it arrives.</Notice>}
      {!d && (node.error ? <Notice kind="failed" title="This one cannot be shown">{node.error.message}</Notice> : <Skeleton rows={6} />)}
      {d && (
        <>
          {d.state === "down" && <Notice kind="info" title="It is gone at this instant">The routers that it was joined to no longer say so. Its last links are below.</Notice>}
          {d.sent_bps !== null && <div className="figures">
            <div className="figure"><span className="figure-name">Sends</span><b>{bps(d.sent_bps)}</b></div>
            <div className="figure"><span className="figure-name">Receives</span><b>{bps(d.received_bps)}</b></div>
          </div>}
          {props.whatif && router && d.state === "up" && <button className="offer" onClick={() => go({ ...selected({}), page: "whatif", scenario: fail_router(id), against: "" }, "push")} data-testid="whatif-node">What if it failed?</button>}
          {d.links.length > 0 && (d.sent_bps === null ? <Wires d={d} topology={topology} /> : <Links d={d} theme={theme} />)}
          <HostRows title="Attached hosts" rows={d.hosts} />
          <Shares title="Applications" rows={d.apps} note={named_text(d.apps_basis)} />
          <Shares title="Processes" rows={d.processes} />
          <Shares title="Users" rows={d.users} />
          <HostRows title="Talks with" rows={d.peers} />
          {d.events.length > 0 && <Section title="Events"><EventRows events={d.events} at={place.at} live={d.sent_bps === null} /></Section>}
        </>
      )}
    </section>
  );
}

// Where nothing counts traffic: whom it is joined to, at which costs.
function Wires({ d, topology }: { d: NodeDetail; topology: Topology | null }) {
  const of = new Map(topology?.links.map((l) => [l.id, l]) ?? []);
  const out = d.links.filter((l) => l.from === d.id);
  const down = topology?.links.filter((l) => l.from === d.id && l.state === "down" && !out.some((o) => o.id === l.id)) ?? [];
  const rows = [...out.map((l) => ({ id: l.id, to: l.to })), ...down.map((l) => ({ id: l.id, to: l.to }))];
  return (
    <Section title="Links" note="cost">
      {rows.map((l) => {
        const known = of.get(l.id);
        return (
          <button className="row" key={l.id} data-link-id={l.id} onClick={() => go(selected({ link: l.id }), "push")}>
            <span className="row-name">{known?.state === "down" || d.state === "down" ? "× " : ""}{node_name(l.to)}</span>
            <span className="num faint">{known?.interface}</span>
            <span className="num row-share">{known?.state === "down" || d.state === "down" ? "down" : known?.cost}</span>
          </button>
        );
      })}
    </Section>
  );
}

function Links({ d, theme }: { d: NodeDetail; theme: Theme }) {
  const sorted = [...d.links].sort((a, b) => (b.load_bps ?? 0) - (a.load_bps ?? 0));
  const first = sorted[0]?.load_bps || 1;
  return (
    <Section title="Links">
      {sorted.map((l) => (
        <button className="row" key={l.id} data-link-id={l.id} onClick={() => go(selected({ link: l.id }), "push")}>
          <span className="row-name">{link_name(l.from, l.to)}</span>
          <span className="num">{bps(l.load_bps)}</span>
          <span className={`num row-share ${(l.utilisation ?? 0) > 0.8 ? "odd" : ""}`}>{percent(l.utilisation)}</span>
          <Bar share={(l.load_bps ?? 0) / first} colour={utilisation_colour(l.utilisation, theme)} />
        </button>
      ))}
    </Section>
  );
}

function HostRows({ title, rows }: { title: string; rows: readonly HostTraffic[] }) {
  if (rows.length === 0) return null;
  const all = (h: HostTraffic) => h.sent_bps + h.received_bps;
  const first = Math.max(...rows.map(all)) || 1;
  return (
    <Section title={title} note="sent / received">
      {rows.slice(0, 12).map((h) => (
        <button className="row" key={h.name} onClick={() => go(selected({ node: h.name }), "push")}>
          <span className="row-name">{h.instrumented === false ? "□ " : h.instrumented ? "■ " : ""}{h.name}</span>
          <span className="num">{bps(h.sent_bps)}</span>
          <span className="num row-wide">{bps(h.received_bps)}</span>
          <Bar share={all(h) / first} />
        </button>
      ))}
    </Section>
  );
}
