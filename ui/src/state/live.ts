import { useCallback, useEffect, useState } from "react";
import { ApiError, address, get } from "../api/client";
import { open_stream } from "../api/stream";
import type { LoadChange } from "../api/newer";
import type { Status } from "../api/types";

// The connection to the server: its status, whether it is there, and a tick that counts what
// is new. Comes back by itself.

export interface Live {
  status: Status | null;
  error: ApiError | null; // the first answer has not come
  lost_since: number | null; // ms; null while connected
  tick: number; // a bin is complete, the network changed, or the connection is back
  open: LoadChange | null; // the bin that is filling, where the server says so
  load_tick: number; // as `tick`, and the open bin's loads have changed
  set_status: (status: Status) => void;
}

const kRetry_ms = 2000;

export function useLive(): Live {
  const [status, set_status] = useState<Status | null>(null);
  const [error, set_error] = useState<ApiError | null>(null);
  const [lost_since, set_lost] = useState<number | null>(null);
  const [tick, set_tick] = useState(0);
  const [open, set_open] = useState<LoadChange | null>(null);
  const [changes, set_changes] = useState(0);
  const next = useCallback(() => set_tick((t) => t + 1), []);

  useEffect(() => {
    let alive = true, timer = 0;
    const ask = () =>
      get<Status>(address("status")).then(
        (s) => {
          if (!alive) return;
          set_status(s);
          set_error(null);
        },
        (e: unknown) => {
          if (!alive) return;
          set_error(e instanceof ApiError ? e : new ApiError(0, "unreachable", String(e)));
          timer = window.setTimeout(ask, kRetry_ms);
        },
      );
    void ask();
    const close = open_stream({
      bin: (bin) => {
        set_open((old) => (old && newest_open(old, { ...bin, complete: true })));
        next();
      },
      topology: next,
      load: (change) => {
        set_open((old) => newest_open(old, change));
        set_changes((n) => n + 1);
      },
      status: (s) => {
        set_status(s);
        set_error(null);
        set_lost(null);
      },
      lost: () => set_lost((since) => since ?? Date.now()),
      back: () => {
        set_lost(null);
        set_open(null);
        next();
        window.clearTimeout(timer);
        void ask();
      },
    });
    return () => {
      alive = false;
      window.clearTimeout(timer);
      close();
    };
  }, [next]);

  return { status, error, lost_since, tick, open, load_tick: tick + changes, set_status };
}

// Late agents change older bins, too; the viewer follows the newest that is still open.
export function newest_open(old: LoadChange | null, change: LoadChange): LoadChange | null {
  const newer = old === null || change.from >= old.from;
  if (!newer) return old;
  return change.complete ? null : change;
}
