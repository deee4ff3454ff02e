import { expect, test } from "vitest";
import { join } from "./graph";
import { kLoads, kTopology } from "./sample";
import { examples, fail_link, fail_one, offset_of, pieces, quoted, title_of, with_line } from "./scenario";

const graph = join(kTopology, kLoads);

test("names are quoted where a blank, a comma or a sign would end them", () => {
  expect(["core1", "fra-core-1", "a>b:10.0.0.1"].map(quoted)).toEqual(["core1", "fra-core-1", "a>b:10.0.0.1"]);
  expect(["new york", "a,b", 'say "x"', "", "a;b"].map(quoted)).toEqual(['"new york"', '"a,b"', '"say \\"x\\""', '""', '"a;b"']);
});

test("a link is named by its ends, and by its id where those do not say which", () => {
  const one = graph.links.find((l) => !l.to.startsWith("net:") && !l.from.startsWith("net:"))!;
  expect(fail_link(one, graph)).toBe(`fail link ${one.from} ${one.to}`);
  expect(fail_link(one, { ...graph, links: [...graph.links, { ...one, id: "twin" }] })).toBe(`fail link ${one.id}`);
  const lan = graph.links.find((l) => l.to.startsWith("net:"));
  if (lan) expect(fail_link(lan, graph)).toBe(`fail link ${lan.id}`);
});

test("what a sweep tried becomes a scenario", () => {
  const one = graph.links.find((l) => !l.to.startsWith("net:") && !l.from.startsWith("net:"))!;
  expect(fail_one("links", one.id, graph)).toBe(`fail link ${one.from} ${one.to}`);
  expect(fail_one("links", "x>y", graph)).toBe("fail link x>y");
  expect(fail_one("routers", "new york", graph)).toBe('fail router "new york"');
  expect(fail_one("sites", "east", graph)).toBe("fail site east");
});

test("a line is added once", () => {
  expect(with_line("", "fail router a")).toBe("fail router a");
  expect(with_line("fail router a\n", "scale 2")).toBe("fail router a\nscale 2");
  expect(with_line("fail router a\nscale 2", "scale 2")).toBe("fail router a\nscale 2");
});

test("examples name what is there", () => {
  const names = new Set(graph.nodes.map((n) => n.id));
  const all = examples(graph);
  expect(all.length).toBeGreaterThan(3);
  for (const e of all) for (const [, name] of e.text.matchAll(/(?:router|host) (\S+)/g)) expect(names).toContain(name);
  expect(examples({ nodes: [], links: [], counted: true })).toEqual([{ text: "scale +40%", why: "all traffic grows" }]);
});

test("an error is underlined at its word, and at the line's end where something is missing", () => {
  const at = (line: number, column: number) => pieces("fail link a b\nscale  # x", [{ line, column, message: "no" }]).flat().filter((p) => p.error).map((p) => p.text);
  expect(at(1, 11)).toEqual(["a"]);
  expect(at(1, 14)).toEqual([" "]);
  expect(at(2, 1)).toEqual(["scale"]);
  expect(pieces("a\nb", [{ line: null, column: null, message: "no" }]).flat().some((p) => p.error)).toBe(false);
  expect(offset_of("fail link a b\nscale 2", 2, 7)).toBe(20);
});

test("a scenario in a few words", () => {
  expect(title_of("# all of it\nfail link a b; scale 2 # twice\n")).toBe("fail link a b and 1 more");
  expect(title_of("  ")).toBe("nothing changed");
});
