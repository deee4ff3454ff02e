import { useEffect, useMemo } from "react";
import type { WhatIf, WhatIfAnswers } from "../api/types";
import { scenario_errors, type ScenarioError } from "../api/whatif";
import type { Features } from "../state/features";
import type { Place } from "../state/place";
import { usePosted } from "../state/posted";
import { keep_scenario } from "../state/prefer";
import type { Resource } from "../state/resource";
import { iso } from "../state/time";

// The one or two scenarios of the what-if page, asked as the URL says: of the bin that is shown, anew with every
// bin while the network is followed, or of all bins of some days up to then.

export interface Ran {
  text: string;
  result: Resource<WhatIf>;
  errors: readonly ScenarioError[];
}

export interface WhatIfRuns {
  question: string; // which bins, as the API is asked
  one: Ran | null;
  other: Ran | null;
}

const kDay_ms = 86_400_000;
const first_of = (r: Resource<WhatIfAnswers>): Resource<WhatIf> => ({ ...r, data: r.data?.answers[0] ?? null });
const kNone: readonly ScenarioError[] = [];

export function useWhatIf(place: Place, features: Features, watermark: number, begins: number, tick: number): WhatIfRuns {
  const on = place.page === "whatif" && features.whatif && watermark > 0;
  const { at, over, scenario, against } = place;
  // Of days up to now, the now of when it was asked: the answer is not chased by the clock.
  const span = useMemo((): Record<string, string> => {
    if (over === 0) return at === null ? {} : { at: iso(at) };
    const to = at ?? watermark;
    return { from: iso(Math.max(begins, to - over * kDay_ms)), to: iso(to) };
  }, [at, over, scenario, against, on]);
  const body = (text: string) => (on && text.trim() !== "" ? JSON.stringify({ scenario: text }) : "");
  const question = new URLSearchParams({ ...span, ...(place.instrumented < 1 ? { instrumented: String(place.instrumented) } : {}) }).toString();
  const asked = usePosted<WhatIfAnswers>(`whatif${question ? `?${question}` : ""}`, [body(scenario), body(against)], at === null && over === 0 ? tick : 0);
  const [one, other] = useMemo(() => asked.map(first_of), [asked]) as [Resource<WhatIf>, Resource<WhatIf>];
  useEffect(() => {
    if (one.data && scenario.trim()) keep_scenario(scenario);
  }, [one.data !== null, scenario]);
  const ran = (text: string, result: Resource<WhatIf>): Ran | null => (text.trim() === "" ? null : { text, result, errors: result.error ? scenario_errors(result.error) : kNone });
  return { question, one: ran(scenario, one), other: ran(against, other) };
}
