import { useEffect, type RefObject } from "react";
import type { Theme } from "../draw/colour";
import { thinning } from "../draw/particles";
import type { Scene } from "../draw/scene";
import { paint_motion, prepare } from "./paint";
import type { Frames } from "./probe";

// The moving dots: 30 times a second, thinned out until they keep within their budget, and off when
// even that does not help.

const kFrame_ms = 1000 / 30;
const kBudget_ms = 12; // of the 33 between two frames

export function useMotion(
  motion: RefObject<HTMLCanvasElement | null>, scene: RefObject<Scene | null>, frames: Frames, still: boolean, size: { width: number; height: number }, theme: Theme,
): void {
  useEffect(() => {
    const canvas = motion.current!;
    if (still) {
      prepare(canvas, size.width, size.height);
      return;
    }
    let asked = 0, wait = 0, slow = 1;
    const next = () => (asked = requestAnimationFrame(frame));
    const frame = (now: number) => {
      if (slow > 12) return; // even thinned out it does not keep up: no motion
      // Asking late rather than skipping: a page at rest wakes 30 times a second, not 60. The
      // browser itself asks nothing of a page that nobody sees.
      wait = window.setTimeout(next, kFrame_ms - 9);
      if (!scene.current) return;
      const start = performance.now();
      const thin = thinning(scene.current.ribbons) * slow;
      frames.dots = paint_motion(prepare(canvas, size.width, size.height), scene.current, theme, now / 1000, thin);
      const spent = performance.now() - start;
      frames.motion_count++;
      frames.motion_ms = frames.motion_count === 1 ? spent : frames.motion_ms * 0.95 + spent * 0.05;
      frames.thin = thin;
      if (frames.motion_count % 30 === 0 && frames.motion_ms > kBudget_ms) slow *= 1.6;
      if (slow > 12) prepare(canvas, size.width, size.height);
    };
    next();
    return () => {
      cancelAnimationFrame(asked);
      window.clearTimeout(wait);
    };
  }, [motion, scene, frames, still, size, theme]);
}
