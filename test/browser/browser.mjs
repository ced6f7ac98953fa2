// A browser without a network, and pages for it.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const root = resolve(import.meta.dirname, "../..");
export const shots = join(root, ".cache", "browser");
mkdirSync(shots, { recursive: true });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// A browser with a directory of its own, which is gone afterwards.
export async function launch() {
  const profile = mkdtempSync(join(tmpdir(), "gate-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    permissions: ["clipboard-read", "clipboard-write"],
  });
  return { context, close: async () => { await context.close(); rmSync(profile, { recursive: true, force: true }); } };
}

// Opens a file and notes whatever should not happen: an error, a violation of the
// policy, a request for anything but the file.
export async function open(context, file, options = {}) {
  const { width = 1280, height = 900, ...media } = options;
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => request.url().startsWith("file:") || wrong.push("request of " + request.url()));
  await page.setViewportSize({ width, height });
  await page.emulateMedia(media);
  await page.goto(pathToFileURL(file).href);
  return { page, wrong };
}

// Findings of axe, every rule of WCAG 2.2 AA and the best practices. It is given to
// the page by the debugger, so that the page's policy stays as it is.
export async function axeFindings(page) {
  await page.evaluate(axe);
  // What is off the screen is not laid out, and axe could not tell its colours.
  await page.evaluate(() => document.querySelectorAll(".finding").forEach((e) => { e.style.contentVisibility = "visible"; }));
  const { violations, incomplete } = await page.evaluate(() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  const tell = (list) => list.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
  return { violations: tell(violations), incomplete: tell(incomplete) };
}

// A page of a real run over a directory of files.
export function report(files, ...args) {
  const dir = mkdtempSync(join(tmpdir(), "gate-lake-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const out = join(dir, "report.html");
  try {
    execFileSync(join(root, "bin", "gate"), ["check", "--format", "html", "--output", out, ...args], { cwd: dir, stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    if (error.status !== 1) throw error;
  }
  return { dir, out, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
