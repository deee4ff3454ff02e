import { address } from "./client";
import type { Status } from "./types";

// What the server pushes. `lost` is called once when the connection goes and `back` when it is
// there again; reconnection is ours, because EventSource gives up for good on an HTTP error.
export interface StreamHandlers {
  bin: () => void;
  topology: () => void;
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
    source.addEventListener("bin", () => handlers.bin());
    source.addEventListener("topology", () => handlers.topology());
    source.addEventListener("status", (event) => {
      try {
        handlers.status(JSON.parse((event as MessageEvent<string>).data) as Status);
      } catch {
        // A status that is not JSON is the server's fault; the next one comes in a second.
      }
    });
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
