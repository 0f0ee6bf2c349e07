// Changes how long things are kept in Debian's Chromium as a person would, and tells, one JSON a line on standard output, what was on
// screen at each step. It judges nothing: the Rust test that started it does.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [address] = process.argv.slice(2);
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
  page.setDefaultTimeout(60_000);
  page.on('dialog', (dialog) => {
    say({ fault: `dialog ${dialog.message()}` });
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => say({ fault: String(error) }));
  page.on('console', (message) => {
    if (message.type() === 'error') say({ fault: message.text() });
  });
  const at = (name) => page.locator(`[data-test="keeping-${name}"]`);
  const text = async (found) => (await found.innerText()).replace(/\s+/g, ' ').trim();
  const rule = (name) => at(name);
  const going = (name) => rule(name).locator('[data-test="keeping-going"]');
  const count = (name) => rule(name).locator('[data-test="keeping-count"]');

  await page.goto(`${address}#/guarda`);
  await rule('rewind').waitFor();
  say({ rules: { contacts: await text(rule('contacts')), rewind: await text(rule('rewind')) } });
  say({ receipts: await text(at('receipts')) });
  say({ fresh: await text(going('contacts')) });

  // A time that is none cannot be kept.
  await count('contacts').fill('0');
  say({ wrong: { text: await text(rule('contacts')), save: await at('save').isDisabled(), look: await at('look').isDisabled() } });

  await count('contacts').fill('1');
  await rule('contacts').locator('select').selectOption('days');
  await at('look').click();
  await going('contacts').getByText('linhas').first().waitFor();
  say({ looked: await text(going('contacts')), others: await text(going('rewind')) });
  await at('save').click();
  await at('saved').waitFor();
  say({ saved: await text(at('saved')) });
  await at('undo').click();
  await at('undone').waitFor();
  say({ undone: { words: await text(at('undone')), count: await count('contacts').inputValue() } });

  await count('contacts').fill('1');
  await rule('contacts').locator('select').selectOption('days');
  await at('save').click();
  await at('saved').waitFor();
  await at('remove').click();
  await at('sure').waitFor();
  say({ sure: await text(at('sure')) });
  await at('yes').click();
  await at('receipts').locator('tbody tr').first().waitFor();
  await at('removal').getByText('Última vez').waitFor();
  say({ removed: await text(at('removal')), rows: await at('receipts').locator('tbody tr').first().innerText() });
  await at('look').click();
  await going('contacts').getByText('nada').waitFor();
  say({ left: await text(going('contacts')) });
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
