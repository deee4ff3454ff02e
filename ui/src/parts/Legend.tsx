import { utilisation_colour, type Theme } from "../draw/colour";
import { bps } from "../draw/format";

// What widths and colours mean.

function Wires() {
  return (
    <div className="legend legend-wires" aria-label="Legend" data-testid="legend-no-traffic">
      <span className="legend-name">No traffic source: the map shows the network, not its load</span>
      <span><i className="legend-wire" /> backbone</span>
      <span className="wide-only"><i className="legend-wire legend-wire-area" /> other area</span>
      <span><span className="legend-dash" /> down</span>
    </div>
  );
}

export function Legend({ theme, max_bps, unknown, widest, missing, guess, counted }: { theme: Theme; max_bps: number; unknown: boolean; widest: number; missing: boolean; guess: boolean; counted: boolean }) {
  if (!counted) return <Wires />;
  const stops = Array.from({ length: 26 }, (_, i) => `${utilisation_colour(i / 25, theme)} ${i * 4}%`);
  return (
    <div className="legend" aria-label="Legend">
      <div className="legend-scale">
        <span className="legend-name">{unknown ? "Utilisation unknown: no capacities given" : "Utilisation"}</span>
        {!unknown && (
          <span className="legend-ramp">
            <span className="legend-bar" style={{ background: `linear-gradient(90deg, ${stops.join(", ")})` }} />
            <span className="legend-numbers num"><span>0</span><span style={{ left: "80%" }}>▲80%</span></span>
          </span>
        )}
      </div>
      <div className="legend-widths">
        {[0.1, 0.5, 1].map((share) => (
          <span key={share}>
            <i style={{ height: Math.max(1, share * widest), background: utilisation_colour(unknown ? null : 0.3, theme) }} />
            <span className="num">{bps(share * max_bps)}</span>
          </span>
        ))}
      </div>
      <div className="legend-more faint">{guess && <><span className="legend-guess" /> estimated, <span className="legend-reach" /> at most &nbsp; </>}{missing && <><span className="legend-missing" /> not measured &nbsp; </>}■ instrumented host &nbsp; □ not &nbsp; <span className="legend-dash" /> down</div>
    </div>
  );
}
