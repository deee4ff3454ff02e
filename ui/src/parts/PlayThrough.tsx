import { useEffect, useState } from "react";
import { go, here } from "../state/place";

// The demo's slider: how many hosts report. Played, it goes from what it is to all of them, so that one sees the
// map come true.

const kStep_ms = 350;
const kStep = 0.05;

export function PlayThrough({ instrumented }: { instrumented: number }) {
  const [playing, set_playing] = useState(false);
  useEffect(() => {
    if (!playing) return;
    if (here().instrumented >= 1) go({ instrumented: 0 });
    const timer = window.setInterval(() => {
      const next = Math.min(1, Math.round((here().instrumented + kStep) * 100) / 100);
      go({ instrumented: next });
      if (next >= 1) set_playing(false);
    }, kStep_ms);
    return () => window.clearInterval(timer);
  }, [playing]);
  return (
    <div className="slider">
      <label>
        <span>Instrumented hosts <output data-testid="instrumented-value">{Math.round(instrumented * 100)}%</output></span>
        <input
          type="range" min={0} max={100} step={1} value={Math.round(instrumented * 100)} data-testid="instrumented" aria-label="Instrumented hosts, percent"
          onChange={(e) => {
            set_playing(false);
            go({ instrumented: Number(e.target.value) / 100 });
          }}
        />
      </label>
      <button className="quiet" onClick={() => set_playing(!playing)} aria-pressed={playing} title="From none to all, step by step" data-testid="play-through">{playing ? "Stop" : "Play"}</button>
    </div>
  );
}
