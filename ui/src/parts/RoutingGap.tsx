import type { Bound } from "../api/types";
import { percent } from "../draw/format";
import { excess } from "../draw/whatif";
import { go } from "../state/place";

// How much better any routing could do with this traffic, in the map's header.

const kAsGood = 0.005;

export function RoutingGap({ bound }: { bound: Bound }) {
  const more = excess(bound);
  if (more === null) return null;
  const words = more < kAsGood ? "Today's routing is as good as any" : `Today's routing needs ${percent(more)} more than it must`;
  return (
    <button className="gap" data-testid="routing-gap" data-value={more} onClick={() => go({ page: "whatif" }, "push")} title={`Fullest link ${percent(bound.utilization)}; no routing needs less than ${percent(bound.bound)}${bound.exact ? "" : `, within ${percent(bound.gap)}`}`}>
      {words}
    </button>
  );
}
