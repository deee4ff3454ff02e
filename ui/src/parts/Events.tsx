import type { NetworkEvent } from "../api/types";
import { clock, day } from "../draw/format";
import { event_ms } from "../state/time";
import { go, selected } from "../state/place";
import { Notice } from "./Bits";

// What the routing protocol announced. A click goes to that instant.

export const kEventSigns: Record<string, string> = { link_down: "×", router_down: "×", prefix_down: "×", link_up: "✓", router_up: "✓", prefix_up: "✓", cost: "±" };
export const event_tone = (kind: string): string => (kind.endsWith("_down") ? "bad" : kind.endsWith("_up") ? "good" : "plain");

const old = (e: NetworkEvent) => Date.now() - Date.parse(e.time) > 86_400_000;

export function EventRows({ events, at, live }: { events: readonly NetworkEvent[]; at: number | null; live?: boolean }) {
  return (
    <>
      {[...events].reverse().map((e, i) => (
        <button
          key={`${e.time} ${e.text} ${i}`} className="event" data-testid="event" data-kind={e.kind} data-time={e.time} data-links={e.links.join(" ")}
          aria-current={at !== null && Math.abs(event_ms(e) - at) < 2} onClick={() => go(live ? { ...selected({ event: e.time }), at: event_ms(e) } : { at: event_ms(e) }, "push")} title={live ? "Go to this instant and see the LSAs" : "Go to this instant"}
        >
          <span className={`sign sign-${event_tone(e.kind)}`} aria-hidden>{kEventSigns[e.kind] ?? "·"}</span>
          <span className="num" title={e.time}>{old(e) ? `${day(Date.parse(e.time)).slice(5)} ` : ""}{clock(Date.parse(e.time))}</span>
          <span className="event-text">{e.text}</span>
        </button>
      ))}
    </>
  );
}

export function Events({ events, at, live, total }: { events: readonly NetworkEvent[] | null; at: number | null; live?: boolean; total?: number }) {
  return (
    <section className="box events" aria-label="Events" data-testid="events">
      <h2>Events{total ? <span className="count num">{total.toLocaleString("en")}</span> : null}</h2>
      {events?.length === 0 && <Notice kind="empty" title="No routing event yet">Link failures, repairs and cost changes appear here as the listener hears them.</Notice>}
      {events && <EventRows events={events} at={at} live={live ?? false} />}
    </section>
  );
}
