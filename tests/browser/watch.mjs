// Opens the interface in Debian's Chromium and tells, one JSON a line on standard output, what comes on screen and when.
// It judges nothing: the Rust test that started it does. It ends when its standard input does.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [address, picture] = process.argv.slice(2);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const profile = await mkdtemp(join(tmpdir(), 'mirante-chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  locale: 'pt-BR',
  // Tall enough that no list is cut: rows outside the view are not in the page at all.
  viewport: { width: 1920, height: 3000 },
  // Root has no sandbox of its own; the rest keeps the browser from asking the network for anything.
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = context.pages()[0] ?? (await context.newPage());
page.on('dialog', (dialog) => {
  say({ dialog: dialog.message() });
  void dialog.dismiss();
});
page.on('pageerror', (error) => say({ fault: String(error) }));
page.on('console', (message) => {
  if (message.type() === 'error') say({ fault: message.text() });
});
await page.exposeFunction('mirante_say', say);
await page.addInitScript(() => {
  const now = () => performance.timeOrigin + performance.now();
  const known = new Set();
  let last = '';
  const text = (selector) => [...document.querySelectorAll(selector)].map((found) => found.textContent.replace(/\s+/g, ' ').trim());
  function look() {
    const at = now();
    for (const row of document.querySelectorAll('tr[id^="caller "]')) {
      if (known.has(row.id)) continue;
      known.add(row.id);
      window.mirante_say({ caller: row.cells[0].textContent.trim(), at });
    }
    const queues = [...document.querySelectorAll('tr[id^="queue "]')];
    const state = {
      sources: text('.sources'),
      down: text('.sources .down'),
      alerts: text('[role="alert"]'),
      queues: queues.length,
      stale_queues: queues.filter((row) => row.classList.contains('no_data')).length,
      people: document.querySelectorAll('.person').length,
      stale_people: document.querySelectorAll('.person.stale').length,
      first_run: location.hash,
    };
    // The clock of the data ticks each second: that is no news.
    const key = JSON.stringify({ ...state, sources: state.sources.length, down: state.down.length, alerts: state.alerts.length });
    if (key === last) return;
    last = key;
    window.mirante_say({ state, at });
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
});
await page.goto(address);
await page.waitForSelector('tr[id^="queue "]', { timeout: 20_000 });
say({ ready: true });

for await (const line of lines(process.stdin)) {
  // A question is an expression to evaluate in the page.
  if (line === 'picture') await page.screenshot({ path: picture });
  else say({ answer: await page.evaluate(line) });
}
await context.close();
await rm(profile, { recursive: true, force: true });

async function* lines(stream) {
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop();
    yield* parts.filter((part) => part !== '');
  }
}
