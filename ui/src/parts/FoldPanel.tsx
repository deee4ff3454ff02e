import { utilisation_colour, type Theme } from "../draw/colour";
import { links_in, type Folding, type Home } from "../draw/fold";
import { bps, link_name, node_name, percent } from "../draw/format";
import { guessed, used, type Graph, type MapLink } from "../draw/graph";
import { go, selected } from "../state/place";
import { Bar, CopyCsv, Section } from "./Bits";

// What is folded on the map: a part of the network with its routers, or a bundle with its links.

const kShown = 14;

interface Props {
  id: string;
  graph: Graph; // all of it
  folded: Graph; // as it is drawn
  folding: Folding;
  home: Home;
  theme: Theme;
  unfold: (part: string) => void;
}

export function FoldPanel(props: Props) {
  return props.folding.names.has(props.id) ? <Part {...props} /> : <Bundle {...props} />;
}

function Head({ title, testid, id, children }: { title: string; testid: string; id: string; children: React.ReactNode }) {
  return (
    <section className="box detail" data-testid={testid} data-part={id}>
      <header className="detail-head">
        <h2>{title}</h2>
        <button className="close" aria-label="Close" title="Close (Esc)" onClick={() => go(selected({}), "push")}>×</button>
      </header>
      {children}
    </section>
  );
}

function Part({ id, graph, folded, folding, theme, unfold }: Props) {
  const routers = graph.nodes.filter((n) => n.kind === "router" && folding.of.get(n.id) === id).sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
  const out = folded.links.filter((l) => l.from === id), into = folded.links.filter((l) => l.to === id);
  const sum = (links: readonly MapLink[]) => links.reduce((s, l) => s + l.load_bps, 0);
  return (
    <Head title={folding.names.get(id) ?? id} testid="fold-panel" id={id}>
      <p className="whole">{routers.length.toLocaleString("en")} routers, drawn as one.</p>
      {graph.counted && (
        <div className="figures">
          <div className="figure"><span className="figure-name">Leaves it</span><b>{bps(sum(out))}</b></div>
          <div className="figure"><span className="figure-name">Enters it</span><b>{bps(sum(into))}</b></div>
        </div>
      )}
      <button className="offer" onClick={() => unfold(id)} data-testid="unfold">Show its routers</button>
      <LinkRows title="Towards" links={[...out].sort((a, b) => b.load_bps - a.load_bps)} name={(l) => folding.names.get(l.to) ?? node_name(l.to)} theme={theme} counted={graph.counted} />
      <Section title="Routers" note={`${routers.length}`}>
        {routers.slice(0, kShown).map((r) => (
          <button className="row" key={r.id} onClick={() => go(selected({ node: r.id }), "push")}><span className="row-name">{r.down ? "× " : ""}{r.label}</span></button>
        ))}
        {routers.length > kShown && <p className="foot">{routers.length - kShown} more: show them on the map, or find one by name (/).</p>}
      </Section>
    </Head>
  );
}

function Bundle({ id, graph, folded, folding, home, theme }: Props) {
  const l = folded.links.find((x) => x.id === id);
  const members = links_in(graph, home, id);
  if (!l) return <Head title="Links" testid="bundle-panel" id={id}><p className="foot">Nothing runs there at this instant.</p></Head>;
  const name = (end: string) => folding.names.get(end) ?? node_name(end);
  return (
    <Head title={`${name(l.from)} → ${name(l.to)}`} testid="bundle-panel" id={id}>
      <p className="whole">{members.length} {members.length === 1 ? "link" : "links"}{graph.counted && <>, together <b className="num">{bps(l.load_bps)}</b>; as full as its fullest, <b className="num">{percent(l.utilisation)}</b></>}.</p>
      <LinkRows title="Links" links={members} name={(m) => link_name(m.from, m.to)} theme={theme} counted={graph.counted} />
    </Head>
  );
}

function LinkRows({ title, links, name, theme, counted }: { title: string; links: readonly MapLink[]; name: (l: MapLink) => string; theme: Theme; counted: boolean }) {
  const first = Math.max(1, ...links.map((l) => l.load_bps));
  return (
    <Section title={title} note={<CopyCsv head={["from", "to", "bps", "utilisation", "state"]} rows={() => links.map((l) => [l.from, l.to, l.load_bps, used(l), l.state])} />}>
      {links.slice(0, kShown).map((l) => (
        <button className="row" key={l.id} data-link-id={l.id} onClick={() => go(selected({ link: l.id }), "push")}>
          <span className="row-name">{l.state === "down" ? "× " : ""}{name(l)}</span>
          <span className="num">{l.state === "down" ? "down" : counted ? `${guessed(l) ? "~" : ""}${bps(guessed(l) ? l.estimate!.bps : l.load_bps)}` : `cost ${l.cost}`}</span>
          <span className={`num row-share ${(used(l) ?? 0) > 0.8 ? "odd" : ""}`}>{counted ? percent(used(l)) : ""}</span>
          {counted && <Bar share={l.load_bps / first} colour={utilisation_colour(used(l), theme)} />}
        </button>
      ))}
      {links.length > kShown && <p className="foot">{links.length - kShown} more in the CSV.</p>}
    </Section>
  );
}
