// What the mock's checks share: a mock on any free port (the same again after a restart), a headless Chromium, and
// sentences that must come to hold within a time.

import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
export const kBrowser = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const launch = (executablePath = "/usr/bin/chromium") => chromium.launch({ executablePath, args: kBrowser });

export class Mock {
  base = "";
  #port = "0";
  #server = null;

  async start(...more) {
    this.#server = spawn("node", [path.join(here, "../mock/server.mjs"), "--port", this.#port, ...more], { stdio: ["ignore", "pipe", "inherit"] });
    const said = await new Promise((r) => this.#server.stdout.once("data", (d) => r(String(d))));
    this.#port = /:(\d+)\//.exec(said)[1];
    this.base = `http://127.0.0.1:${this.#port}`;
  }

  stop() {
    return new Promise((r) => { this.#server.once("exit", r); this.#server.kill(); });
  }

  async restart(...more) {
    await this.stop();
    await this.start(...more);
  }
}

let held = 0;
export const count = () => held;
export async function holds(sentence, test, patience_ms = 20000) {
  const begin = Date.now();
  for (let why; ; await new Promise((r) => setTimeout(r, 60))) {
    try { if (await test()) break; why = "it does not"; } catch (error) { why = error.message; }
    if (Date.now() > begin + patience_ms) throw new Error(`${sentence}: ${why}`);
  }
  held++;
  console.log(`ok   ${sentence}`);
}

export const map_of = (page) => page.evaluate(() => { const a = window.__anemone; return { at: a.at, live: a.live, links: a.links.map((l) => ({ ...l })), nodes: a.nodes.map((n) => ({ ...n })) }; });
export const url_of = (page, name) => new URL(page.url()).searchParams.get(name);

// Runs the parts and says how it went; the exit code follows.
export async function run(parts, complaints, end) {
  let failed = null;
  try {
    for (const part of parts) await part();
    if (complaints.length) throw new Error(`the page complained: ${complaints.join("; ")}`);
  } catch (error) {
    failed = error;
    console.log(`FAIL ${error.message}`);
  }
  await end();
  console.log(failed ? `${held} held before the failure` : `all ${held} held`);
  process.exit(failed ? 1 : 0);
}

export function listen(page, complaints) {
  page.on("pageerror", (e) => complaints.push(e.message));
  page.on("console", (m) => m.type() === "error" && !/ERR_CONNECTION|Failed to load resource|ERR_INCOMPLETE|ERR_EMPTY/.test(m.text()) && complaints.push(m.text()));
}
