// Numbers as operators write them: three significant digits, decimal units.

const kSteps: [number, string][] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

export function three_digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 99.95) return String(Math.round(value));
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.9995) return value.toFixed(2);
  return String(Number(value.toPrecision(size < 0.01 ? 1 : 2)));
}

function scaled(value: number, unit: string): string {
  for (const [step, letter] of kSteps) {
    if (Math.abs(value) >= step * 0.9995) return `${three_digits(value / step)} ${letter}${unit}`;
  }
  return `${Math.round(value)} ${unit}`;
}

export const bps = (value: number | null | undefined): string => (value == null ? "–" : scaled(value, "b/s"));

export const signed_bps = (value: number): string => (Math.abs(value) < 0.5 ? bps(0) : `${value < 0 ? "−" : "+"}${bps(Math.abs(value))}`);

// "18.2 – 33.1 Mb/s", the unit once where it is the same.
export function range(low: string, high: string): string {
  const unit = / ?[^\d.]+$/.exec(low)?.[0];
  return unit && high.endsWith(unit) ? `${low.slice(0, -unit.length)} – ${high}` : `${low} – ${high}`;
}

// Shares and utilisations; never more than three digits, "<1%" rather than a false 0.
export function percent(share: number | null | undefined): string {
  if (share == null) return "–";
  const value = share * 100;
  if (value === 0) return "0%";
  if (value > 0 && value < 0.1) return "<0.1%";
  if (Math.abs(value) < 9.95) return `${value.toFixed(1)}%`;
  return `${Math.round(value)}%`;
}

export function signed_percent(share: number | null | undefined): string {
  if (share == null) return "–";
  const text = percent(Math.abs(share));
  if (text === "0%" || text === "<0.1%") return text;
  return `${share < 0 ? "−" : "+"}${text}`;
}

// The server's times are UTC, and so is every time on the screen.
export function clock(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(11, 19) : "--:--:--";
}

export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function age(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

// "net:10.1.0.0/28" is an id; people read the prefix.
export const node_name = (id: string): string => (id.startsWith("net:") ? id.slice(4) : id);
export const link_name = (from: string, to: string): string => `${node_name(from)} → ${node_name(to)}`;
