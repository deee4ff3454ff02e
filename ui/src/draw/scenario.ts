import type { ScenarioError } from "../api/whatif";
import { bps } from "./format";
import { used, type Graph, type MapLink } from "./graph";

// Scenarios as text (docs/formats/scenario.md): names quoted where they must be, examples from the network at hand,
// and where an error is in the text. What a scenario means is the server's business.

// Quoted where blanks, commas, equals, quotes, semicolons or a comment's sign would end it.
export const quoted = (name: string): string => (name !== "" && !/[\s,=";#]/.test(name) ? name : `"${name.replace(/[\\"]/g, "\\$&")}"`);

// Names where they say which link is meant, else its id; LANs have no name that can be told.
export function fail_link(l: Pick<MapLink, "id" | "from" | "to">, graph: Graph): string {
  const alike = graph.links.filter((o) => o.from === l.from && o.to === l.to).length > 1;
  return alike || [l.from, l.to].some((id) => id.startsWith("net:")) ? `fail link ${quoted(l.id)}` : `fail link ${quoted(l.from)} ${quoted(l.to)}`;
}

export const fail_router = (name: string): string => `fail router ${quoted(name)}`;

// What a sweep tries, one after another, and the scenario of one: a link is named by its id there.
export type FailureKind = "links" | "routers" | "sites";

export function fail_one(kind: FailureKind, name: string, graph: Graph): string {
  if (kind === "routers") return fail_router(name);
  if (kind === "sites") return `fail site ${quoted(name)}`;
  const link = graph.links.find((l) => l.id === name);
  return link ? fail_link(link, graph) : `fail link ${quoted(name)}`;
}

// One more line of a scenario, unless it is there.
export function with_line(text: string, line: string): string {
  const lines = text.split("\n").map((l) => l.trim());
  return lines.includes(line) ? text : text.trim() === "" ? line : `${text.replace(/\s+$/, "")}\n${line}`;
}

export interface Example {
  text: string;
  why: string;
}

// What one would ask first of this network: each kind of change once, of the fullest or busiest there is.
export function examples(graph: Graph): Example[] {
  const links = graph.links.filter((l) => l.state === "up" && ![l.from, l.to].some((id) => id.startsWith("net:")));
  const first = [...links].sort((a, b) => (used(b) ?? 0) - (used(a) ?? 0) || b.load_bps - a.load_bps)[0];
  const through = new Map<string, number>();
  for (const l of graph.links) through.set(l.to, (through.get(l.to) ?? 0) + l.load_bps);
  const routers = graph.nodes.filter((n) => n.kind === "router" && !n.down).sort((a, b) => (through.get(b.id) ?? 0) - (through.get(a.id) ?? 0));
  const host = busiest_host(graph);
  const out: Example[] = [];
  if (first) out.push({ text: fail_link(first, graph), why: `the fullest link, ${bps(first.load_bps)}` });
  if (routers[0]) out.push({ text: fail_router(routers[0].id), why: "the router that most passes through" });
  out.push({ text: "scale +40%", why: "all traffic grows" });
  if (host) out.push({ text: `scale 2 from host ${quoted(host.id)}`, why: `${host.label} sends twice as much` });
  if (host && routers.some((r) => r.id !== host.home)) out.push({ text: `move host ${quoted(host.id)} to router ${quoted(routers.find((r) => r.id !== host.home)!.id)}`, why: "its traffic begins and ends there" });
  if (routers[0]) out.push({ text: `move port 25 or port 143 to router ${quoted(routers[0].id)}`, why: "all mail servers stand there" });
  if (first) out.push({ text: `set cost link ${quoted(first.from)} ${quoted(first.to)} ${Math.max(1, first.cost) * 10}`, why: `costs ${first.cost} now` });
  if (first?.capacity_bps) out.push({ text: `resize link ${quoted(first.from)} ${quoted(first.to)} ${amount(2 * first.capacity_bps)}`, why: "twice the capacity" });
  if (routers[1]) out.push({ text: `overload router ${quoted(routers[1].id)}`, why: "nothing passes through it, for maintenance" });
  return out;
}

function busiest_host(graph: Graph) {
  const loads = new Map<string, number>();
  for (const l of graph.links) loads.set(l.from, (loads.get(l.from) ?? 0) + l.load_bps);
  const servers = graph.nodes.filter((n) => n.kind === "host" && n.home !== null);
  return servers.sort((a, b) => (loads.get(b.home!) ?? 0) - (loads.get(a.home!) ?? 0))[0] ?? null;
}

// "20M": as the language reads amounts.
function amount(value: number): string {
  for (const [step, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) if (value >= step && value % (step / 100) === 0) return `${value / step}${letter}`;
  return String(Math.round(value));
}

// A text cut where errors are: the word at the column, or the line's end. For drawing it underlined.
export interface Piece {
  text: string;
  error: string | null;
}

export function pieces(text: string, errors: readonly ScenarioError[]): Piece[][] {
  return text.split("\n").map((line, i) => {
    const here = errors.find((e) => e.line === i + 1);
    if (!here) return [{ text: line, error: null }];
    const from = Math.max(0, Math.min(line.length, (here.column ?? 1) - 1));
    const word = /^(?:"[^"]*"?|[^\s,;]+|.)/.exec(line.slice(from))?.[0] ?? "";
    const cut = [{ text: line.slice(0, from), error: null }, { text: word || " ", error: here.message }, { text: line.slice(from + word.length), error: null }];
    return cut.filter((p) => p.text !== "");
  });
}

// Where in the text a line and column are.
export function offset_of(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
  return Math.min(text.length, before + Math.min(lines[line - 1]?.length ?? 0, column - 1));
}

// A scenario in a few words, for a caption.
export function title_of(text: string): string {
  const lines = text.split(/[\n;]/).map((l) => l.replace(/(^|\s)#.*$/, "").trim()).filter(Boolean);
  return lines.length === 0 ? "nothing changed" : lines.length === 1 ? lines[0]! : `${lines[0]} and ${lines.length - 1} more`;
}

