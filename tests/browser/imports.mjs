// Imports a report of calls in Debian's Chromium as a person would, with the keyboard where one would use it, and tells, one JSON a line
// on standard output, what was on screen at each step.
import { say, text, withPage } from './chromium.mjs';

const [address, file, webPage] = process.argv.slice(2);
await withPage({}, async (page) => {
  const part = (name) => page.locator(`[data-test="${name}"]`);
  const select = (name) => page.getByLabel(name, { exact: true });
  const take = part('import-take');
  // The assistant has a button of that name too: this one is the result's.
  const another = part('import-now').getByRole('button', { name: 'Outro arquivo' });

  await page.goto(`${address}#/importar`);
  const input = page.locator('input[type=file]');
  await input.waitFor();
  // What is no report is refused in words, and another can be chosen.
  await input.setInputFiles(webPage);
  say({ refused: await text(page.getByRole('alert')) });
  await input.setInputFiles(file);
  await part('import-preview').waitFor();
  say({ found: await text(part('import-file')) });
  say({ wait: await select('Coluna: Espera').inputValue() });
  say({ unknown: await text(part('import-words').locator('.note')) });
  say({ rows: await part('import-preview').locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()))) });
  say({ bold: await page.locator('td b:text-is("SAC")').count() });
  say({ unfit: await text(part('import-unfit')), offer: await text(take) });
  // A column taken away is asked for, and given back with the keyboard.
  await select('Coluna: Espera').selectOption('');
  await part('import-missing').waitFor();
  say({ missing: await text(part('import-missing')), blocked: await take.isDisabled() });
  await select('Coluna: Espera').focus();
  await page.keyboard.type('Tempo de e');
  await part('import-preview').waitFor();
  await select('Quer dizer: Perdida').selectOption('timeout');
  await part('import-words').locator('.note').waitFor({ state: 'detached' });
  await take.filter({ hasText: 'Importar' }).waitFor();
  say({ explained: await text(take) });
  await take.focus();
  await page.keyboard.press('Enter');
  await another.waitFor();
  say({ done: await text(part('import-now')) });
  // The same again: the mapping is remembered, and nothing is new.
  await another.click();
  await input.setInputFiles(file);
  await part('import-preview').waitFor();
  say({ remembered: await text(page.locator('main, body').first()).then((all) => all.includes('Colunas como no último relatório importado')) });
  await take.click();
  await another.waitFor();
  say({ again: await text(part('import-now')) });
});
