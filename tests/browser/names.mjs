// Imports names in Debian's Chromium as a person would, and tells, one JSON a line on standard output, what was on screen at each
// step. It judges nothing: the Rust test that started it does.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [address, file, queue] = process.argv.slice(2);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const profile = await mkdtemp(join(tmpdir(), 'mirante-chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  locale: 'pt-BR',
  viewport: { width: 1366, height: 768 },
  // Root has no sandbox of its own; the rest keeps the browser from asking the network for anything.
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(30_000);
  page.on('dialog', (dialog) => {
    say({ fault: `dialog ${dialog.message()}` });
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => say({ fault: String(error) }));
  page.on('console', (message) => {
    if (message.type() === 'error') say({ fault: message.text() });
  });
  const row = page.locator(`tr[id="queue ${queue}"]`);
  const to = (hash) => page.evaluate((where) => (location.hash = where), hash);
  const label = async () => (await row.innerText()).replace(/\s+/g, ' ');

  await page.goto(address);
  await row.waitFor();
  say({ before: await label() });
  await to('#/nomes');
  await page.setInputFiles('input[type=file]', file);
  await page.locator('tbody tr').first().waitFor();
  const cells = (found) => found.map((line) => [...line.cells].slice(1).map((cell) => cell.textContent.replace(/\s+/g, ' ').trim()));
  say({ rows: await page.locator('tbody tr').evaluateAll(cells) });
  await page.getByRole('button', { name: /^Aplicar \d/ }).click();
  await page.getByRole('button', { name: 'Ver ao vivo' }).click();
  await row.getByText('0800').waitFor();
  say({ applied: await label(), bold: await row.locator('b:text-is("SAC")').count() });
  await to('#/nomes');
  await page.getByRole('button', { name: 'Desfazer' }).click();
  await page.locator('input[type=file]').waitFor();
  await to('#/');
  await row.waitFor();
  await row.getByText('0800').waitFor({ state: 'detached' });
  say({ undone: await label() });
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
