import type { WhatIf } from "../api/types";
import { bps, clock, day, link_name, percent } from "../draw/format";
import { kLoud } from "../draw/colour";
import { fullest, longer, newly_overloaded } from "../draw/whatif";
import { go, selected } from "../state/place";

// What a scenario comes to, in four figures, for one or for two beside each other; and how sure that is.

interface Side {
  name: string;
  answer: WhatIf | null;
}

export function Verdict({ sides }: { sides: readonly Side[] }) {
  const known = sides.filter((s): s is { name: string; answer: WhatIf } => s.answer !== null);
  const first = known[0];
  if (!first) return null;
  const both = sides.length > 1;
  const fullest_of = (a: WhatIf) => fullest(a, "after");
  const before = fullest(first.answer, "before");
  return (
    <div className="verdict" data-two={both} data-testid="verdict">
      <table>
        <thead>
          <tr><td />{<th scope="col">Today</th>}{known.map((s) => <th key={s.name} scope="col">{both ? s.name : "With it"}</th>)}</tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Fullest link</th>
            <Figure share={first.answer.before.max_utilisation} note={before && link_name(before.from, before.to)} link={before?.id} />
            {known.map((s) => { const f = fullest_of(s.answer); return <Figure key={s.name} share={s.answer.after.max_utilisation} note={f && link_name(f.from, f.to)} link={f?.id} testid="verdict-max" />; })}
          </tr>
          {first.answer.bins > 1 && (
            <>
              <tr><th scope="row">when</th><td className="num">{when(first.answer.before.worst_bin)}</td>{known.map((s) => <td key={s.name} className="num">{when(s.answer.after.worst_bin)}</td>)}</tr>
              <tr><th scope="row">in the median bin</th><td className="num">{percent(first.answer.before.median_max_utilisation)}</td>{known.map((s) => <td key={s.name} className="num">{percent(s.answer.after.median_max_utilisation)}</td>)}</tr>
            </>
          )}
          <tr><th scope="row">New overloads</th><td className="faint">–</td>{known.map((s) => { const n = newly_overloaded(s.answer).length; return <td key={s.name} className={n ? "num odd" : "num"} data-testid="verdict-overloads">{n ? `▲ ${n}` : "none"}</td>; })}</tr>
          <tr><th scope="row">Disconnected</th><td className="num">{first.answer.before.unrouted_bps > 0 ? bps(first.answer.before.unrouted_bps) : "–"}</td>{known.map((s) => <td key={s.name} className={s.answer.disconnected_bps > 0 ? "num odd" : "num"} data-testid="verdict-disconnected" data-value={s.answer.disconnected_bps}>{s.answer.disconnected_bps > 0 ? `+${bps(s.answer.disconnected_bps)}` : "nothing"}</td>)}</tr>
          <tr><th scope="row">Longer way</th><td className="faint">–</td>{known.map((s) => <td key={s.name} className="num" data-testid="verdict-longer">{ways(s.answer)}</td>)}</tr>
        </tbody>
      </table>
      <p className="foot">{sure(first.answer)}</p>
    </div>
  );
}

function Figure({ share, note, link, testid }: { share: number; note: string | null; link: string | undefined; testid?: string }) {
  return (
    <td data-testid={testid} data-value={share}>
      <b className={share > kLoud ? "num odd" : "num"}>{share > kLoud ? "▲ " : ""}{percent(share)}</b>
      {note && link && share > 0 && <button className="plain faint" title="Show this link" onClick={() => go(selected({ link }), "push")}>{note}</button>}
    </td>
  );
}

function ways(a: WhatIf): string {
  const n = longer(a).length;
  return n === 0 ? "none" : `${n.toLocaleString("en")} ${n === 1 ? "demand" : "demands"}`;
}

const when = (text: string) => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text || "–" : `${day(ms).slice(5)} ${clock(ms)}`;
};

// How many bins, and that what nobody counted is in neither side.
function sure(a: WhatIf): string {
  const bins = a.bins === 1 ? "Of one bin." : `Of ${a.bins.toLocaleString("en")} bins.`;
  return a.coverage < 0.9995 ? `${bins} Instrumented hosts account for ${percent(a.coverage)} of what was observed, at least: the rest is on neither side.` : `${bins} All that was observed is in it.`;
}
