import type { Status, Topology } from "../api/types";

// What to say where there is little to show, and what to do about it. `covers` is said over the map, which would be
// empty; the rest above it.

export interface Advice {
  key: string;
  title: string;
  text: string;
  covers: boolean;
}

export function advice(status: Pick<Status, "hosts" | "traffic" | "mode">, topology: Pick<Topology, "routers" | "links"> | null): Advice | null {
  if (!topology) return null;
  const { routers, links } = topology;
  if (routers.length === 0) {
    const counted = status.traffic && status.hosts > 0;
    return {
      key: "no-routers", covers: true, title: counted ? "Traffic, but no routing yet" : "No router heard yet",
      text: `${counted ? `${status.hosts === 1 ? "1 host reports" : `${status.hosts.toLocaleString("en")} hosts report`} traffic; which links it takes only routing can say. ` : ""}The map appears with the first link-state advertisement. Let "anemone snoop" listen to the routing protocol, and give its log to this server with --log.`,
    };
  }
  if (routers.length === 1 && links.length === 0) {
    return { key: "one-router", covers: false, title: "One router, no links", text: `${routers[0]!.name} tells of no other router. Loads are drawn on links between routers: check that the listener is in the right area, or wait for its neighbours.` };
  }
  if (status.traffic && status.hosts === 0 && status.mode === "serve") {
    return { key: "no-agents", covers: false, title: "No host reports yet", text: "The network is known, its load is not. Start \"anemone agent\" with this server's address on the hosts that send or receive most; the first loads appear within seconds." };
  }
  return null;
}
