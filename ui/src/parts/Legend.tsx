import { change_colour, utilisation_colour, type Theme } from "../draw/colour";
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

function Widths({ max_bps, widest, colour }: { max_bps: number; widest: number; colour: string }) {
  return (
    <div className="legend-widths">
      {[0.1, 0.5, 1].map((share) => (
        <span key={share}>
          <i style={{ height: Math.max(1, share * widest), background: colour }} />
          <span className="num">{bps(share * max_bps)}</span>
        </span>
      ))}
    </div>
  );
}

// Of a scenario: the width is the load with it, the colour what is more or less of it than before.
function Changes({ theme, max_bps, widest }: { theme: Theme; max_bps: number; widest: number }) {
  const stops = Array.from({ length: 41 }, (_, i) => `${change_colour(i / 40 - 0.5, theme)} ${i * 2.5}%`);
  return (
    <div className="legend" aria-label="Legend" data-testid="legend-change">
      <div className="legend-scale">
        <span className="legend-name">Change, of capacity</span>
        <span className="legend-ramp">
          <span className="legend-bar" style={{ background: `linear-gradient(90deg, ${stops.join(", ")})` }} />
          <span className="legend-numbers num"><span>−50%</span><span style={{ left: "50%" }}>0</span><span style={{ left: "100%" }}>+50%</span></span>
        </span>
      </div>
      <Widths max_bps={max_bps} widest={widest} colour={change_colour(0, theme)} />
      <div className="legend-more faint"><span className="legend-missing" /> load before &nbsp; ▲ above 80% &nbsp; <span className="legend-dash" /> down</div>
    </div>
  );
}

export function Legend({ theme, max_bps, unknown, widest, missing, guess, counted, change }: { theme: Theme; max_bps: number; unknown: boolean; widest: number; missing: boolean; guess: boolean; counted: boolean; change: boolean }) {
  if (!counted) return <Wires />;
  if (change) return <Changes theme={theme} max_bps={max_bps} widest={widest} />;
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
      <Widths max_bps={max_bps} widest={widest} colour={utilisation_colour(unknown ? null : 0.3, theme)} />
      <div className="legend-more faint">{guess && <><span className="legend-guess" /> estimated, <span className="legend-reach" /> at most &nbsp; </>}{missing && <><span className="legend-missing" /> not measured &nbsp; </>}■ instrumented host &nbsp; □ not &nbsp; <span className="legend-dash" /> down</div>
    </div>
  );
}
