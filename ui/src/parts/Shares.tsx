import type { ReactNode } from "react";
import type { NamedShare } from "../api/newer";
import { bps, percent } from "../draw/format";
import { Bar, CopyCsv, Section } from "./Bits";

// A list of names with what they have of a load: applications, processes, users.

const kShown = 6;

export function Shares(props: { title: string; rows: readonly NamedShare[] | undefined; note?: ReactNode; testid?: string }) {
  const { title, rows, note, testid } = props;
  if (!rows || rows.length === 0) return null;
  const rest = rows.slice(kShown);
  const first = rows[0]!.bps || 1;
  return (
    <Section title={title} note={<>{note}<CopyCsv head={["name", "bps", "share"]} rows={() => rows.map((r) => [r.name, r.bps, r.share])} /></>} {...(testid ? { testid } : {})}>
      {rows.slice(0, kShown).map((r) => (
        <div className="row" key={r.name}>
          <span className="row-name">{r.name || "unknown"}</span>
          <span className="num">{bps(r.bps)}</span>
          <span className="num row-share">{percent(r.share)}</span>
          <Bar share={r.bps / first} />
        </div>
      ))}
      {rest.length > 0 && <p className="foot">{rest.length} more with {bps(rest.reduce((s, r) => s + r.bps, 0))}, in the CSV and the table (t).</p>}
    </Section>
  );
}
