import { useEffect, useState } from "react";
import { address, get } from "../api/client";
import type { Load } from "../api/types";
import { curve } from "../draw/gain";
import { percent } from "../draw/format";
import { go } from "../state/place";
import { CopyCsv, Section } from "./Bits";
import { useWidth } from "./LoadChart";

// A recording tried with fewer hosts: what share of the bytes they count, and how far the loads are off, against
// the whole. Only where a whole is known.

interface Point {
  share: number; // of hosts
  counted: number;
  error: number;
}

const kTries = 10;
const kHeight = 120;

// Of the bin at this instant; asked one after another, so that the map's own questions are not kept waiting.
function useTrial(at: string | null): readonly Point[] {
  const [points, set] = useState<readonly Point[]>([]);
  useEffect(() => {
    if (at === null) return;
    const stop = new AbortController();
    set([]);
    void (async () => {
      const found: Point[] = [];
      for (let i = 0; i <= kTries; i++) {
        const share = i / kTries;
        const load = await get<Load>(address("load", { at, instrumented: share }), stop.signal).catch(() => null);
        if (stop.signal.aborted || !load?.accuracy) return;
        found.push({ share, counted: load.coverage.bytes_share, error: load.accuracy.total_error });
        set([...found]);
      }
    })();
    return () => stop.abort();
  }, [at]);
  return points;
}

export function Trial({ at, instrumented }: { at: string | null; instrumented: number }) {
  const points = useTrial(at);
  const [ref, width] = useWidth();
  return (
    <Section title="This recording with fewer hosts" note={<CopyCsv head={["hosts", "bytes_counted", "error"]} rows={() => points.map((p) => [p.share, p.counted, p.error])} />} testid="trial">
      <p className="foot">Hosts are taken in one fixed order. Move the slider on the right, or press Play, to see the same on the map.</p>
      <div ref={ref} className="chart trial">
        {width > 0 && (
          <svg
            width={width} height={kHeight + 18} role="img" aria-label="Bytes counted and error of all links by share of instrumented hosts"
            onClick={(e) => go({ instrumented: Math.round(Math.max(0, Math.min(1, (e.clientX - e.currentTarget.getBoundingClientRect().left) / width)) * 100) / 100 })}
          >
            {[0, 0.5, 1].map((y) => <line key={y} className="c-axis" x1={0} x2={width} y1={kHeight - y * kHeight} y2={kHeight - y * kHeight} />)}
            <path className="c-line" d={curve(points.map((p) => ({ x: p.share, y: p.counted })), width, kHeight)} />
            <path className="c-error" d={curve(points.map((p) => ({ x: p.share, y: p.error })), width, kHeight)} />
            <line className="c-now" x1={instrumented * width} x2={instrumented * width} y1={0} y2={kHeight} />
            {[0, 0.25, 0.5, 0.75, 1].map((x) => <text key={x} className="c-text" x={Math.min(width - 16, Math.max(10, x * width))} y={kHeight + 14} textAnchor="middle">{percent(x)}</text>)}
          </svg>
        )}
        <p className="chart-key"><span><i className="k-line" />bytes counted</span><span><i className="k-error" />error, all links</span><span>by share of hosts that report</span></p>
      </div>
    </Section>
  );
}
