// The gate's HTML pages in a real browser: accessibility, keyboard, filter, copying,
// widths, dark mode, print, and thousands of findings.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axeFindings, launch, open, report, root, shots } from "./browser.mjs";

const golden = (name) => join(root, "validate", "report", "testdata", name + ".html");
let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const phone = { width: 360, height: 740 };
const looks = [
  ["desktop", {}],
  ["desktop-dark", { colorScheme: "dark" }],
  ["phone", phone],
  ["phone-dark", { ...phone, colorScheme: "dark" }],
  ["contrast", { forcedColors: "active" }],
  ["print", { media: "print" }],
];

for (const name of ["refused", "passed", "settled", "undecided", "flagged", "crowded", "audited"]) {
  for (const [look, options] of looks) {
    test(`${name}, ${look}: nothing goes wrong, axe finds nothing, nothing sticks out`, async () => {
      const { page, wrong } = await open(browser.context, golden(name), options);
      const { violations, incomplete } = await axeFindings(page);
      assert.deepEqual(violations, []);
      // Colours that axe cannot tell are those that the system chooses.
      assert.deepEqual(incomplete.filter((line) => !line.startsWith("color-contrast")), []);
      if (look !== "contrast") assert.deepEqual(incomplete, []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, "the page scrolls sideways");
      await page.screenshot({ path: join(shots, `${name}-${look}.png`), fullPage: true });
      assert.deepEqual(wrong, []);
      await page.close();
    });
  }
}

test("everything can be read without a script", async () => {
  const context = browser.context;
  const { page } = await open(context, golden("crowded"));
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setScriptExecutionDisabled", { value: true });
  await page.reload();
  const client = await session.send("DOM.getDocument", { depth: 0 });
  const { nodeId } = await session.send("DOM.querySelector", { nodeId: client.root.nodeId, selector: "#filter" });
  const { attributes } = await session.send("DOM.getAttributes", { nodeId });
  assert.ok(attributes.includes("hidden"), "a filter that cannot work is shown");
  await page.screenshot({ path: join(shots, "crowded-without-script.png"), fullPage: true });
  await page.close();
});

test("the keyboard reaches everything, in the order of the page, and shows where it is", async () => {
  const { page, wrong } = await open(browser.context, golden("refused"), { reducedMotion: "reduce" });
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  const seen = await page.evaluate(() => {
    const box = document.activeElement.getBoundingClientRect();
    return box.top >= 0 && box.left >= 0;
  });
  assert.ok(seen, "the skip link is not seen when it has the focus");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");

  const interactive = await page.evaluate(() => [...document.querySelectorAll("a, button, input, summary")].filter((e) => e.checkVisibility() && e.className !== "skip").length);
  await page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
  await page.reload();
  await page.keyboard.press("Tab"); // the skip link
  let last = -1;
  for (let i = 0; i < interactive; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const all = [...document.querySelectorAll("a, button, input, summary")].filter((e) => e.checkVisibility() && e.className !== "skip");
      const e = document.activeElement;
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 12));
      return { index: all.indexOf(e), outline: parseFloat(style.outlineWidth), covered: !(top && (e.contains(top) || top.contains(e))), what: e.outerHTML.slice(0, 80) };
    });
    assert.ok(at.index > last, `the focus jumps back to ${at.what}`);
    assert.ok(at.outline >= 2, `no outline around ${at.what}`);
    assert.ok(!at.covered, `something covers ${at.what}`);
    last = at.index;
  }
  assert.equal(last, interactive - 1, "something cannot be reached");
  assert.deepEqual(wrong, []);
  await page.close();
});

test("the filter narrows, says so, and gives everything back", async () => {
  const { page, wrong } = await open(browser.context, golden("crowded"));
  const status = () => page.locator("#shown").textContent();
  const visible = () => page.locator("article:visible").count();
  const all = await page.locator("article").count();
  assert.equal(await status(), `All ${all} findings are shown.`);
  await page.getByRole("combobox", { name: "Filter" }).fill("shopify json before");
  await page.waitForFunction(() => !document.getElementById("shown").textContent.startsWith("All"));
  assert.equal(await visible(), 7);
  assert.equal(await status(), `7 of ${all} findings are shown.`);
  assert.equal(await page.locator(".rule:visible").count(), 1);
  assert.ok((await page.locator("[data-group]:visible").count()) > 1, "files are filtered away");
  await page.screenshot({ path: join(shots, "filtered.png") });

  await page.getByRole("combobox", { name: "Filter" }).fill("");
  await page.getByLabel("error").uncheck();
  await page.waitForFunction(() => document.getElementById("shown").textContent.startsWith("2 of"));
  assert.deepEqual(await page.locator(".rule:visible .badge").allTextContents(), ["warning", "info"]);

  // A link to what is filtered away shows it.
  const hidden = await page.locator("article:not(:visible)").first().getAttribute("id");
  await page.evaluate((id) => { location.hash = id; }, hidden);
  await page.locator("#" + hidden).waitFor({ state: "visible" });
  assert.equal(await status(), `All ${all} findings are shown.`);
  assert.deepEqual(wrong, []);
  await page.close();
});

test("commands are copied as they are", async () => {
  const { page, wrong } = await open(browser.context, golden("crowded"));
  const block = page.locator(".commands", { hasText: "git commit" }).first();
  const commands = await block.locator("pre").textContent();
  const button = block.getByRole("button");
  assert.match(await button.getAttribute("aria-label"), /^Copy: git /);
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "Copied" }).waitFor({ state: "attached" });
  assert.equal(await button.textContent(), "Copied");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), commands);
  await page.waitForFunction(() => ![...document.querySelectorAll("button")].some((b) => b.textContent !== "Copy"));

  // Where copying is not allowed, they are selected.
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error("no")); });
  await button.click();
  await page.waitForFunction(() => [...document.querySelectorAll("button")].some((b) => b.textContent === "Selected"));
  assert.equal((await page.evaluate(() => getSelection().toString())).trim(), commands.trim());
  assert.deepEqual(wrong, []);
  await page.close();
});

test("an audit's graph is told as a table, and its rows lead to the findings", async () => {
  const { page, wrong } = await open(browser.context, golden("audited"), { reducedMotion: "reduce" });
  assert.equal(await page.locator(".graph svg").getAttribute("aria-hidden"), "true");
  const rows = await page.locator(".truths tbody tr").allTextContents();
  for (const node of await page.locator(".node:not(.gone)").all()) {
    const label = await node.locator(".label").textContent();
    const says = (await node.locator(".says").textContent()).trim();
    assert.ok(rows.some((row) => row.includes(label) && row.includes(says)), `no row says ${says} of ${label}`);
  }
  for (const link of await page.locator(".truths tbody a").all()) {
    const id = (await link.getAttribute("href")).slice(1);
    await link.click();
    assert.ok(await page.locator("#" + id).isVisible(), `nothing is seen at ${id}`);
  }
  const current = await page.locator(".stages .here").allTextContents();
  for (const text of current) assert.match(text, /waiting here/);
  assert.deepEqual(wrong, []);
  await page.close();
});

test("what moves asks first", async () => {
  for (const [reducedMotion, want] of [["reduce", "auto"], ["no-preference", "smooth"]]) {
    const { page } = await open(browser.context, golden("refused"), { reducedMotion });
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), want);
    await page.close();
  }
});

test("nothing is said by colour alone", async () => {
  const { page } = await open(browser.context, golden("refused"));
  assert.deepEqual(await page.locator(".badge").allTextContents(), ["error", "error", "warning", "info"]);
  for (const row of await page.locator(".row.found .n").allTextContents()) assert.match(row, /^> \d+$/);
  await page.close();
});

test("two thousand findings of a real run open and filter quickly", async () => {
  const files = {};
  for (let i = 0; i < 900; i++) {
    files[`orchestration/dag/streams/source${i % 30}/stream${i}.json`] = `{\n  "stream": "stream${i}",\n  "sync_mode": "sometimes",\n  "back_fill": true,\n  "fields": 7\n}\n`;
  }
  const run = report(files);
  const began = performance.now();
  const { page, wrong } = await open(browser.context, run.out);
  const opened = performance.now() - began;
  const count = await page.locator("article").count();
  assert.ok(count >= 2000, `${count} findings`);
  const took = await page.evaluate(async () => {
    const input = document.querySelector("#words");
    input.value = "stream77.json";
    const began = performance.now();
    input.form.requestSubmit();
    document.body.getBoundingClientRect();
    return performance.now() - began;
  });
  console.log(`# ${count} findings: opened in ${Math.round(opened)} ms, filtered in ${Math.round(took)} ms`);
  assert.ok(opened < 10_000 && took < 2_000, `opened in ${opened} ms, filtered in ${took} ms`);
  assert.deepEqual(wrong, []);
  const { violations } = await axeFindings(page);
  assert.deepEqual(violations, []);
  await page.close();
  run.remove();
});
