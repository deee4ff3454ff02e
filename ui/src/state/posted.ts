import { useEffect, useState } from "react";
import { ApiError, post } from "../api/client";
import type { Resource } from "./resource";

// Answers to questions that are too long for a URL: one after another, since a server works out one scenario at a
// time. As useResource(), but a new question drops those under way: each takes seconds, and only the last matters.

const kBusy = 429; // somebody else's is being worked out
const kAgain_ms = 700;

const nothing = <T>(loading: boolean): Resource<T> => ({ data: null, error: null, loading, for_url: null });

// `bodies` are JSON; an empty text asks nothing.
export function usePosted<T>(path: string, bodies: readonly string[], tick = 0): readonly Resource<T>[] {
  const [state, set] = useState<readonly Resource<T>[]>(() => bodies.map((b) => nothing<T>(b !== "")));
  const key = bodies.join("\n");
  useEffect(() => {
    const stop = new AbortController();
    const put = (i: number, change: (old: Resource<T>) => Resource<T>) => set((all) => all.map((r, k) => (k === i ? change(r) : r)));
    bodies.forEach((b, i) => put(i, (old) => (b === "" ? nothing<T>(false) : { ...old, loading: true })));
    void (async () => {
      for (const [i, body] of bodies.entries()) {
        if (body === "") continue;
        const answer = await ask<T>(path, body, stop.signal);
        if (stop.signal.aborted) return;
        put(i, (old) => (answer instanceof ApiError ? { data: answer.status === 0 ? old.data : null, error: answer, loading: false, for_url: body } : { data: answer, error: null, loading: false, for_url: body }));
      }
    })();
    return () => stop.abort();
  }, [path, key, tick]);
  return state;
}

export async function ask<T>(path: string, body: string, signal: AbortSignal): Promise<T | ApiError> {
  for (;;) {
    try {
      return await post<T>(path, JSON.parse(body), signal);
    } catch (error) {
      const problem = error instanceof ApiError ? error : new ApiError(0, "unreachable", String(error));
      if (signal.aborted || problem.status !== kBusy) return problem;
      await new Promise((r) => window.setTimeout(r, kAgain_ms));
    }
  }
}
