import { useSyncExternalStore } from "react";
import type { TopBy } from "../api/newer";
import { first_ms } from "./time";

export type Page = "map" | "coverage" | "whatif";
export type Shows = "change" | "before" | "after"; // on the what-if map
export type Measure = "median" | "p95" | "worst"; // of several bins

// Where the viewer is: everything that decides what is on the screen, kept in the URL, so that
// any screen can be sent to a colleague. `at` null is live: the newest complete bin.

export interface Place {
  at: number | null; // ms UTC
  instrumented: number; // 0..1
  link: string | null;
  node: string | null;
  event: string | null; // the time of an event, whose evidence is shown
  demand: string | null; // ingress router > destination prefix
  tab: TopBy;
  speed: number;
  window: number; // seconds that the time bar shows of a network that is followed live
  table: boolean;
  page: Page;
  days: number; // of the coverage page
  scenario: string; // of the what-if page, as it was run
  against: string; // a second one beside it
  over: number; // days of bins that it is run over; 0 is the one bin shown
  shows: Shows;
  measure: Measure;
  open: readonly string[]; // folded parts of the map that were opened; "*" all, "-" none
  view: { x: number; y: number; zoom: number } | null; // the map's middle in world units; null fits all
}

export const kHome: Place = { at: null, instrumented: 1, link: null, node: null, event: null, demand: null, tab: "links", speed: 10, window: 7200, table: false, page: "map", days: 1, scenario: "", against: "", over: 0, shows: "change", measure: "worst", open: [], view: null };
const kTabs: readonly TopBy[] = ["links", "hosts", "apps", "processes", "users", "demands"];
const kPages: readonly Page[] = ["map", "coverage", "whatif"];
export const kShows: readonly Shows[] = ["change", "before", "after"];
export const kMeasures: readonly Measure[] = ["median", "p95", "worst"];
const one_of = <T extends string>(words: readonly T[], word: string | null): T | undefined => words.find((w) => w === word);
export const kDays = [1 / 24, 1, 7, 30] as const;
export const kWindows = [600, 7200, 86400, 604800] as const;
export const kSpeeds = [1, 10, 60] as const;

export const days_text = (days: number): string => (days < 1 ? `${Math.round(days * 24)} h` : `${days} d`);

export function parse_place(search: string): Place {
  const q = new URLSearchParams(search);
  const at = first_ms(q.get("at") ?? "");
  const share = Number(q.get("instrumented") ?? 1);
  const tab = q.get("tab") as TopBy;
  const speed = Number(q.get("speed"));
  const view = (q.get("view") ?? "").split(",").map(Number);
  return {
    at: Number.isNaN(at) ? null : at,
    instrumented: share >= 0 && share <= 1 ? share : 1,
    link: q.get("link") || null,
    node: q.get("link") ? null : q.get("node") || null,
    event: q.get("link") || q.get("node") || q.get("demand") || Number.isNaN(Date.parse(q.get("event") ?? "")) ? null : q.get("event"),
    demand: q.get("link") || q.get("node") ? null : q.get("demand") || null,
    tab: kTabs.includes(tab) ? tab : "links",
    speed: (kSpeeds as readonly number[]).includes(speed) ? speed : kHome.speed,
    window: (kWindows as readonly number[]).includes(Number(q.get("window"))) ? Number(q.get("window")) : kHome.window,
    table: q.get("table") === "1",
    page: one_of(kPages, q.get("page")) ?? "map",
    days: kDays.find((d) => days_text(d) === q.get("span")) ?? kHome.days,
    scenario: q.get("scenario") ?? "",
    against: q.get("against") ?? "",
    over: kDays.find((d) => days_text(d) === q.get("over")) ?? kHome.over,
    shows: one_of(kShows, q.get("shows")) ?? kHome.shows,
    measure: one_of(kMeasures, q.get("measure")) ?? kHome.measure,
    open: (q.get("open") ?? "").split("~").filter(Boolean),
    view: view.length === 3 && view.every(Number.isFinite) && view[2]! > 0 ? { x: view[0]!, y: view[1]!, zoom: view[2]! } : null,
  };
}

export function print_place(p: Place): string {
  const q = new URLSearchParams();
  if (p.at !== null) q.set("at", new Date(p.at).toISOString().replace(".000Z", "Z"));
  if (p.instrumented !== 1) q.set("instrumented", String(p.instrumented));
  if (p.link) q.set("link", p.link);
  if (p.node) q.set("node", p.node);
  if (p.event) q.set("event", p.event);
  if (p.demand) q.set("demand", p.demand);
  if (p.tab !== kHome.tab) q.set("tab", p.tab);
  if (p.speed !== kHome.speed) q.set("speed", String(p.speed));
  if (p.window !== kHome.window) q.set("window", String(p.window));
  if (p.table) q.set("table", "1");
  if (p.page !== kHome.page) q.set("page", p.page);
  if (p.days !== kHome.days) q.set("span", days_text(p.days));
  if (p.scenario) q.set("scenario", p.scenario);
  if (p.against) q.set("against", p.against);
  if (p.over !== kHome.over) q.set("over", days_text(p.over));
  if (p.shows !== kHome.shows) q.set("shows", p.shows);
  if (p.measure !== kHome.measure) q.set("measure", p.measure);
  if (p.open.length > 0) q.set("open", p.open.join("~"));
  if (p.view) q.set("view", `${Math.round(p.view.x)},${Math.round(p.view.y)},${Number(p.view.zoom.toFixed(2))}`);
  const text = q.toString().replace(/%3A/g, ":").replace(/%3E/g, ">").replace(/%2C/g, ",").replace(/%2F/g, "/");
  return text ? `?${text}` : "";
}

// One thing is selected at a time.
export const selected = (what: Partial<Pick<Place, "link" | "node" | "demand" | "event">>): Partial<Place> => ({ link: null, node: null, demand: null, event: null, ...what });

let now: Place = typeof window === "undefined" ? kHome : parse_place(window.location.search);
const listeners = new Set<() => void>();
let write_timer = 0;

if (typeof window !== "undefined") {
  window.addEventListener("popstate", () => {
    now = parse_place(window.location.search);
    for (const l of listeners) l();
  });
}

const path = () => window.location.pathname + print_place(now) + window.location.hash;

// `push` for steps that the Back button should undo; the rest is written at most every 150 ms,
// because browsers refuse a history that changes with every pixel of a slider.
export function go(patch: Partial<Place>, how: "push" | "replace" = "replace"): void {
  const next = { ...now, ...patch };
  if (print_place(next) === print_place(now)) return;
  now = next;
  for (const l of listeners) l();
  if (how === "push") {
    window.clearTimeout(write_timer);
    write_timer = 0;
    window.history.pushState(null, "", path());
  } else if (!write_timer) {
    write_timer = window.setTimeout(() => {
      write_timer = 0;
      window.history.replaceState(null, "", path());
    }, 150);
  }
}

export const here = (): Place => now;

export function usePlace(): Place {
  return useSyncExternalStore((l) => {
    listeners.add(l);
    return () => listeners.delete(l);
  }, here);
}
