// Opens pages and drawings in headless Chromium as a reader would, and says what is wrong with them.
//   node pages.mjs MODULES CHROMIUM [--screenshots FOLDER] PAGE.html|DRAWING.svg ...
// MODULES is the folder of node_modules with playwright-core and axe-core. Each page must ask for nothing but itself, say nothing
// on the console, break no serious accessibility rule (open and closed), be under 10 MB, be ready within 2 s (of its own work, where the machine is busy), take the keyboard to
// every control and let each control act, run none of the markup in its texts, and have a glyph for every Latin, Greek and Japanese character of the BMP.
import { createRequire } from "node:module";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, chromium, ...rest] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), "anchor.js"));
const { chromium: driver } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let screenshots = null;
if (rest[0] === "--screenshots") [, screenshots] = rest.splice(0, 2);
const largest = 10 * 1000 * 1000, slowest = 2000;

// Everything the page asks for, says or tries that a quiet page would not.
function listen(page, address, faults) {
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address) faults.push(`asks for ${request.url()}`);
  });
  page.on("console", (message) => faults.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`opens a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("popup", () => faults.push("opens a window"));
}

async function accessible(page, state, faults) {
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const rule of result.violations) {
    const words = `axe (${state}): ${rule.impact} ${rule.id}, ${rule.nodes.length} times: ${rule.nodes[0].html.slice(0, 140)}`;
    if (rule.impact === "serious" || rule.impact === "critical") faults.push(words);
    else console.log(`    note: ${words}`);
  }
}

async function setAll(page, open) {
  await page.evaluate((wanted) => {
    for (const part of document.querySelectorAll("details")) part.open = wanted;
  }, open);
}

// What a keyboard has to reach: visible, enabled, in the order of tabbing; radio buttons of one name are one stop.
function controls() {
  const names = "a[href], button, input, select, textarea, summary, [tabindex]";
  const groups = new Set();
  return Array.from(document.querySelectorAll(names)).filter((element) => {
    const shown = element.checkVisibility({ checkVisibilityCSS: true });
    if (!shown || element.disabled || element.tabIndex === -1) return false;
    if (element.type !== "radio") return true;
    const known = groups.has(element.name);
    groups.add(element.name);
    return !known;
  });
}

// Tabs through the page with everything closed; every control gets the focus, and shows it.
async function reachable(page, faults) {
  const count = await page.evaluate(`(${controls})().length`);
  await page.evaluate(`window.stops = new Set(); window.unmarked = [];
    document.addEventListener("focusin", (event) => {
      window.stops.add(event.target.type === "radio" ? event.target.name : event.target);
      const style = getComputedStyle(event.target);
      const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
      if (!marked) window.unmarked.push(event.target.outerHTML.slice(0, 100));
    })`);
  await page.evaluate("document.activeElement.blur()");
  for (let i = 0; i < Math.min(count, 400) + 2; ++i) await page.keyboard.press("Tab");
  const { stops, unmarked } = await page.evaluate("({ stops: window.stops.size, unmarked: window.unmarked })");
  if (stops < Math.min(count, 400)) faults.push(`the Tab key reaches ${stops} of ${count} controls`);
  if (unmarked.length) faults.push(`no visible focus: ${unmarked[0]}`);
  return count;
}

// Uses each control by keys alone. Of a thousand alike the first of each kind and class stand for the others.
async function usable(page, faults) {
  const handles = await page.evaluateHandle(`(${controls})()`);
  const seen = new Map();
  for (const [, handle] of await handles.getProperties()) {
    const element = handle.asElement();
    if (!element) continue;
    const kind = await element.evaluate((e) => `${e.tagName} ${e.type || ""} ${e.className}`);
    seen.set(kind, (seen.get(kind) || 0) + 1);
    if (seen.get(kind) > 25) continue;
    const wrong = await use(page, element);
    if (wrong) faults.push(`${wrong}: ${await element.evaluate((e) => e.outerHTML.slice(0, 120))}`);
  }
  return seen;
}

// All that a reader can see or hear of the page, as one number.
function look() {
  let sum = 0;
  const markup = document.body.outerHTML;
  for (let i = 0; i < markup.length; ++i) sum = (sum * 31 + markup.charCodeAt(i)) | 0;
  return sum;
}

// A strip of pieces: the arrow keys, Home and End move in it, and what is there is said.
async function useListbox(page, element) {
  const [last, where] = await element.evaluate((e) => [e.querySelectorAll("[role=option]").length - 1, e.id]);
  const at = () => element.evaluate((e) => Array.from(e.querySelectorAll("[role=option]")).findIndex((o) => o.id !== "" && o.id === e.getAttribute("aria-activedescendant")));
  for (const [key, place] of [["Home", 0], ["ArrowRight", Math.min(1, last)], ["End", last], ["ArrowLeft", Math.max(0, last - 1)]]) {
    await page.keyboard.press(key);
    if ((await at()) !== place) return `${key} does not move in it ${where}`;
  }
  const said = await page.evaluate(() => Array.from(document.querySelectorAll("[role=status]"), (e) => e.textContent).join(""));
  return said === "" ? "nothing is said about the piece" : null;
}

// A region wider than the page scrolls by the arrow keys.
async function useRegion(page, element) {
  const narrow = await element.evaluate((e) => e.scrollWidth <= e.clientWidth + 1);
  if (narrow) return null;
  await page.keyboard.press("ArrowRight");
  const moved = await element.evaluate((e) => new Promise((done) => {
    const until = performance.now() + 3000; // a machine may be busy
    const wait = () => (e.scrollLeft > 0 || performance.now() > until ? done(e.scrollLeft > 0) : requestAnimationFrame(wait));
    wait();
  }));
  return moved ? null : "the arrow keys do not scroll it";
}

// One scale for both arms changes nothing where both have the same.
function scalesAgree() {
  return Array.from(document.querySelectorAll(".case"), (c) => Array.from(c.querySelectorAll(".scale"), (s) => s.textContent)).every(([a, b]) => a === b);
}

async function use(page, element) {
  const tag = await element.evaluate((e) => e.tagName.toLowerCase());
  const type = await element.evaluate((e) => e.type || "");
  if (!(await element.evaluate((e) => e.checkVisibility()))) return null;
  await element.focus();
  if (tag === "a") return useLink(page, element);
  if (tag === "summary") {
    const before = await element.evaluate((e) => e.parentElement.open);
    await page.keyboard.press("Enter");
    const opened = (await element.evaluate((e) => e.parentElement.open)) !== before;
    await page.keyboard.press("Space");
    const closed = (await element.evaluate((e) => e.parentElement.open)) === before;
    return opened && closed ? null : "neither Enter nor Space opens it";
  }
  if (await element.evaluate((e) => e.getAttribute("role") === "listbox")) return useListbox(page, element);
  if (await element.evaluate((e) => e.getAttribute("role") === "region")) return useRegion(page, element);
  if (tag === "button") {
    await element.evaluate((e) => {
      const said = document.getElementById("status");
      if (said) said.textContent = "";
      window.pressed = 0;
      e.addEventListener("click", () => (window.pressed += 1), { once: false });
    });
    await page.keyboard.press("Enter");
    const once = await page.evaluate("window.pressed");
    if (once !== 1) return "Enter does not press it";
    const said = await page.waitForFunction(() => !document.getElementById("status") || document.getElementById("status").textContent !== "", null, { timeout: 3000 }).catch(() => null);
    return said ? null : "it does nothing that is said";
  }
  if (tag === "select") {
    const [before, options] = await element.evaluate((e) => [e.selectedIndex, e.options.length]);
    const [key, back] = before === options - 1 ? ["ArrowUp", "ArrowDown"] : ["ArrowDown", "ArrowUp"];
    if (options === 1) return null;
    const seen = await page.evaluate(look);
    await page.keyboard.press(key);
    const after = await element.evaluate((e) => e.selectedIndex);
    const changed = (await page.evaluate(look)) !== seen;
    await page.keyboard.press(back);
    return after === before ? "the arrow keys do not change it" : changed ? null : "it changes nothing on the page";
  }
  if (tag === "input" && (type === "text" || type === "search")) {
    const seen = await page.evaluate(look);
    await page.keyboard.type("zq");
    const value = await element.inputValue();
    const changed = (await page.evaluate(look)) !== seen;
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    return !value.endsWith("zq") ? "it takes no text" : changed ? null : "it changes nothing on the page";
  }
  if (tag === "input" && (type === "range" || type === "number")) {
    const before = await element.inputValue();
    await page.keyboard.press("ArrowUp");
    const up = await element.inputValue();
    await page.keyboard.press("ArrowDown");
    const down = await element.inputValue();
    return up !== before || down !== before ? null : "the arrow keys do not move it";
  }
  if (tag === "input" && type === "checkbox") {
    const before = await element.isChecked();
    const idle = (await element.evaluate((e) => e.id === "choose-common")) && (await page.evaluate(scalesAgree));
    const seen = await page.evaluate(look);
    await page.keyboard.press("Space");
    const after = await element.isChecked();
    const changed = (await page.evaluate(look)) !== seen;
    await page.keyboard.press("Space");
    return before === after ? "Space does not check it" : changed || idle ? null : "it changes nothing on the page";
  }
  return null;
}

// A link inside the page leads somewhere in it; one to a neighbour leads to a file that exists.
async function useLink(page, element) {
  const [target, address] = await element.evaluate((e) => [e.getAttribute("href"), e.href]);
  if (target.startsWith("#")) {
    await page.keyboard.press("Enter");
    const there = await page.evaluate((id) => id === "" || document.getElementById(decodeURIComponent(id)) !== null, target.slice(1));
    return there ? null : "its target is not in the page";
  }
  if (!address.startsWith("file:")) return "it leads out of the report";
  return existsSync(new URL(address.split("#")[0])) ? null : "the file it leads to does not exist";
}

// Characters that are drawn as the box that stands for a missing glyph, in the page's own font.
function missingGlyphs() {
  const canvas = document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
  canvas.width = canvas.height = 32;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = `24px ${getComputedStyle(document.body || document.querySelector("text") || document.documentElement).fontFamily}`;
  const draw = (text) => {
    pen.clearRect(0, 0, 32, 32);
    pen.fillText(text, 2, 25);
    return pen.getImageData(0, 0, 32, 32).data.join();
  };
  const box = draw("\u{10fffd}"), empty = draw(" ");
  const texts = document.documentElement.textContent;
  const wanted = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}\p{Nd}±×Δ「」、。…]/u;
  const characters = Array.from(new Set(texts)).filter((c) => c.length === 1 && wanted.test(c));
  return characters.filter((c) => draw(c) === box || draw(c) === empty).join(" ");
}

// Milliseconds until the page is loaded and drawn: on the clock, and of the page's own work, which other programs do not lengthen.
async function openingTime(page, session, address) {
  const work = async () => (await session.send("Performance.getMetrics")).metrics.find((m) => m.name === "TaskDuration").value;
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const before = await work(), start = performance.now();
  await page.goto(address, { waitUntil: "load", timeout: 120000 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const clock = Math.round(performance.now() - start), after = await work();
  await session.send("Performance.disable");
  return { clock, work: Math.round(1000 * (after >= before ? after - before : after)) };
}

async function check(browser, path) {
  const faults = [];
  const address = pathToFileURL(path).href;
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(120000); // a machine may be busy with other tests
  listen(page, address, faults);
  const bytes = statSync(path).size;
  if (bytes > largest) faults.push(`${bytes} bytes; the limit is ${largest}`);

  const session = await context.newCDPSession(page);
  let opened = { clock: Infinity, work: Infinity }; // the best of three: a machine may be busy with other tests
  for (let attempt = 0; attempt < 3 && opened.clock > slowest; ++attempt) {
    const now = await openingTime(page, session, address);
    if (now.clock < opened.clock) opened = now;
  }
  const ready = `ready after ${opened.clock} ms, ${opened.work} ms of them its own work`;
  if (opened.clock > slowest && opened.work > slowest) faults.push(`${ready}; the limit is ${slowest}`);

  const name = [basename(dirname(dirname(path))), basename(dirname(path)), basename(path, ".html")].join("-");
  if (screenshots && !path.endsWith(".svg")) {
    await page.screenshot({ path: join(screenshots, `${name}.png`), timeout: 120000 });
    await page.screenshot({ path: join(screenshots, `${name}-whole.png`), fullPage: true, timeout: 120000 });
  }
  if (!path.endsWith(".svg")) {
    await page.evaluate(axe);
    await accessible(page, "closed", faults);
    const stops = await reachable(page, faults);
    await setAll(page, true);
    if (bytes < 1500 * 1000) await accessible(page, "open", faults);
    const kinds = await usable(page, faults);
    console.log(`    ${stops} controls when closed; used: ${Array.from(kinds, ([kind, n]) => `${n} ${kind.trim().toLowerCase()}`).join(", ")}`);
    const state = await page.evaluate("({ pwned: window.pwned, scripts: document.scripts.length, events: Array.from(document.querySelectorAll('*')).filter((e) => Array.from(e.attributes).some((a) => a.name.startsWith('on'))).length })");
    if (state.pwned) faults.push("a text of the page ran as script");
    if (state.events) faults.push(`${state.events} elements have event attributes`);
  }
  const missing = await page.evaluate(missingGlyphs);
  if (missing) faults.push(`no glyph for ${missing}`);
  console.log(`${faults.length ? "WRONG" : "ok   "} ${path}: ${bytes} bytes, ${ready}`);
  for (const fault of faults.slice(0, 20)) console.log(`      ${fault}`);
  await context.close();
  return faults.length;
}

const sandbox = process.getuid && process.getuid() === 0 ? ["--no-sandbox"] : [];
const browser = await driver.launch({ executablePath: chromium, headless: true, args: [...sandbox, "--disable-gpu"] });
if (screenshots) mkdirSync(screenshots, { recursive: true });
let wrong = 0;
try {
  const pages = rest.map((path) => resolve(path));
  if (pages.length === 0) throw new Error("no page to open");
  for (const path of pages) wrong += (await check(browser, path)) > 0;
  console.log(`${pages.length} pages, ${wrong} of them wrong, ${browser.version()}`);
} finally {
  await browser.close();
}
process.exit(wrong ? 1 : 0);
