import { useRef } from "react";
import { kLoud, utilisation_colour, type Theme } from "../draw/colour";
import { bps, link_name, percent, range, signed_percent } from "../draw/format";
import { guessed, used } from "../draw/graph";
import { named_text } from "../draw/trust";
import type { NewerLinkLoad, NewerTop, TopBy } from "../api/newer";
import type { Load, TopRow } from "../api/types";
import type { Resource } from "../state/resource";
import { go, selected, type Place } from "../state/place";
import { Bar, CopyCsv, Notice, Skeleton } from "./Bits";

// The largest links, hosts, applications and demands of the bin.

const kNames: Record<TopBy, string> = { links: "Links", hosts: "Hosts", apps: "Apps", processes: "Processes", users: "Users", demands: "Demands" };

interface Props {
  place: Place;
  shown: readonly TopBy[]; // what this server can be asked for
  top: Resource<NewerTop>;
  load: Load | null;
  theme: Theme;
  replay?: (() => void) | undefined;
}

export function TopTabs(props: Props) {
  const { place, top, load, theme, replay, shown } = props;
  const tabs = useRef<(HTMLButtonElement | null)[]>([]);
  const answer = top.data?.by === place.tab ? top.data.rows : null;
  const rows = answer && answer.some((r) => r.bps > 0) ? answer : answer && [];
  // One scale for all rows; of a link it is the whole or likely load, so that what is missing fits in.
  const whole = new Map(place.tab === "links" ? load?.links.map((l: NewerLinkLoad) => [l.id, Math.max(l.true_load_bps ?? 0, l.estimate?.bps ?? 0)]) : []);
  const longest = Math.max(...(rows ?? []).map((r) => Math.max(r.bps, whole.get(r.key) ?? 0)));
  const move = (by: number) => {
    const next = (shown.indexOf(place.tab) + by + shown.length) % shown.length;
    go({ tab: shown[next]! });
    tabs.current[next]?.focus();
  };
  return (
    <section className="box top" aria-label="Largest">
      <div className="tabs" role="tablist">
        {shown.map((tab, i) => (
          <button
            key={tab} role="tab" aria-selected={place.tab === tab} tabIndex={place.tab === tab ? 0 : -1} ref={(e) => void (tabs.current[i] = e)} data-testid={`tab-${tab}`}
            onClick={() => go({ tab })}
            onKeyDown={(e) => {
              if (e.key !== "ArrowRight" && e.key !== "ArrowLeft") return;
              e.preventDefault();
              e.stopPropagation();
              move(e.key === "ArrowRight" ? 1 : -1);
            }}
          >
            {kNames[tab]}
          </button>
        ))}
      </div>
      <div role="tabpanel" className="rows">
        {top.error && !rows && <Notice kind="failed" title="This list could not be read">{top.error.message}</Notice>}
        {!rows && !top.error && <Skeleton rows={6} />}
        {rows?.length === 0 && (
          <Notice kind="empty" title="No traffic in this bin">
            {place.instrumented === 0 ? "No host is instrumented: move the slider above." : "Choose another time on the bar below."}
            {replay && place.instrumented > 0 && <button className="offer" onClick={replay}>Play the recording from its start</button>}
          </Notice>
        )}
        {rows?.map((row) => <Row key={row.key} row={row} by={place.tab} first={longest} load={load} theme={theme} />)}
        {rows && rows.length > 0 && (
          <p className="foot top-foot">
            <span>{place.tab === "apps" && top.data?.basis === "port" ? "Named by well-known port, not by process." : place.tab === "apps" && top.data?.basis ? `Applications ${named_text(top.data.basis)}.` : ""}</span>
            <CopyCsv head={["key", "label", "bps", "share", "utilisation"]} rows={() => rows.map((r) => [r.key, r.label, r.bps, r.share, r.utilisation ?? null])} />
          </p>
        )}
      </div>
    </section>
  );
}

function Row({ row, by, first, load, theme }: { row: TopRow; by: TopBy; first: number; load: Load | null; theme: Theme }) {
  if (by === "links") return <LinkRow row={row} first={first} load={load} theme={theme} />;
  const body = (
    <>
      <span className="row-name">{by === "demands" && row.from && row.to ? link_name(row.from, row.to) : row.label}</span>
      <span className="num">{bps(row.bps)}</span>
      <span className="num row-share">{percent(row.share)}</span>
      <Bar share={row.bps / (first || 1)} />
      {by === "hosts" && row.sent_bps !== undefined && <span className="row-note num">sends {bps(row.sent_bps)}, receives {bps(row.received_bps)}</span>}
    </>
  );
  if (by === "hosts") return <button className="row" data-testid="top-host" onClick={() => go(selected({ node: row.label }), "push")}>{body}</button>;
  if (by === "demands" && row.from) return <button className="row" data-testid="top-demand" title="Show the way it takes" onClick={() => go(selected({ demand: `${row.from}>${row.to}` }), "push")}>{body}</button>;
  return <div className="row">{body}</div>;
}

function LinkRow({ row, first, load, theme }: { row: TopRow; first: number; load: Load | null; theme: Theme }) {
  const now: NewerLinkLoad | undefined = load?.links.find((l) => l.id === row.key);
  const estimate = now?.estimate ?? null;
  const likely = estimate && guessed({ estimate, load_bps: row.bps }) ? estimate : null;
  const level = now ? used({ estimate: likely, capacity_bps: now.capacity_bps, utilisation: row.utilisation ?? null }) : (row.utilisation ?? null);
  const error = now?.true_load_bps ? (now.load_bps - now.true_load_bps) / now.true_load_bps : null;
  const odd = level !== null && level > kLoud;
  const scale = first || 1;
  return (
    <button className="row" data-testid="top-link" data-link-id={row.key} onClick={() => go(selected({ link: row.key }), "push")}>
      <span className="row-name">
        {now ? link_name(now.from, now.to) : row.label}
        {error !== null && Math.abs(error) >= 0.005 && <span className="row-error num" title="Error against the whole recording">{signed_percent(error)}</span>}
      </span>
      <span className="num" title={likely ? `${bps(row.bps)} counted; ${range(bps(likely.low_bps), bps(likely.high_bps))} estimated (90%)` : ""}>{likely ? `~${bps(likely.bps)}` : bps(row.bps)}</span>
      <span className={`num row-share ${odd ? "odd" : ""}`} title={level === null ? "Share of the load of all links; its capacity is unknown" : "Utilisation"}>{odd ? "▲ " : ""}{likely && level !== null ? "~" : ""}{percent(level ?? row.share)}</span>
      <Bar share={row.bps / scale} guess={likely && likely.bps / scale} whole={now?.true_load_bps != null ? now.true_load_bps / scale : null} colour={utilisation_colour(level, theme)} />
    </button>
  );
}
