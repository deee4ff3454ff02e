import { useEffect, useState } from "react";
import { ApiError, post } from "../api/client";
import type { Resource } from "./resource";

// An answer to a question that is too long for a URL. As useResource(), but a new question drops the one under
// way: a scenario takes the server seconds, and only the last one matters. `body` null asks nothing.

export function usePosted<T>(path: string, body: string | null, tick = 0): Resource<T> {
  const [state, set] = useState<Resource<T>>({ data: null, error: null, loading: body !== null, for_url: null });
  useEffect(() => {
    if (body === null) return set({ data: null, error: null, loading: false, for_url: null });
    const stop = new AbortController();
    set((old) => ({ ...old, loading: true }));
    post<T>(path, JSON.parse(body), stop.signal).then(
      (data) => !stop.signal.aborted && set({ data, error: null, loading: false, for_url: body }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof ApiError ? error : new ApiError(0, "unreachable", String(error));
        set((old) => ({ data: problem.status === 0 ? old.data : null, error: problem, loading: false, for_url: body }));
      },
    );
    return () => stop.abort();
  }, [path, body, tick]);
  return state;
}
