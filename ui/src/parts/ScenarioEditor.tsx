import { useEffect, useRef, useState } from "react";
import type { ScenarioError } from "../api/whatif";
import { offset_of, pieces } from "../draw/scenario";

// A scenario as text: numbered lines, errors underlined where they are and told below. Control-Enter runs it.

interface Props {
  name: string; // "Scenario", or "A" and "B"
  text: string; // as it was run
  errors: readonly ScenarioError[];
  busy: boolean;
  testid: string;
  run: (text: string) => void;
  close?: () => void;
}

const kLinesShown = 3;
const kLinesMax = 14;

export function ScenarioEditor({ name, text, errors, busy, testid, run, close }: Props) {
  const [draft, set] = useState(text);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => set(text), [text]);
  const current = draft === text ? errors : []; // places are those of what was run
  const lines = pieces(draft, current);
  const show = (e: ScenarioError) => {
    if (!area.current || e.line === null) return;
    const at = offset_of(draft, e.line, e.column ?? 1);
    area.current.focus();
    area.current.setSelectionRange(at, at);
  };
  return (
    <div className="editor" data-testid={testid}>
      <div className="editor-head">
        <label htmlFor={`${testid}-text`}>{name}</label>
        <span className="grow" />
        {close && <button className="quiet" onClick={close} data-testid={`${testid}-close`}>Remove</button>}
        <button className="run" onClick={() => run(draft)} disabled={draft.trim() === "" && text === ""} title="Control-Enter" data-testid={`${testid}-run`}>{busy ? "Running" : "Run"}</button>
      </div>
      <div className="editor-text" style={{ height: 12 + 20 * Math.max(kLinesShown, Math.min(kLinesMax, lines.length + 1)) }}>
        <div className="editor-lines">
          <ol aria-hidden>
            {lines.map((l, i) => (
              <li key={i} className={l.some((p) => p.error) ? "editor-wrong" : ""}>
                {l.map((p, k) => (p.error ? <u key={k} data-testid="error-mark">{p.text}</u> : <span key={k}>{p.text}</span>))}
              </li>
            ))}
          </ol>
          <textarea
            id={`${testid}-text`} ref={area} value={draft} spellCheck={false} autoCapitalize="off" autoComplete="off" wrap="off" rows={Math.max(kLinesShown, lines.length)} placeholder="fail link core1 core2" aria-invalid={current.length > 0} aria-describedby={`${testid}-errors`}
            onChange={(e) => set(e.target.value)}
            onKeyDown={(e) => {
              if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) run(draft);
              if (e.key === "Escape") e.currentTarget.blur();
              e.stopPropagation();
            }}
          />
        </div>
      </div>
      <div id={`${testid}-errors`} role="alert">
        {current.map((e, i) => (
          <button key={i} className="editor-error" onClick={() => show(e)} data-testid="scenario-error" data-line={e.line ?? ""} data-column={e.column ?? ""}>
            {e.line !== null && <b className="num">{e.line}:{e.column}</b>} {e.message}
          </button>
        ))}
      </div>
    </div>
  );
}
