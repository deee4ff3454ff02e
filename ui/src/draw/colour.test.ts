import { expect, test } from "vitest";
import { contrast, kPalettes, utilisation_colour, type Theme } from "./colour";

const themes: Theme[] = ["light", "dark"];
const lightness = (rgb: string) => {
  const [r, g, b] = rgb.match(/\d+/g)!.map(Number) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

test("below 80% more load is always further from the background", () => {
  for (const theme of themes) {
    const steps = Array.from({ length: 17 }, (_, i) => lightness(utilisation_colour(i / 20, theme)));
    for (let i = 1; i < steps.length; i++) expect(Math.sign(steps[i]! - steps[i - 1]!)).toBe(theme === "dark" ? 1 : -1);
  }
});

test("above 80% the colour turns from blue to orange, at once", () => {
  const channels = (rgb: string) => rgb.match(/\d+/g)!.map(Number) as [number, number, number];
  for (const theme of themes) {
    const [r1, , b1] = channels(utilisation_colour(0.8, theme));
    const [r2, , b2] = channels(utilisation_colour(0.81, theme));
    expect(b1).toBeGreaterThan(r1);
    expect(r2).toBeGreaterThan(b2);
  }
});

test("an unknown capacity is grey and an overload stays the last colour", () => {
  expect(utilisation_colour(null, "light")).toBe(kPalettes.light.unknown);
  expect(utilisation_colour(3, "light")).toBe(utilisation_colour(1, "light"));
});

test("what is written on the map has contrast AA in both themes", () => {
  for (const theme of themes) {
    const p = kPalettes[theme];
    expect(contrast(p.text, p.background)).toBeGreaterThan(7);
    expect(contrast(p.faint_text, p.background)).toBeGreaterThan(4.5);
    expect(contrast(p.on_warn, p.warn)).toBeGreaterThan(4.5);
    expect(contrast(p.on_warn, p.down)).toBeGreaterThan(4.5);
    for (const sign of [p.node_edge, p.accent, p.source, p.sink, p.down]) expect(contrast(sign, p.background)).toBeGreaterThan(3);
  }
});
