import { useEffect, useRef, useState } from "react";
import { ApiError, get } from "../api/client";
import type { NewerEnvelope } from "../api/newer";

// An answer of the server that follows a changing question. While the next answer is under way
// the last one stays on the screen. One request at a time: a slider that moves faster than the
// server answers skips questions in the middle and never the last one.

export interface Resource<T> {
  data: T | null;
  error: ApiError | null;
  loading: boolean;
  for_url: string | null; // what `data` answers
}

const kKept = 300;
const kept = new Map<string, unknown>();

function keep(url: string, data: unknown): void {
  kept.delete(url);
  kept.set(url, data);
  if (kept.size > kKept) kept.delete(kept.keys().next().value!);
}

// Only a finished bin that no late agent can correct is the same for ever.
const lasting = (url: string, data: unknown) => url.includes("at=") && !unsettled(data as Partial<NewerEnvelope>) && (data as Partial<NewerEnvelope>).bin !== undefined;

// Whether more may come for the bin: it is open, or somebody has not reported.
export const unsettled = (e: Partial<NewerEnvelope>): boolean => e.bin?.complete === false || (e.late?.length ?? 0) > 0;

export function prefetch(url: string): void {
  if (kept.has(url)) return;
  get<unknown>(url).then((data) => lasting(url, data) && keep(url, data), () => undefined);
}

// `tick` asks again although the question is the same; `off` (null) asks nothing.
export function useResource<T>(url: string | null, tick = 0): Resource<T> {
  const [state, set] = useState<Resource<T>>({ data: null, error: null, loading: url !== null, for_url: null });
  const flight = useRef<{ busy: boolean; next: string | null; alive: boolean; asked: string | null }>({ busy: false, next: null, alive: true, asked: null });

  useEffect(() => {
    const f = flight.current;
    f.alive = true;
    return () => {
      f.alive = false;
    };
  }, []);

  useEffect(() => {
    const f = flight.current;
    if (url === null) {
      f.next = null;
      f.asked = null;
      set({ data: null, error: null, loading: false, for_url: null });
      return;
    }
    f.asked = url;
    const known = kept.get(url) as T | undefined;
    if (known !== undefined) {
      f.next = null;
      set({ data: known, error: null, loading: false, for_url: url });
      return;
    }
    const ask = (what: string) => {
      f.busy = true;
      get<T>(what)
        .then(
          (data) => {
            if (lasting(what, data)) keep(what, data);
            if (f.alive && f.asked !== null && (f.next !== null || f.asked === what)) set({ data, error: null, loading: f.next !== null, for_url: what });
          },
          (error: unknown) => {
            const problem = error instanceof ApiError ? error : new ApiError(0, "unreachable", String(error));
            if (f.alive && f.asked === what) set((old) => ({ ...old, error: problem, loading: false }));
          },
        )
        .finally(() => {
          f.busy = false;
          const next = f.next;
          f.next = null;
          if (next !== null && f.alive) ask(next);
        });
    };
    set((old) => ({ ...old, loading: true }));
    if (f.busy) f.next = url;
    else ask(url);
  }, [url, tick]);

  return state;
}

// A value once it has not changed for so long; until then the one before.
export function useRested<T>(value: T, ms: number): T {
  const [rested, set] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => set(value), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return rested;
}
