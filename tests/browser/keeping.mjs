// Changes how long things are kept in Debian's Chromium as a person would, and tells, one JSON a line on standard output, what was on
// screen at each step.
import { say, text, withPage } from './chromium.mjs';

const [address] = process.argv.slice(2);
await withPage({ timeout: 60_000 }, async (page) => {
  const at = (name) => page.locator(`[data-test="keeping-${name}"]`);
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
});
