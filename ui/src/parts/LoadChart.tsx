import { useLayoutEffect, useRef, useState } from "react";
import { filled, stair, t_of, time_ticks, x_of, type Scale, type Step } from "../draw/chart";
import { bps } from "../draw/format";
import { kFine, nice_ceiling } from "../draw/scene";
import type { LinkDetail } from "../api/types";
import { go } from "../state/place";

// One link's load in every bin: this direction filled, the whole recording as a broken line, the
// other direction as a thin one, capacity where it fits the scale. A click goes there.

export function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => set(ref.current?.clientWidth ?? 0));
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

const kHeight = 84;

export function LoadChart({ detail, back, at, bin_ms }: { detail: LinkDetail; back: LinkDetail | null; at: number | null; bin_ms: number }) {
  const [ref, width] = useWidth();
  const start = (b: { from: string }) => Date.parse(b.from);
  const first = detail.series[0], last = detail.series[detail.series.length - 1];
  const s: Scale = { from: first ? start(first) : 0, to: last ? start(last) + bin_ms : 1, width };
  const steps = (d: LinkDetail, value: (b: LinkDetail["series"][number]) => number | null): Step[] => d.series.map((b) => ({ from: start(b), to: start(b) + bin_ms, value: value(b) }));
  const top = nice_ceiling(Math.max(1, ...detail.series.map((b) => Math.max(b.load_bps, b.true_load_bps ?? 0)), ...(back?.series.map((b) => b.load_bps) ?? [])), kFine);
  const capacity = detail.capacity_bps;
  const max = capacity !== null && capacity >= top * 0.8 && capacity <= top * 2.5 ? capacity * 1.18 : top;
  const y = (v: number) => kHeight - (v / max) * kHeight;
  const now = at ?? s.to - bin_ms / 2;
  return (
    <div ref={ref} className="chart" data-testid="link-chart">
      {width > 0 && first && (
        <svg
          width={width} height={kHeight + 18} role="img" aria-label="Load of this link over time"
          onClick={(e) => go({ at: Math.round(t_of(s, e.clientX - e.currentTarget.getBoundingClientRect().left)) }, "push")}
        >
          <path className="c-fill" d={filled(steps(detail, (b) => b.load_bps), s, kHeight, max)} />
          <path className="c-whole" d={stair(steps(detail, (b) => b.true_load_bps), s, kHeight, max)} />
          <path className="c-line" d={stair(steps(detail, (b) => b.load_bps), s, kHeight, max)} />
          {back && <path className="c-back" d={stair(steps(back, (b) => b.load_bps), s, kHeight, max)} />}
          {capacity !== null && capacity <= max && <line className="c-capacity" x1={0} x2={width} y1={y(capacity)} y2={y(capacity)} />}
          <line className="c-axis" x1={0} x2={width} y1={kHeight} y2={kHeight} />
          <line className="c-now" x1={x_of(s, now)} x2={x_of(s, now)} y1={0} y2={kHeight} />
          {max === top && <text className="c-text" x={2} y={10}>{bps(max)}</text>}
          {time_ticks(s, Math.max(2, Math.floor(width / 80))).map((t) => (
            <text key={t.x} className="c-text" x={Math.min(width - 26, Math.max(18, t.x))} y={kHeight + 14} textAnchor="middle">{t.text}</text>
          ))}
        </svg>
      )}
      <p className="chart-key">
        <span><i className="k-line" />this direction</span>
        {back && <span><i className="k-back" />the other</span>}
        {detail.series.some((b) => b.true_load_bps !== null) && <span><i className="k-whole" />whole recording</span>}
      </p>
    </div>
  );
}
