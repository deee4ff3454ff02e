import { address } from "./client";
import type { LoadChange } from "./newer";
import type { Span, Status } from "./types";

// What the server pushes. `lost` is called once when the connection goes and `back` when it is
// there again; reconnection is ours, because EventSource gives up for good on an HTTP error.
export interface StreamHandlers {
  bin: (bin: Span) => void; // is complete
  topology: () => void;
  load: (change: LoadChange) => void; // of a bin that is not complete, at most twice a second
  status: (status: Status) => void;
  lost: () => void;
  back: () => void;
}

const kFirstWait_ms = 500;
const kLongestWait_ms = 8000;

export function open_stream(handlers: StreamHandlers): () => void {
  let source: EventSource | null = null;
  let wait = kFirstWait_ms;
  let timer = 0;
  let closed = false;

  const connect = () => {
    source = new EventSource(address("stream"));
    source.addEventListener("open", () => {
      wait = kFirstWait_ms;
      handlers.back();
    });
    source.addEventListener("topology", () => handlers.topology());
    const told = <T>(name: string, take: (data: T) => void) =>
      source!.addEventListener(name, (event) => {
        try {
          take(JSON.parse((event as MessageEvent<string>).data) as T);
        } catch {
          // What is not JSON is the server's fault; the next one comes in a second.
        }
      });
    told<Span>("bin", handlers.bin);
    told<Status>("status", handlers.status);
    told<LoadChange>("load", handlers.load);
    source.addEventListener("error", () => {
      source?.close();
      if (closed) return;
      handlers.lost();
      timer = window.setTimeout(connect, wait);
      wait = Math.min(kLongestWait_ms, wait * 2);
    });
  };
  connect();
  return () => {
    closed = true;
    window.clearTimeout(timer);
    source?.close();
  };
}
