import { useEffect, useRef } from "react";

// The keyboard of a whole page: what a key does, unless somebody types, or the key is the focused thing's own.

export function useKeys(keys: Record<string, (shift: boolean) => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const down = (e: KeyboardEvent) => {
      const target = e.target as HTMLElement;
      if (e.ctrlKey || e.metaKey || e.altKey || target.closest("dialog")) return;
      const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
      if (typing && !((target as HTMLInputElement).type === "range" && !e.key.startsWith("Arrow"))) return;
      if (e.key === " " && target.closest("button")) return;
      const act = latest.current[e.key.length === 1 ? e.key.toLowerCase() : e.key];
      if (!act) return;
      e.preventDefault();
      act(e.shiftKey);
    };
    window.addEventListener("keydown", down);
    return () => window.removeEventListener("keydown", down);
  }, []);
}
