import { ApiError } from "./client";

// Where the server found fault with a scenario, and who may be hurt by one; the answers' shapes are in types.ts.

export const kWho = ["applications", "processes", "users", "sites", "routers"] as const;
export type Who = (typeof kWho)[number];

export interface ScenarioError {
  line: number | null;
  column: number | null;
  message: string;
}

interface Said {
  errors?: ScenarioError[];
  scenario?: { errors?: ScenarioError[] };
  error?: { errors?: ScenarioError[] };
}

// Where a scenario was refused. The place is told beside the message, or in it: "line 2, column 6: no link ...".
export function scenario_errors(e: ApiError): ScenarioError[] {
  const said = (e.body ?? {}) as Said;
  const told = said.scenario?.errors ?? said.errors ?? said.error?.errors;
  if (told && told.length > 0) return told;
  const found = /line (\d+), column (\d+): (.*)/s.exec(e.message);
  return [found ? { line: Number(found[1]), column: Number(found[2]), message: found[3]! } : { line: null, column: null, message: e.message }];
}
