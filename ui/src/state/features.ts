import { useEffect, useState } from "react";
import { address, get } from "../api/client";
import type { TopBy } from "../api/newer";

// What this server can be asked, by its own description: an older one has fewer questions, and no screen
// pretends otherwise.

export interface Features {
  coverage: boolean;
  losses: boolean;
  whatif: boolean;
  sweep: boolean;
  bound: boolean;
  tabs: readonly TopBy[];
}

const kAlways: readonly TopBy[] = ["links", "hosts", "apps"];
const kNewer: readonly TopBy[] = ["processes", "users"];
export const kFewest: Features = { coverage: false, losses: false, whatif: false, sweep: false, bound: false, tabs: [...kAlways, "demands"] };

interface Described {
  paths?: Record<string, unknown>;
  components?: { schemas?: { Top?: { properties?: { by?: { enum?: readonly string[] } } } } };
}

export function features_of(api: Described): Features {
  const answers = (path: string) => api.paths !== undefined && `/api/v1/${path}` in api.paths;
  const by = api.components?.schemas?.Top?.properties?.by?.enum ?? [];
  return { coverage: answers("coverage"), losses: answers("losses"), whatif: answers("whatif"), sweep: answers("sweep"), bound: answers("bound"), tabs: [...kAlways, ...kNewer.filter((t) => by.includes(t)), "demands"] };
}

// Asked again when the connection is back: the server may have been replaced by a newer one.
export function useFeatures(connected: boolean): Features {
  const [features, set] = useState(kFewest);
  useEffect(() => {
    if (!connected) return;
    const stop = new AbortController();
    get<Described>(address("openapi.json"), stop.signal).then((api) => set(features_of(api)), () => undefined);
    return () => stop.abort();
  }, [connected]);
  return features;
}
