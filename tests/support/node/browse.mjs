// Opens a page in headless Chromium: node browse.mjs '{"page": FILE, "width": N, "height": N, "dark": BOOL,
//   "script": BOOL, "clicks": [SELECTOR], "count": [SELECTOR], "screenshot": FILE | null}'
// Prints what happened as JSON: { title, lang, headings, text, console_errors, requests, counts, overflow }.
// Ends with 3 if there is no browser.
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
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
    if (request.url() !== address && !request.url().startsWith("data:")) requests.push(request.url());
  });
  await page.goto(address, { waitUntil: "load" });
  for (const selector of visit.clicks) await page.click(selector);
  const counts = {};
  for (const selector of visit.count) counts[selector] = await page.locator(selector).count();
  const facts = await page.locator("html").evaluate((html) => ({
    lang: html.lang,
    headings: [...html.querySelectorAll("h1, h2, h3")].map((heading) => heading.innerText.trim()),
    text: html.querySelector("body").innerText,
    overflow: Math.max(0, html.scrollWidth - html.clientWidth),
  }));
  if (visit.screenshot) await page.screenshot({ path: visit.screenshot, fullPage: visit.full_page });
  const title = await page.title();
  console.log(JSON.stringify({ title, ...facts, console_errors, requests, counts }));
} finally {
  await browser.close();
  rmSync(home, { recursive: true, force: true });
}
