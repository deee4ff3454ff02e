import { useEffect, useMemo, useState } from "react";
import { address } from "../api/client";
import type { Losses, NewerTop } from "../api/newer";
import type { Bound, Events, Instant, LinkDetail, Load, NodeDetail, Path, Series, Top, Topology } from "../api/types";
import { demand_ends } from "../draw/route";
import { is_fold } from "../draw/fold";
import type { Features } from "../state/features";
import type { Live } from "../state/live";
import type { Place } from "../state/place";
import { unsettled, useRested, useResource, type Resource } from "../state/resource";
import { iso } from "../state/time";

// Every question that the first screen asks, as the URL and the server's kind decide.

export interface Answers {
  topology: Resource<Topology>;
  load: Resource<Load>;
  top: Resource<NewerTop>;
  series: Resource<Series>;
  events: Resource<Events>;
  instant: Resource<Instant>;
  link: Resource<LinkDetail>;
  reverse: Resource<LinkDetail>;
  node: Resource<NodeDetail>;
  path: Resource<Path>;
  demands: Resource<Top>;
  losses: Resource<Losses>;
  bound: Resource<Bound>;
}

const kRest_ms = 1200;
const kBoundBins = 6;
const question_of = (at: string | null, instrumented: number) => ({ at, instrumented });
const kEventsShown = 200;
const kTopRows = 7;

// `cut` is the part of a long history that the time bar shows.
export function useAnswers(place: Place, live: Live, features: Features, routing_only: boolean, cut: { from?: string; to?: string }): Answers {
  const on = live.status !== null, counted = on && !routing_only;
  const follows = place.at === null;
  // Who follows a server that tells of its open bin looks at that one; else at the newest complete one.
  const at = !follows ? iso(place.at!) : (live.open?.from ?? null);
  // A bin of the past is asked for again, too, while late agents may correct it.
  const [may_change, set_may_change] = useState(false);
  const tick = follows ? live.tick : 0, load_tick = follows || may_change ? live.load_tick : 0;
  const { instrumented } = place;
  const question = question_of(at, instrumented);
  const tab = features.tabs.includes(place.tab) ? place.tab : "links";
  const wanted = place.demand ? demand_ends(place.demand) : null;
  const asked_link = place.link && !is_fold(place.link) ? place.link : null, asked_node = place.node && !is_fold(place.node) ? place.node : null;
  const lossy = counted && features.losses && (place.link !== null || place.table);

  const topology = useResource<Topology>(on ? address("topology", { at: follows ? null : at, instrumented }) : null, tick);
  const load = useResource<Load>(counted ? address("load", question) : null, load_tick);
  useEffect(() => set_may_change(live.status?.mode === "serve" && load.data !== null && unsettled(load.data)), [live.status?.mode, load.data]);
  const top = useResource<NewerTop>(counted ? address("top", { by: tab, n: kTopRows, ...question }) : null, load_tick);
  const series = useResource<Series>(counted ? address("series", { instrumented, ...cut }) : null, live.tick);
  const events = useResource<Events>(routing_only ? address("events", { n: kEventsShown }) : null, live.tick);
  const instant = useResource<Instant>(routing_only && place.event ? address("instant", { at: place.event }) : null, 0);
  const link = useResource<LinkDetail>(on && asked_link ? address("link", { id: asked_link, ...question }) : null, load_tick);
  const reverse_id = link.data?.id === place.link ? link.data?.reverse : null;
  const reverse = useResource<LinkDetail>(on && reverse_id ? address("link", { id: reverse_id, ...question }) : null, load_tick);
  const node = useResource<NodeDetail>(on && asked_node ? address("node", { id: asked_node, ...question }) : null, load_tick);
  const path = useResource<Path>(on && wanted ? address("path", { src: wanted.from, dst: wanted.address, at: follows ? null : at }) : null, tick);
  const demands = useResource<Top>(on && wanted ? address("top", { by: "demands", n: 50, ...question }) : null, load_tick);
  const losses = useResource<Losses>(lossy ? address("losses", { at }) : null, tick);
  // It takes the server seconds: asked once the time looked at rests, and while it goes on once in so many bins.
  const shown = load.data?.bin.from ?? null;
  const bound_at = useMemo(() => (follows ? shown : at), [follows, at, shown === null, Math.floor(tick / kBoundBins)]);
  const rested = useRested(bound_at, kRest_ms);
  const bound = useResource<Bound>(counted && features.bound && rested !== null && rested === bound_at ? address("bound", question_of(rested, instrumented)) : null);
  return { topology, load, top, series, events, instant, link, reverse, node, path, demands, losses, bound };
}
