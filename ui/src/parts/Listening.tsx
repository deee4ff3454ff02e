import { useState } from "react";
import type { Status, Topology, Vantage } from "../api/types";
import { age, clock } from "../draw/format";
import { Notice } from "./Bits";

// How well the routing protocol is heard: what is known, what is still missing and by when it must have
// come, and every vantage point with its health.

const kSigns: Record<Vantage["state"], string> = { listening: "●", recorded: "●", stopped: "■", silent: "×" };
const kShown = 6;

export function Listening({ status, topology, at }: { status: Status; topology: Topology | null; at: number | null }) {
  const { routing } = status;
  const [all, set_all] = useState(false);
  const on = routing.vantages.filter((v) => v.state === "listening").length;
  // What needs a look comes first.
  const rank = (v: Vantage) => (v.state === "silent" ? 0 : v.state === "stopped" ? 1 : 2);
  const vantages = [...routing.vantages].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const unseen = at === null ? routing.unseen : (topology?.unseen.length ?? routing.unseen);
  const due = at === null ? routing.unseen_due : latest(topology?.unseen.map((u) => u.due) ?? []);
  const lsas = at === null || !topology ? routing.database : Object.values(topology.lsas).reduce((a, b) => a + b, 0);
  return (
    <section className="box listening" aria-label="Listening" data-testid="listening">
      <div className="figures">
        <div className="figure">
          <span className="figure-name">Routers</span>
          <b data-testid="routers">{topology ? topology.routers.length.toLocaleString("en") : "–"}</b>
          <span className="figure-note">{topology ? `${cables(topology).toLocaleString("en")} links up, ${lsas.toLocaleString("en")} LSAs` : "\u00a0"}</span>
        </div>
        <div className={`figure ${unseen > 0 && overdue(due) ? "figure-odd" : ""}`} data-testid="unseen">
          <span className="figure-name">Unseen LSAs</span>
          <b>{unseen.toLocaleString("en")}</b>
          <span className="figure-note">{unseen === 0 ? "all that is referred to was heard" : due ? (overdue(due) ? `should have come by ${clock(Date.parse(due)).slice(0, 5)}` : `until ${clock(Date.parse(due)).slice(0, 5)} at the latest`) : "nobody listens for them"}</span>
        </div>
      </div>
      <h2 className="vantages-head">Vantage points <span className="count num">{on === routing.vantages.length ? `${on} listening` : `${on} of ${routing.vantages.length} listening`}</span></h2>
      {routing.vantages.length === 0 && <Notice kind="loading" title="Waiting for a listener">Nothing has been heard yet. Start <code>anemone snoop --log FILE</code> with the log that this server follows.</Notice>}
      <ul className="vantages">
        {(all ? vantages : vantages.slice(0, kShown)).map((v) => <VantageRow key={v.name} v={v} watermark={Date.parse(status.watermark)} />)}
      </ul>
      {vantages.length > kShown && <button className="quiet" onClick={() => set_all(!all)}>{all ? "Fewer" : `All ${vantages.length}`}</button>}
      {routing.problems.map((p) => <Notice key={p} kind="failed" title="A source cannot be read">{p}</Notice>)}
    </section>
  );
}

const latest = (times: (string | null)[]): string | null => times.reduce<string | null>((a, b) => (b !== null && (a === null || b > a) ? b : a), null);
const overdue = (due: string | null) => due !== null && Date.parse(due) < Date.now();

// Both directions of a cable are one; so is a router's place on a broadcast network.
function cables(t: Topology): number {
  const up = t.links.filter((l) => l.state === "up" && !l.from.startsWith("net:"));
  const lan = up.filter((l) => l.to.startsWith("net:")).length;
  return Math.round((up.length - lan) / 2) + lan;
}

function VantageRow({ v, watermark }: { v: Vantage; watermark: number }) {
  const since = Date.parse(v.since), passed = age(Math.max(0, (watermark - since) / 1000));
  const state = { listening: `listening for ${passed}`, recorded: "known by its LSAs", stopped: `stopped ${passed} ago`, silent: `silent for ${passed}` }[v.state];
  const gap = v.listened.length > 1 ? v.listened[v.listened.length - 2]! : null;
  const gap_s = gap ? (Date.parse(v.listened[v.listened.length - 1]!.from) - Date.parse(gap.to)) / 1000 : 0;
  const faults = [
    v.lost > 0 && `${v.lost.toLocaleString("en")} packets lost`,
    v.late > 0 && `${v.late.toLocaleString("en")} late, up to ${v.latest_s < 10 ? v.latest_s.toFixed(1) : Math.round(v.latest_s)} s`,
    gap && `deaf ${age(gap_s)} until ${clock(Date.parse(v.listened[v.listened.length - 1]!.from))}`,
  ].filter(Boolean);
  return (
    <li className="vantage" data-testid="vantage" data-state={v.state}>
      <span className={`sign vantage-${v.state}`} aria-hidden>{kSigns[v.state]}</span>
      <span className="vantage-name">{v.name}</span>
      <span className="vantage-state">{state}</span>
      <span className="vantage-note">{v.areas.length > 0 && `area ${v.areas.join(", ")} · `}{v.lsas.toLocaleString("en")} LSAs heard</span>
      {faults.length > 0 && <span className="vantage-note odd">{faults.join(" · ")}</span>}
    </li>
  );
}
