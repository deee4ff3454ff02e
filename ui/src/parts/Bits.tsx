import { useEffect, useState, type ReactNode } from "react";
import { csv, type Cell } from "../draw/table";

// Small pieces that several panels share.

export function Notice(props: { kind: "empty" | "loading" | "failed" | "info"; title: string; children?: ReactNode; retry?: () => void }) {
  return (
    <div className={`notice notice-${props.kind}`} role={props.kind === "failed" ? "alert" : "status"} data-testid={`notice-${props.kind}`}>
      <strong>{props.title}</strong>
      {props.children && <p>{props.children}</p>}
      {props.retry && <button onClick={props.retry}>Try again</button>}
    </div>
  );
}

export function Skeleton({ rows }: { rows: number }) {
  return (
    <div className="skeleton" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} style={{ width: `${92 - i * 7}%` }} />
      ))}
    </div>
  );
}

export function Section(props: { title: string; note?: ReactNode; children: ReactNode; testid?: string }) {
  return (
    <section className="section" data-testid={props.testid}>
      <h3>
        {props.title}
        {props.note !== undefined && <span className="note">{props.note}</span>}
      </h3>
      {props.children}
    </section>
  );
}

export function CopyCsv({ head, rows }: { head: readonly string[]; rows: () => readonly (readonly Cell[])[] }) {
  const [said, say] = useState("");
  useEffect(() => {
    if (!said) return;
    const timer = window.setTimeout(() => say(""), 1800);
    return () => window.clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    const text = csv(head, rows());
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
    } catch {
      // No clipboard without https: hand the table over as a file.
      const a = document.createElement("a");
      a.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      a.download = "anemone.csv";
      a.click();
      URL.revokeObjectURL(a.href);
      say("Saved");
    }
  };
  return (
    <button className="quiet" onClick={() => void copy()} title="Copy this table as CSV" data-testid="copy-csv">
      {said || "CSV"}
    </button>
  );
}

// A bar with hatching for what is estimated, and an outline for what the whole recording says.
export function Bar(props: { share: number; guess?: number | null; whole?: number | null; colour?: string | undefined; right?: boolean }) {
  const width = (x: number) => `${Math.max(0, Math.min(1, x)) * 100}%`;
  return (
    <span className={props.right ? "bar bar-right" : "bar"} aria-hidden>
      {props.guess != null && props.guess > props.share && <i className="bar-guess" style={{ width: width(props.guess) }} />}
      {props.whole != null && props.whole > 0 && <i className="bar-whole" style={{ width: width(props.whole) }} />}
      <i className="bar-fill" style={{ width: width(props.share), background: props.colour }} />
    </span>
  );
}
