import { useEffect, useState } from "react";
import type { Theme } from "../draw/colour";
import type { Point } from "../draw/layout";

// What belongs to the viewer and not to the screen: theme, motion, places dragged by hand.

const kSettledMax = 5000;

function read<T>(key: string, otherwise: T): T {
  try {
    const text = window.localStorage.getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden store costs only the memory of it.
  }
}

export function useMedia(query: string): boolean {
  const [yes, set] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const update = () => set(media.matches);
    update();
    media.addEventListener("change", update);
    return () => media.removeEventListener("change", update);
  }, [query]);
  return yes;
}

export type Choice = Theme | "auto";

export function useTheme(): { theme: Theme; choice: Choice; cycle: () => void } {
  const dark = useMedia("(prefers-color-scheme: dark)");
  const [choice, set] = useState<Choice>(() => read<Choice>("anemone.theme", "auto"));
  const theme: Theme = choice === "auto" ? (dark ? "dark" : "light") : choice;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const cycle = () => {
    const next: Choice = choice === "auto" ? (dark ? "light" : "dark") : "auto";
    set(next);
    write("anemone.theme", next === "auto" ? null : next);
  };
  return { theme, choice, cycle };
}

// The scenarios that were run last, the newest first.
const kScenariosMax = 8;
export const recent_scenarios = (): string[] => read<string[]>("anemone.scenarios", []);
export function keep_scenario(text: string): void {
  write("anemone.scenarios", [text, ...recent_scenarios().filter((t) => t !== text)].slice(0, kScenariosMax));
}

// Where a network's routers were settled when nobody said where they are.
const settled_key = (network: string) => `anemone.settled.${network}`;
export const settled_places = (network: string): Map<string, Point> => new Map(Object.entries(read<Record<string, Point>>(settled_key(network), {})));
export function settle_places(network: string, places: ReadonlyMap<string, Point>): void {
  write(settled_key(network), places.size ? Object.fromEntries([...places].slice(-kSettledMax).map(([id, p]) => [id, { x: Math.round(p.x * 10) / 10, y: Math.round(p.y * 10) / 10 }])) : null);
}

const places_key = (network: string) => `anemone.places.${network}`;

export function saved_places(network: string): Map<string, Point> {
  return new Map(Object.entries(read<Record<string, Point>>(places_key(network), {})));
}

export function save_places(network: string, places: ReadonlyMap<string, Point>): void {
  write(places_key(network), places.size ? Object.fromEntries([...places].map(([id, p]) => [id, { x: Math.round(p.x), y: Math.round(p.y) }])) : null);
}
