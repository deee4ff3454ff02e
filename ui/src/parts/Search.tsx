import { forwardRef, useMemo, useState } from "react";
import { link_name } from "../draw/format";
import type { Topology } from "../api/types";
import { go, selected } from "../state/place";

// Finds a router, network, host or link by part of its name or address.

interface Found {
  key: string;
  kind: string;
  text: string;
  note: string;
  open: () => void;
}

export function find(topology: Topology | null, words: string): Found[] {
  const parts = words.toLowerCase().split(/[\s>→-]+/).filter(Boolean);
  if (!topology || parts.length === 0) return [];
  const fits = (...texts: (string | null | undefined)[]) => {
    const all = texts.filter(Boolean).join(" ").toLowerCase();
    return parts.every((p) => all.includes(p));
  };
  const node = (id: string) => () => go(selected({ node: id }), "push");
  const out: Found[] = [
    ...topology.routers.filter((r) => fits(r.name, r.id, r.site)).map((r) => ({ key: `r${r.name}`, kind: "router", text: r.name, note: r.id, open: node(r.name) })),
    ...(topology.hosts ?? []).filter((h) => fits(h.name, h.address)).map((h) => ({ key: `h${h.name}`, kind: "host", text: h.name, note: h.address, open: node(h.name) })),
    ...topology.networks.filter((n) => fits(n.prefix)).map((n) => ({ key: n.id, kind: "network", text: n.prefix, note: n.routers.join(", "), open: node(n.id) })),
    ...topology.links.filter((l) => fits(l.from, l.to, l.interface)).map((l) => ({ key: l.id, kind: "link", text: link_name(l.from, l.to), note: l.interface ?? "", open: () => go(selected({ link: l.id }), "push") })),
  ];
  const starts = (f: Found) => (f.text.toLowerCase().startsWith(parts[0]!) ? 0 : 1);
  return out.sort((a, b) => starts(a) - starts(b)).slice(0, 9);
}

export const Search = forwardRef<HTMLInputElement, { topology: Topology | null }>(function Search({ topology }, ref) {
  const [words, set_words] = useState("");
  const [open, set_open] = useState(false);
  const [chosen, choose] = useState(0);
  const found = useMemo(() => find(topology, words), [topology, words]);
  const take = (f: Found | undefined) => {
    if (!f) return;
    f.open();
    set_words("");
    set_open(false);
    (document.activeElement as HTMLElement | null)?.blur();
  };
  return (
    <div className="search" role="search">
      <input
        ref={ref} type="search" value={words} placeholder="Find router, link or host" aria-label="Find router, link or host" role="combobox" aria-expanded={open && found.length > 0} aria-controls="found"
        aria-activedescendant={open && found[chosen] ? `found-${chosen}` : undefined} data-testid="search"
        onChange={(e) => {
          set_words(e.target.value);
          set_open(true);
          choose(0);
        }}
        onFocus={() => set_open(true)}
        onBlur={() => window.setTimeout(() => set_open(false), 150)}
        onKeyDown={(e) => {
          e.stopPropagation();
          if (e.key === "ArrowDown" || e.key === "ArrowUp") {
            e.preventDefault();
            choose((c) => (c + (e.key === "ArrowDown" ? 1 : -1) + Math.max(1, found.length)) % Math.max(1, found.length));
          } else if (e.key === "Enter") take(found[chosen]);
          else if (e.key === "Escape") e.currentTarget.blur();
        }}
      />
      <kbd className="wide-only" aria-hidden>/</kbd>
      {open && words.trim() !== "" && (
        <ul id="found" role="listbox" className="found">
          {found.length === 0 && <li className="faint">Nothing has “{words}” in its name or address.</li>}
          {found.map((f, i) => (
            <li key={f.key} id={`found-${i}`} role="option" aria-selected={i === chosen} onPointerDown={() => take(f)} onPointerEnter={() => choose(i)}>
              <span>{f.text}</span>
              <span className="faint num">{f.kind} {f.note}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
});
