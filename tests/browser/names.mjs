// Imports names in Debian's Chromium as a person would, and tells, one JSON a line on standard output, what was on screen at each
// step.
import { say, text, withPage } from './chromium.mjs';

const [address, file, queue] = process.argv.slice(2);
await withPage({}, async (page) => {
  const row = page.locator(`tr[id="queue ${queue}"]`);
  const to = (hash) => page.evaluate((where) => (location.hash = where), hash);
  const label = () => text(row);

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
});
