import type { NetworkEvent } from "../api/types";

// Arithmetic on the time bar: bins, steps, jumps. Milliseconds UTC.

export interface Span {
  from: number;
  to: number;
  bin: number;
}

export const iso = (ms: number): string => new Date(ms).toISOString().replace(".000Z", "Z");

// The first millisecond at which the event has happened: the server counts microseconds, and an
// instant cut short would ask for the network just before.
export const event_ms = (event: NetworkEvent): number => first_ms(event.time);
export function first_ms(time: string): number {
  const finer = /\.\d{3}0*[1-9]/.test(time);
  return Date.parse(time) + (finer ? 1 : 0);
}

export const bin_start = (s: Span, t: number): number => s.from + Math.floor((t - s.from) / s.bin) * s.bin;

// What the time bar spans: everything, or of a long history so many bins, up to the newest, or
// around the instant that is looked at.
export function visible_span(whole: Span, watermark: number, at: number | null, bins_max: number): Span {
  const length = bins_max * whole.bin;
  if (whole.to - whole.from <= length) return whole;
  const newest = Math.min(whole.to, bin_start(whole, watermark) + whole.bin);
  const to = at === null || at > newest - length ? newest : Math.max(whole.from + length, bin_start(whole, at) + length / 2);
  return { from: to - length, to, bin: whole.bin };
}

// What it spans of a network that is followed live: a window that ends now, or around the instant.
export function live_span(watermark: number, at: number | null, window_ms: number, bin: number): Span {
  const now = Math.ceil(watermark / 1000) * 1000;
  const to = at === null || at > now - window_ms ? now : at + window_ms / 2;
  return { from: to - window_ms, to, bin };
}

// The last bin that is complete at the watermark; the span's first if none is.
export function newest_bin(s: Span, watermark: number): number {
  return Math.max(s.from, bin_start(s, Math.min(watermark, s.to)) - s.bin);
}

export function step_bin(s: Span, t: number, by: 1 | -1, watermark: number): number {
  const here = bin_start(s, t);
  const next = by < 0 && t > here ? here : here + by * s.bin;
  return Math.max(s.from, Math.min(newest_bin(s, watermark), next));
}

export function step_event(events: readonly NetworkEvent[], t: number, by: 1 | -1): NetworkEvent | null {
  const there = events.filter((e) => (by > 0 ? event_ms(e) > t : event_ms(e) < t)).sort((a, b) => event_ms(a) - event_ms(b));
  return (by > 0 ? there[0] : there[there.length - 1]) ?? null;
}
