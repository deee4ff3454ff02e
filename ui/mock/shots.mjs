// Screenshots of the console for looking at: node mock/shots.mjs URL OUT_DIR [NAME...]
import { chromium } from "playwright-core";
import fs from "node:fs";

const [url, out, ...only] = process.argv.slice(2);
fs.mkdirSync(out, { recursive: true });
const wide = { width: 1440, height: 900 }, phone = { width: 390, height: 844 }, laptop = { width: 1280, height: 800 }, wall = { width: 2560, height: 1440 };
const t = (s) => `at=2026-11-22T10:${s}Z`;
const kShots = [
  ["overview-light", wide, "light", t("01:20")],
  ["overview-dark", wide, "dark", t("01:20")],
  ["failure-light", wide, "light", t("01:44.2")],
  ["after-failure-dark", wide, "dark", t("02:20")],
  ["half-light", wide, "light", `${t("02:20")}&instrumented=0.4&tab=hosts`],
  ["link-light", wide, "light", `${t("02:20")}&link=core4>core2:10.1.0.10`],
  ["link-dark", wide, "dark", `${t("02:20")}&link=core4>core2:10.1.0.10&instrumented=0.6`],
  ["node-light", wide, "light", `${t("02:20")}&node=leaf2`],
  ["table-light", wide, "light", `${t("02:20")}&table=1`],
  ["phone-light", phone, "light", t("02:20")],
  ["phone-link-dark", phone, "dark", `${t("02:20")}&link=core4>core2:10.1.0.10`],
  ["zoom-dark", wide, "dark", `${t("02:20")}&view=700,400,2.6`],
  ["zoom-light", wide, "light", `${t("01:44.2")}&view=700,400,2.6`],
  ["laptop-light", laptop, "light", t("02:20")],
  ["wall-dark", wall, "dark", t("02:20")],
  ["wall-link-light", wall, "light", `${t("02:20")}&link=core4>core2:10.1.0.10`],
  ["coverage-light", wide, "light", `${t("02:20")}&page=coverage`],
  ["coverage-dark", laptop, "dark", `${t("02:20")}&page=coverage`],
  ["phone-coverage-light", phone, "light", `${t("02:20")}&page=coverage`],
  ["table-link-light", wide, "light", `${t("02:20")}&table=1&link=core4>core2:10.1.0.10`],
  ["whatif-start-light", wide, "light", `${t("01:20")}&page=whatif`],
  ["whatif-light", wide, "light", `${t("01:20")}&page=whatif&scenario=fail+link+core2+core4`],
  ["whatif-dark", wide, "dark", `${t("01:20")}&page=whatif&scenario=fail+router+core4&over=1+d`],
  ["whatif-two-light", wide, "light", `${t("01:20")}&page=whatif&scenario=fail+link+core2+core4&against=fail+link+core2+core4%0Aset+cost+link+core1+border1+30%0Aresize+link+core1+core3+20M&over=1+h&link=core1>core3:10.1.0.5`],
  ["whatif-error-light", wide, "light", `${t("01:20")}&page=whatif&scenario=fail+link+core2+core4%0Afail+link+core1+nobody`],
  ["phone-whatif-light", phone, "light", `${t("01:20")}&page=whatif&scenario=fail+link+core2+core4`],
  ["phone-whatif-dark", phone, "dark", `${t("01:20")}&page=whatif`],
  ["phone-whatif-two-light", phone, "light", `${t("01:20")}&page=whatif&scenario=fail+link+core2+core4&against=fail+router+core4`],
  ["whatif-many-light", wide, "light", `at=2026-11-22T10:01:20Z&page=whatif&scenario=fail+router+r210`],
  ["whatif-many-dark", wide, "dark", `at=2026-11-22T10:01:20Z&page=whatif&scenario=fail+router+r210&open=*`],
  ["now-light", wide, "light", ""],
  ["now-dark", wide, "dark", ""],
  ["phone-now-light", phone, "light", ""],
  ["wall-now-light", wall, "light", ""],
];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
for (const [name, viewport, colorScheme, query] of kShots) {
  if (only.length && !only.includes(name)) continue;
  const page = await browser.newPage({ viewport, colorScheme, hasTouch: viewport === phone });
  page.on("console", (m) => m.type() === "error" && console.log(name, m.text()));
  page.on("pageerror", (e) => console.log(name, e.message));
  await page.goto(query ? `${url}/?${query}` : `${url}/`);
  await page.waitForFunction(() => window.__anemone?.nodes.length > 0 || document.querySelector(".twin tbody tr, .coverage-page .section, .overlay"));
  if (query.includes("scenario=")) await page.waitForSelector(".verdict, .editor-error", { timeout: 60000 });
  await page.waitForTimeout(900);
  await page.screenshot({ path: `${out}/${name}.png` });
  await page.close();
}
await browser.close();
