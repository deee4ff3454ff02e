import { memo, useCallback, useEffect, useRef, useState } from "react";
import type { Series, Vantage } from "../api/types";
import { filled, stair, t_of, time_ticks, x_of, type Scale, type Step } from "../draw/chart";
import { bps, clock, day, percent } from "../draw/format";
import { kFine, nice_ceiling } from "../draw/scene";
import { go, kSpeeds, kWindows, selected, type Place } from "../state/place";
import { bin_start, event_ms, newest_bin, step_event, type Span } from "../state/time";
import { event_tone } from "./Events";
import { useWidth } from "./LoadChart";

// One bar rules everything: total load over time, what routing did, and where the viewer stands.

export interface Shown {
  from: number;
  to: number;
  stable: boolean;
  open: string; // what is to say of a bin that is not complete; else empty
}

export interface TimeBarProps {
  vantages: readonly Vantage[] | null; // where nothing counts traffic: who listened when is drawn instead of load
  series: Series | null;
  span: Span;
  watermark: number;
  place: Place;
  shown: Shown | null; // the bin on the screen
  playing: boolean;
  still_coming: boolean; // live will bring more
  speed: number; // of what moves: the replay while following it, else the viewer
  on_speed: (speed: number) => void;
  on_play: (playing: boolean) => void;
  on_bin: (t: number) => void; // the playhead is about to enter this bin
}

const kHeight = 58;

export function TimeBar(props: TimeBarProps) {
  const { series, span, watermark, place, shown, playing, vantages } = props;
  const [ref, width] = useWidth();
  const scale: Scale = { from: span.from, to: Math.max(span.to, span.from + span.bin), width };
  const live = place.at === null;
  const head = usePlayhead(props);
  const events = series?.events ?? [];
  const [hover, set_hover] = useState<number | null>(null);
  const jump = (by: 1 | -1) => {
    const e = step_event(events, place.at ?? watermark, by);
    if (e) go(vantages ? { ...selected({ event: e.time }), at: event_ms(e) } : { at: event_ms(e) }, "push");
  };
  const seek = (e: React.PointerEvent) => {
    const box = e.currentTarget.getBoundingClientRect();
    const t = Math.round(t_of(scale, e.clientX - box.left));
    go({ at: Math.min(Math.max(span.from, t), Math.max(span.from, Math.min(watermark, span.to) - 1)) });
  };
  const over = hover === null ? null : series?.bins.find((b) => Date.parse(b.from) === bin_start(span, hover));

  return (
    <section className="timebar" aria-label="Time" data-testid="time-bar">
      <div className="controls">
        <button className="icon" onClick={() => jump(-1)} aria-label="Previous event" title="Previous event (shift left)" data-testid="event-previous">
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden><path d="M3 3v10M13 3L6 8l7 5z" /></svg>
        </button>
        <button className="icon play" onClick={() => props.on_play(!playing)} aria-label={playing ? "Pause" : "Play"} title="Play or pause (space)" data-testid="play" data-playing={playing}>
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden>{playing ? <path d="M4 2.5h3v11H4zM9 2.5h3v11H9z" /> : <path d="M4 2l10 6-10 6z" />}</svg>
        </button>
        <button className="icon" onClick={() => jump(1)} aria-label="Next event" title="Next event (shift right)" data-testid="event-next">
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden><path d="M13 3v10M3 3l7 5-7 5z" /></svg>
        </button>
        <span className="speeds" role="group" aria-label={vantages ? "Window" : "Speed"}>
          {vantages && kWindows.map((w) => (
            <button key={w} aria-pressed={place.window === w} onClick={() => go({ window: w })} data-testid={`window-${w}`}>{{ 600: "10 min", 7200: "2 h", 86400: "1 d", 604800: "7 d" }[w]}</button>
          ))}
          {!vantages && kSpeeds.map((s) => (
            <button key={s} aria-pressed={props.speed === s} onClick={() => props.on_speed(s)} data-testid={`speed-${s}`}>{s}x</button>
          ))}
        </span>
        <span className="when num" data-testid="shown-time" title={shown ? `The bin from ${clock(shown.from)} to ${clock(shown.to)} UTC` : ""}>
          {vantages && <><span className="wide-only faint">{day(head)} </span><b>{clock(head)}</b><span className="wide-only faint"> UTC</span></>}
          {!vantages && (shown ? <><span className="wide-only faint">{day(shown.from)} </span><b>{clock(shown.from)}</b><span className="wide-only"> – {clock(shown.to)}</span><span className="wide-only faint"> UTC</span></> : "no bin yet")}
          {shown?.open && <em className="open-mark" title={`${shown.open}. Complete up to ${clock(watermark)}`} data-testid="open-mark">open</em>}
          {shown && !shown.stable && <em className="mixed" title="The network changed inside this bin: loads mix before and after">network changed<span className="wide-only"> in this bin</span></em>}
        </span>
        <span className="grow" />
        {over && hover !== null && (
          <span className="hover-note num wide-only">
            {clock(Date.parse(over.from))} {bps(over.total_bps)}{over.true_total_bps !== null && ` of ${bps(over.true_total_bps)}`}{over.total_error !== null && `, error ${percent(over.total_error)}`}
          </span>
        )}
        <button className="live" aria-pressed={live} onClick={() => go({ at: null }, "push")} data-testid="live" title="Follow the newest (l)"><i />Live</button>
      </div>
      <div
        className="track" ref={ref} role="slider" tabIndex={0} aria-label="Time" aria-valuemin={span.from} aria-valuemax={span.to} aria-valuenow={place.at ?? watermark} aria-valuetext={shown ? `${clock(shown.from)} UTC` : "no bin yet"}
        data-testid="track"
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          props.on_play(false);
          seek(e);
        }}
        onPointerMove={(e) => {
          const box = e.currentTarget.getBoundingClientRect();
          set_hover(t_of(scale, e.clientX - box.left));
          if (e.currentTarget.hasPointerCapture(e.pointerId)) seek(e);
        }}
        onPointerLeave={() => set_hover(null)}
      >
        {width > 0 && (
          <svg width={width} height={kHeight + 18} aria-hidden>
            <Ground series={series} span={span} watermark={watermark} width={width} vantages={vantages} />
            {shown && <rect className="t-bin" x={x_of(scale, shown.from)} width={Math.max(2, x_of(scale, shown.to) - x_of(scale, shown.from))} y={0} height={kHeight} />}
            {shown && <rect className="t-under" x={x_of(scale, shown.from)} width={Math.max(2, x_of(scale, shown.to) - x_of(scale, shown.from))} y={kHeight - 1} height={3} />}
            <g className="t-head" transform={`translate(${x_of(scale, head)} 0)`}>
              <line y1={0} y2={kHeight} />
              <path d="M-5 0h10v5l-5 6-5-6z" />
            </g>
          </svg>
        )}
      </div>
    </section>
  );
}

// What does not move: areas, ticks, events.
const Ground = memo(function Ground({ series, span, watermark, width, vantages }: { series: Series | null; span: Span; watermark: number; width: number; vantages: readonly Vantage[] | null }) {
  const s: Scale = { from: span.from, to: Math.max(span.to, span.from + span.bin), width };
  const bins = series?.bins ?? [];
  const steps = (value: (b: Series["bins"][number]) => number | null): Step[] => bins.map((b) => ({ from: Date.parse(b.from), to: Date.parse(b.from) + span.bin, value: value(b) }));
  const max = nice_ceiling(1.1 * Math.max(1, ...bins.map((b) => Math.max(b.total_bps, b.true_total_bps ?? 0))), kFine);
  const done = x_of(s, Math.min(s.to, bins.length ? Date.parse(bins[bins.length - 1]!.from) + span.bin : Math.max(span.from, watermark)));
  return (
    <>
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line className="t-hatch" x1="0" y1="0" x2="0" y2="6" /></pattern>
      </defs>
      {done < width - 1 && <rect x={done} y={0} width={width - done} height={kHeight} fill="url(#hatch)" />}
      {bins.filter((b) => !b.stable).map((b) => {
        const x = x_of(s, Date.parse(b.from));
        return <rect key={b.from} className="t-unstable" x={x} y={0} width={Math.max(2, x_of(s, Date.parse(b.from) + span.bin) - x)} height={kHeight} />;
      })}
      {vantages && <Lanes vantages={vantages} scale={s} watermark={watermark} />}
      {!vantages && <><path className="c-fill" d={filled(steps((b) => b.total_bps), s, kHeight, max)} />
      <path className="c-whole" d={stair(steps((b) => b.true_total_bps), s, kHeight, max)} />
      <path className="c-line" d={stair(steps((b) => b.total_bps), s, kHeight, max)} /></>}
      <line className="c-axis" x1={0} x2={width} y1={kHeight} y2={kHeight} />
      <text className="c-text" x={4} y={11}>{max > 100 && !vantages ? `${bps(max)} over all links` : ""}</text>
      {time_ticks(s, Math.max(2, Math.floor(width / 90))).map((t) => (
        <text key={t.x} className="c-text" x={Math.min(width - 18, Math.max(18, t.x))} y={kHeight + 14} textAnchor="middle">{t.text}</text>
      ))}
      {(series?.events ?? []).map((e, i) => {
        const x = x_of(s, event_ms(e));
        const tone = event_tone(e.kind);
        return (
          <g key={i} className={`t-event t-${tone}`} transform={`translate(${x} 0)`}>
            <title>{`${clock(Date.parse(e.time))} ${e.text}`}</title>
            <line y1={14} y2={kHeight} />
            {tone === "bad" ? <path d="M-4 16l8 8M4 16l-8 8" /> : tone === "good" ? <path d="M-5 20l4 4 6-8" /> : <path d="M0 15l5 5-5 5-5-5z" />}
          </g>
        );
      })}
    </>
  );
});

// Who listened when: a gap is as plain as a bar. Many vantage points become one lane of how many listened.
const kLanesMax = 6;
function Lanes({ vantages, scale, watermark }: { vantages: readonly Vantage[]; scale: Scale; watermark: number }) {
  const height = kHeight - 22;
  const row = Math.min(10, height / Math.max(1, Math.min(vantages.length, kLanesMax)));
  const shown = [...vantages].sort((a, b) => a.name.localeCompare(b.name)).slice(0, kLanesMax);
  return (
    <>
      {shown.map((v, i) => (
        <g key={v.name} transform={`translate(0 ${kHeight - 4 - (shown.length - i) * row})`}>
          <title>{`${v.name}: ${v.state}`}</title>
          {v.listened.map((l, k) => {
            const last = k === v.listened.length - 1 && v.state === "listening";
            const from = Math.max(0, x_of(scale, Date.parse(l.from))), to = Math.min(scale.width, x_of(scale, last ? watermark : Date.parse(l.to)));
            return to > from - 1 && to > 0 ? <rect key={k} className={v.state === "silent" || v.state === "stopped" ? "t-lane t-lane-over" : "t-lane"} x={from} width={Math.max(1.5, to - from)} y={1} height={Math.max(2, row - 2)} rx={1} /> : null;
          })}
        </g>
      ))}
    </>
  );
}

// Where the head stands, and while playing, moving it. It enters bins and events one by one.
function usePlayhead({ span, watermark, place, playing, series, shown, on_play, on_bin, still_coming }: TimeBarProps): number {
  const rest = place.at ?? (still_coming ? watermark : (shown?.to ?? watermark));
  const [head, set] = useState(rest);
  const at = useRef(rest);
  const latest = useRef({ span, watermark, series, place, on_play, on_bin, still_coming });
  latest.current = { span, watermark, series, place, on_play, on_bin, still_coming };
  const moving = playing && place.at !== null;

  const advance = useCallback((t: number) => {
    const { span, watermark, series, place, on_play, on_bin, still_coming } = latest.current;
    const before = at.current;
    at.current = t;
    set(t);
    const newest = newest_bin(span, watermark);
    if (t >= newest + span.bin) {
      if (still_coming) go({ at: null });
      else {
        go({ at: newest });
        on_play(false);
      }
      return;
    }
    // A bin begun or an event passed is a new picture.
    const passed = (series?.events ?? []).map(event_ms).filter((x) => x > before && x <= t);
    const stop = Math.max(bin_start(span, t), ...passed);
    if (stop > before || place.at === null) {
      go({ at: stop });
      on_bin(bin_start(span, t) + span.bin);
    }
  }, []);

  useEffect(() => {
    // Moved by somebody else than the player?
    if (!moving || Math.abs(at.current - rest) > span.bin) {
      at.current = rest;
      set(rest);
    }
  }, [rest, moving, span.bin]);

  useEffect(() => {
    if (!moving) return;
    let last = performance.now();
    const timer = window.setInterval(() => {
      const now = performance.now();
      advance(at.current + Math.min(500, now - last) * latest.current.place.speed);
      last = now;
    }, 66);
    return () => window.clearInterval(timer);
  }, [moving, advance]);
  return moving ? head : rest;
}
