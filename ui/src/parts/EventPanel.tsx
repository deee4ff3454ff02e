import type { Evidence, Instant } from "../api/types";
import { clock, day } from "../draw/format";
import { difference, print_sequence, type Line } from "../draw/difference";
import type { Resource } from "../state/resource";
import { go, selected, type Place } from "../state/place";
import { Notice, Section, Skeleton } from "./Bits";
import { event_tone, kEventSigns } from "./Events";

// What happened at an instant, and the evidence: the LSAs that said so, each against the one before it.

export function EventPanel({ place, instant }: { place: Place; instant: Resource<Instant> }) {
  const time = place.event ?? "";
  const d = instant.data && Date.parse(instant.data.from) === Date.parse(time) ? instant.data : null;
  return (
    <section className="box detail" data-testid="event-panel">
      <header className="detail-head">
        <h2><span className="num">{clock(Date.parse(time))}{time.slice(19, 23).replace("Z", "")}</span> <span className="faint num">{day(Date.parse(time))} UTC</span></h2>
        <button className="close" aria-label="Close" title="Close (Esc)" onClick={() => go({ ...selected({}), at: null }, "push")}>×</button>
      </header>
      {!d && (instant.error ? <Notice kind="failed" title="This event cannot be shown">{instant.error.message}</Notice> : <Skeleton rows={6} />)}
      {d?.events.map((e) => (
        <p className="told" key={e.text}>
          <span className={`sign sign-${event_tone(e.kind)}`} aria-hidden>{kEventSigns[e.kind] ?? "·"}</span> {e.text}
        </p>
      ))}
      {d && (
        <Section title="Evidence" note={`${d.evidence.length} ${d.evidence.length === 1 ? "LSA" : "LSAs"}, before and after`} testid="evidence">
          {d.evidence.length === 0 && <p className="foot">No LSA changed at this instant.</p>}
          {d.evidence.map((e) => <Changed key={`${e.area} ${e.type} ${e.id} ${e.advertising_router}`} e={e} />)}
        </Section>
      )}
    </section>
  );
}

function Changed({ e }: { e: Evidence }) {
  const lines = difference(e.before?.lines ?? [], e.after?.lines ?? []);
  const what = e.before === null ? "came" : e.after === null ? "went" : null;
  const now = e.after ?? e.before;
  return (
    <div className="lsa" data-testid="lsa">
      <div className="lsa-head">
        <b>{e.type}</b> <span className="num">{e.id}</span>{e.advertising_router !== e.id && <span className="faint num"> by {e.advertising_router}</span>}
        {what && <em className={what === "came" ? "lsa-came" : "lsa-went"}>{what}</em>}
      </div>
      <div className="lsa-note num">
        area {e.area} · {e.before && e.after ? `${print_sequence(e.before.sequence)} → ${print_sequence(e.after.sequence)}` : now && print_sequence(now.sequence)}
        {e.after && ` · ${clock(Date.parse(e.after.arrived))}${e.after.arrived.slice(19, 23).replace("Z", "")}${e.after.vantage ? ` at ${e.after.vantage}` : ""}`}
      </div>
      <ol className="lsa-lines">
        {shorten(lines).map((l, i) => <li key={i} className={`lsa-${l.kind}`}><span aria-hidden>{{ same: " ", gone: "−", new: "+", more: "⋮" }[l.kind]}</span>{l.text}</li>)}
      </ol>
    </div>
  );
}

// Two lines around what changed; the rest is only counted.
function shorten(lines: readonly Line[]): (Line | { kind: "more"; text: string })[] {
  if (lines.length <= 8) return [...lines];
  const near = (i: number) => lines.slice(Math.max(0, i - 1), i + 2).some((l) => l.kind !== "same");
  const out: (Line | { kind: "more"; text: string })[] = [];
  let left_out = 0;
  const say = () => {
    if (left_out > 0) out.push({ kind: "more", text: `${left_out} ${left_out === 1 ? "line" : "lines"} as before` });
    left_out = 0;
  };
  lines.forEach((l, i) => {
    if (!near(i)) return void left_out++;
    say();
    out.push(l);
  });
  say();
  return out;
}
