import { expect, test } from "vitest";
import { kHome, parse_place, print_place, type Place } from "./place";
import { features_of, kFewest } from "./features";
import { newest_open } from "./live";
import { bin_start, event_ms, newest_bin, step_bin, step_event, visible_span } from "./time";

test("every screen survives its URL", () => {
  const place: Place = {
    at: Date.parse("2026-11-22T10:01:44.2Z"), instrumented: 0.37, link: "edge5>net:10.1.0.112/28:10.1.0.115", node: null, event: null, demand: null, tab: "apps", speed: 60, window: 86400, table: true, page: "whatif", days: 7, scenario: "fail link core1 core2\nscale +40% where dst net 10.0.0.0/8 # & so on", against: "fail link \"a b\" c", over: 7, shows: "after", measure: "p95", open: ["fold:0.0.0.1", "fold:r17"], view: { x: 512, y: -3, zoom: 2.5 },
  };
  expect(parse_place(print_place(place))).toEqual(place);
  expect(parse_place(print_place({ ...kHome, demand: "edge1>10.20.1.0/24" })).demand).toBe("edge1>10.20.1.0/24");
  expect(parse_place(print_place({ ...kHome, event: "2026-11-22T10:01:44.212345Z" })).event).toBe("2026-11-22T10:01:44.212345Z");
  expect(print_place(kHome)).toBe("");
  expect(parse_place("")).toEqual(kHome);
});

test("a URL that makes no sense falls back to the first screen, part by part", () => {
  expect(parse_place("?at=yesterday&instrumented=7&tab=x&speed=3&view=1,2")).toEqual(kHome);
});

const t0 = Date.parse("2026-11-22T10:00:00Z");
const span = { from: t0, to: t0 + 240_000, bin: 10_000 };
const event = (time: string) => ({ time, kind: "link_down", text: "", links: [] });

test("an arrow goes to the bin's start first, then back by bins, and never past what is complete", () => {
  expect(step_bin(span, t0 + 14_000, -1, t0 + 240_000)).toBe(t0 + 10_000);
  expect(step_bin(span, t0 + 10_000, -1, t0 + 240_000)).toBe(t0);
  expect(step_bin(span, t0, -1, t0 + 240_000)).toBe(t0);
  expect(step_bin(span, t0 + 10_000, 1, t0 + 35_000)).toBe(t0 + 20_000);
  expect(step_bin(span, t0 + 20_000, 1, t0 + 35_000)).toBe(t0 + 20_000);
});

test("the newest bin is the last whole one", () => {
  expect(newest_bin(span, t0 + 35_000)).toBe(t0 + 20_000);
  expect(newest_bin(span, t0 + 3_000)).toBe(t0);
  expect(newest_bin(span, t0 + 999_999)).toBe(t0 + 230_000);
  expect(bin_start(span, t0 + 29_999)).toBe(t0 + 20_000);
});

test("an event's instant is not before the event, though the server counts finer than we do", () => {
  expect(event_ms(event("2026-11-22T10:00:01.123456Z"))).toBe(t0 + 1124);
  expect(event_ms(event("2026-11-22T10:00:01.123Z"))).toBe(t0 + 1123);
  expect(event_ms(event("2026-11-22T10:00:01.123000Z"))).toBe(t0 + 1123);
});

test("steps by event go to the next one, not to the one that we stand on", () => {
  const events = [event("2026-11-22T10:00:30.500100Z"), event("2026-11-22T10:00:10Z")];
  const first = step_event(events, t0, 1)!;
  expect(event_ms(first)).toBe(t0 + 10_000);
  expect(event_ms(step_event(events, event_ms(first), 1)!)).toBe(t0 + 30_501);
  expect(step_event(events, t0 + 30_501, 1)).toBeNull();
  expect(event_ms(step_event(events, t0 + 30_501, -1)!)).toBe(t0 + 10_000);
});

test("a long history shows its end, or what surrounds the instant looked at, always so many bins", () => {
  const day = { from: t0, to: t0 + 86_400_000, bin: 10_000 };
  const length = 3_600_000;
  const shows = (at: number | null, watermark = day.to) => visible_span(day, watermark, at, 360);
  expect(shows(null)).toEqual({ from: day.to - length, to: day.to, bin: 10_000 });
  expect(shows(day.to - 1_000_000)).toEqual(shows(null));
  expect(shows(t0 + 43_200_000)).toEqual({ from: t0 + 43_200_000 - length / 2, to: t0 + 43_200_000 + length / 2, bin: 10_000 });
  expect(shows(t0)).toEqual({ from: t0, to: t0 + length, bin: 10_000 });
  expect(visible_span(span, t0 + 35_000, null, 360)).toBe(span);
});

test("the bin that is filling is the newest that somebody changed, until it is complete", () => {
  const change = (from: string, complete = false) => ({ from, to: "", complete });
  expect(newest_open(null, change("10:10"))?.from).toBe("10:10");
  expect(newest_open(change("10:10"), change("10:00"))?.from).toBe("10:10"); // a late agent's
  expect(newest_open(change("10:10"), change("10:20"))?.from).toBe("10:20");
  expect(newest_open(change("10:10"), change("10:10", true))).toBeNull();
  expect(newest_open(change("10:20"), change("10:10", true))?.from).toBe("10:20");
});

test("an older server is asked for what it describes, and no more", () => {
  const by = (words: string[]) => ({ Top: { properties: { by: { enum: words } } } });
  expect(features_of({ paths: { "/api/v1/load": {} }, components: { schemas: by(["links", "hosts", "apps", "demands"]) } })).toEqual(kFewest);
  const newer = features_of({ paths: { "/api/v1/coverage": {}, "/api/v1/losses": {}, "/api/v1/whatif": {} }, components: { schemas: by(["links", "hosts", "apps", "processes", "users", "demands"]) } });
  expect(newer).toEqual({ coverage: true, losses: true, whatif: true, sweep: false, bound: false, tabs: ["links", "hosts", "apps", "processes", "users", "demands"] });
  expect(features_of({})).toEqual(kFewest);
});
