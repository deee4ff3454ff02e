import { bps, link_name, percent, range, signed_bps, signed_percent } from "../draw/format";
import { guessed, used, type Graph, type MapLink, type MapNode } from "../draw/graph";
import type { Hit } from "../draw/scene";

// What is under the pointer, in a few words.

export interface Hover {
  hit: Hit;
  x: number;
  y: number;
}

export function Tip({ graph, hover, change = false }: { graph: Graph; hover: Hover; change?: boolean }) {
  const id = hover.hit!.id;
  // Towards the middle of the map, so that it is never cut off.
  const stage = document.querySelector(".stage");
  const left = hover.x > (stage?.clientWidth ?? 0) * 0.66, above = hover.y > (stage?.clientHeight ?? 0) * 0.7;
  const style = { transform: `translate(${hover.x + (left ? -14 : 14)}px, ${hover.y + (above ? -14 : 14)}px) translate(${left ? -100 : 0}%, ${above ? -100 : 0}%)` };
  const node = hover.hit!.kind === "node" ? graph.nodes.find((n) => n.id === id) : undefined;
  const link = hover.hit!.kind === "link" ? graph.links.find((l) => l.id === id) : undefined;
  if (!node && !link) return null;
  return (
    <div className="tip" style={style} data-testid="tip">
      {node && <><b>{node.label}</b><span>{what(node)}</span></>}
      {link && <><b>{link_name(link.from, link.to)}</b>{change ? <AboutChange l={link} /> : <AboutLink l={link} counted={graph.counted} />}</>}
    </div>
  );
}

function what(n: MapNode): string {
  if (n.holds > 0) return `${n.holds.toLocaleString("en")} routers; a double click unfolds them`;
  if (n.down) return "gone";
  if (n.kind === "host") return n.late ? "host, its agent is late" : n.instrumented ? "host, instrumented" : "host, not instrumented";
  return n.abr ? "area border router" : n.kind === "network" ? "broadcast network" : "router";
}

function AboutChange({ l }: { l: MapLink }) {
  if (l.state === "down") return <span>down</span>;
  const before = l.true_load_bps ?? 0;
  return (
    <>
      <span className="num">{bps(before)} → {bps(l.load_bps)}{l.capacity_bps !== null && ` of ${bps(l.capacity_bps)}, ${percent(l.utilisation)}`}</span>
      <span className="num">{signed_bps(l.load_bps - before)}</span>
    </>
  );
}

function AboutLink({ l, counted }: { l: MapLink; counted: boolean }) {
  const e = guessed(l) ? l.estimate : null;
  return (
    <>
      {l.state === "down" ? <span>down</span> : counted && <span className="num">{e ? "seen " : ""}{bps(l.load_bps)}{l.capacity_bps !== null && ` of ${bps(l.capacity_bps)}, ${percent(l.utilisation)}`}</span>}
      {e && <span className="num">estimate ~{bps(e.bps)}, {range(bps(e.low_bps), bps(e.high_bps))}{l.capacity_bps !== null && `, ~${percent(used(l))}`}</span>}
      {l.counter_bps !== null && <span className="num">counter {bps(l.counter_bps)}{l.residual_bps !== null && `, residual ${bps(l.residual_bps).replace("-", "−")}`}</span>}
      {l.uncertain > 0 && <span className="num">{percent(l.uncertain)} uncertain: the network changed</span>}
      {l.true_load_bps ? <span className="num">whole recording {bps(l.true_load_bps)}, error {signed_percent((l.load_bps - l.true_load_bps) / l.true_load_bps)}</span> : null}
      <span>{l.holds > 0 ? `${l.holds} links` : `cost ${l.cost}`}</span>
    </>
  );
}
