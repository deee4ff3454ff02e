// One colour scale for utilisation in each theme. Calm from 0 to 80%: a single blue whose
// lightness moves evenly away from the background. Loud above: orange, then vermilion at 100%.
// Blue against orange survives every common colour blindness; lightness alone orders the calm part.

export type Theme = "light" | "dark";
type Rgb = readonly [number, number, number];

export interface Palette {
  background: string;
  text: string;
  faint_text: string;
  halo: string;
  node: string;
  node_edge: string;
  abr: string;
  network: string;
  host: string;
  host_edge: string;
  host_line: string;
  unknown: string;
  wire: string; // a link where nothing counts traffic: of the backbone
  wire_area: string; // and of another area
  missing: string;
  missing_edge: string;
  guess: string; // hatching of what is estimated
  down: string;
  warn: string;
  on_warn: string;
  accent: string;
  particle: string;
  source: string;
  sink: string;
}

export const kPalettes: Record<Theme, Palette> = {
  light: {
    background: "#f7f8fa", text: "#1c2733", faint_text: "#5a6875", halo: "#f7f8fa", node: "#ffffff", node_edge: "#3b4b5b", abr: "#3b4b5b",
    network: "#6b7987", host: "#3b4b5b", host_edge: "#8a97a4", host_line: "#c9d1d9", unknown: "#a9a9a9", wire: "#7b8b9a", wire_area: "#adb9c4", missing: "#eceff2", missing_edge: "#aab4bd", guess: "#7d8b98", down: "#c23b12", warn: "#c84a09",
    on_warn: "#ffffff", accent: "#0b63c4", particle: "#ffffff", source: "#0f7b6c", sink: "#8a4fbf",
  },
  dark: {
    background: "#10161d", text: "#e4eaf0", faint_text: "#94a3b1", halo: "#10161d", node: "#1b242e", node_edge: "#a9b8c6", abr: "#a9b8c6",
    network: "#8494a3", host: "#a9b8c6", host_edge: "#6d7c8a", host_line: "#34414d", unknown: "#6f6f6f", wire: "#71828f", wire_area: "#4a5965", missing: "#1c252e", missing_edge: "#52606c", guess: "#7c8b99", down: "#ff7a4d", warn: "#ff9440",
    on_warn: "#1b1006", accent: "#6db3ff", particle: "#0c1218", source: "#4fc9b4", sink: "#c79bf2",
  },
};

// Stops: [utilisation, colour].
const kScales: Record<Theme, readonly (readonly [number, Rgb])[]> = {
  light: [
    [0, [178, 196, 214]],
    [0.4, [98, 144, 190]],
    [0.8, [30, 84, 146]],
    [0.801, [232, 128, 30]],
    [1, [202, 50, 14]],
  ],
  dark: [
    [0, [66, 92, 118]],
    [0.4, [72, 122, 170]],
    [0.8, [140, 198, 244]],
    [0.801, [255, 166, 66]],
    [1, [255, 92, 52]],
  ],
};

export const kLoud = 0.8;

export function utilisation_colour(utilisation: number | null, theme: Theme): string {
  if (utilisation === null) return kPalettes[theme].unknown;
  const stops = kScales[theme];
  const value = Math.max(0, Math.min(1, utilisation));
  for (let i = 1; i < stops.length; i++) {
    const [high, to] = stops[i]!;
    const [low, from] = stops[i - 1]!;
    if (value > high) continue;
    const t = (value - low) / (high - low);
    const mix = (k: 0 | 1 | 2) => Math.round(from[k] + t * (to[k] - from[k]));
    return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
  }
  const last = stops[stops.length - 1]![1];
  return `rgb(${last.join(",")})`;
}

// What changes: blue is less, orange more, grey the same; two hues that no common colour blindness mixes up. The
// sign is told by the number and the outline, too.
const kLess: Record<Theme, Rgb> = { light: [24, 98, 176], dark: [96, 174, 248] };
const kSame: Record<Theme, Rgb> = { light: [196, 203, 210], dark: [72, 82, 92] };
const kMore: Record<Theme, Rgb> = { light: [214, 84, 8], dark: [255, 138, 60] };
const kPale = 0.25; // a change that is one at all is seen
export const kUnchanged = 0.005;
const kFull = 0.5;

// `change` is a share of capacity: -0.2 is 20 percentage points less.
export function change_colour(change: number, theme: Theme): string {
  const from = kSame[theme];
  if (Math.abs(change) < kUnchanged) return `rgb(${from.join(",")})`;
  const to = change < 0 ? kLess[theme] : kMore[theme];
  const t = kPale + (1 - kPale) * Math.min(1, Math.abs(change) / kFull);
  return `rgb(${from.map((f, k) => Math.round(f + t * (to[k]! - f))).join(",")})`;
}

// WCAG 2 contrast of two "#rrggbb" colours, for the test that holds our palettes to AA.
export function contrast(a: string, b: string): number {
  const light = (hex: string) => {
    const [r, g, blue] = [1, 3, 5].map((i) => {
      const c = parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
