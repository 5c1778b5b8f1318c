// Opens a page in headless Chromium: node browse.mjs '{"page": FILE, "hash": TEXT, "width": N, "height": N, "dark": BOOL,
//   "script": BOOL, "acts": [ACT], "count": [SELECTOR], "texts": [SELECTOR], "audit": BOOL, "pdf": FILE | null,
//   "screenshot": FILE | null, "full_page": BOOL}'
// An act is {"click": SELECTOR}, {"fill": [SELECTOR, TEXT]}, {"choose": [SELECTOR, VALUE]}, {"press": KEY} or
// {"focus": SELECTOR}.
// Prints what happened as JSON: { title, lang, headings, text, console_errors, requests, counts, texts, overflow,
//   hash, focus, violations, open_ms, act_ms }. Ends with 3 if there is no browser.
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const visit = JSON.parse(process.argv[2]);
const isProgram = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
const folders = (process.env.PATH ?? "").split(delimiter);
const executablePath = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .flatMap((name) => folders.map((folder) => join(folder, name)))
  .find(isProgram);
if (!executablePath) {
  console.error("no chromium, chromium-browser or google-chrome in PATH");
  process.exit(3);
}

const act = async (page, { click, fill, choose, press, focus }) => {
  if (click) await page.click(click);
  if (fill) await page.fill(fill[0], fill[1]);
  if (choose) await page.selectOption(choose[0], choose[1]);
  if (press) await page.keyboard.press(press);
  if (focus) await page.focus(focus);
};
// Until what was asked for is on the screen.
const painted = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
// The whole page against the rules of WCAG 2.2, A and AA, and what axe knows besides of good practice.
const audit = async (page) => {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.length} times, at ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`
    + ` (${nodes[0].any.map((check) => check.message).join("; ")})`);
};

// The browser must not find, or leave, anything in the home folder.
const home = mkdtempSync(join(tmpdir(), "fundtrail-browser-"));
const browser = await chromium.launch({
  executablePath,
  env: { PATH: process.env.PATH, HOME: home },
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
  ],
});
try {
  const context = await browser.newContext({
    viewport: { width: visit.width, height: visit.height },
    colorScheme: visit.dark ? "dark" : "light",
    javaScriptEnabled: visit.script,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const address = pathToFileURL(visit.page).href;
  const console_errors = [];
  const requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) console_errors.push(message.text());
  });
  page.on("pageerror", (error) => console_errors.push(String(error)));
  page.on("request", (request) => {
    // An image that the page itself holds is no request to anybody.
    const url = request.url().split("#")[0];
    if (url !== address && !url.startsWith("data:")) requests.push(request.url());
  });
  const start = performance.now();
  await page.goto(address + visit.hash, { waitUntil: "load" });
  if (visit.script) await painted(page);
  const opened = performance.now();
  for (const step of visit.acts) await act(page, step);
  if (visit.script) await painted(page);
  const acted = performance.now();
  const counts = {};
  for (const selector of visit.count) counts[selector] = await page.locator(selector).count();
  const texts = {};
  for (const selector of visit.texts) {
    // What is drawn has no inner text.
    texts[selector] = await page.locator(selector).evaluateAll((found) => found.map((part) => part.innerText ?? part.textContent));
  }
  const facts = await page.locator("html").evaluate((html) => ({
    lang: html.lang,
    headings: [...html.querySelectorAll("h1, h2, h3")].map((heading) => heading.innerText.trim()),
    text: html.querySelector("body").innerText,
    overflow: Math.max(0, html.scrollWidth - html.clientWidth),
    hash: html.ownerDocument.location.hash,
    focus: html.ownerDocument.activeElement?.getAttribute("aria-label") ?? "",
  }));
  if (visit.screenshot) await page.screenshot({ path: visit.screenshot, fullPage: visit.full_page });
  if (visit.pdf) await page.pdf({ path: visit.pdf, preferCSSPageSize: true, format: "A4" });
  const violations = visit.audit ? await audit(page) : [];
  const title = await page.title();
  const [open_ms, act_ms] = [Math.round(opened - start), Math.round(acted - opened)];
  console.log(JSON.stringify({
    title, ...facts, console_errors, requests, counts, texts, violations, open_ms, act_ms,
  }));
} finally {
  await browser.close();
  rmSync(home, { recursive: true, force: true });
}
