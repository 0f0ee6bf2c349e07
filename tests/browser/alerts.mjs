// Meets alerts in Debian's Chromium as a person would, with the keys, and tells, one JSON a line on standard output, what was on screen at
// each step. The rules are a file: it is broken and mended on the way.
import { readFile, writeFile } from 'node:fs/promises';
import { say, text, withPage } from './chromium.mjs';

const [address, file, wrong] = process.argv.slice(2);
await withPage({ timeout: 60_000 }, async (page) => {
  const at = (name) => page.locator(`[data-test="${name}"]`);
  const toast = (words) => page.getByText(words).first();

  await page.goto(`${address}#/`);
  await at('now-take').first().waitFor();
  say({ now: await text(at('now-take').first()) });

  await page.goto(`${address}#/alertas`);
  await at('alert').first().waitFor();
  // All of them, before they are counted.
  let seen = '';
  while (seen !== (seen = await text(at('alerts-badge')))) await page.waitForTimeout(1_500);
  say({ first: await text(at('alert').first()), badge: seen });

  // One key marks, a button marks the rest, and one key takes all that is marked.
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await at('alerts-bulk').getByText('Marcar todos').click();
  await page.keyboard.press('a');
  await toast('assumidos até').waitFor();
  say({ took: await text(toast('assumidos até')) });
  await at('alerts-badge').waitFor({ state: 'detached' });
  say({ untaken: await at('alerts-badge').count() });
  say({ taken: await text(at('alert').first()) });

  // Silenced by key: an end is chosen, and a reason has to be given.
  await page.keyboard.press('j');
  await page.keyboard.press('s');
  await at('alert-end').waitFor();
  await at('end-60').check();
  say({ no_reason: await at('end-go').isDisabled() });
  await at('end-note').fill('treino da equipe');
  await at('end-go').click();
  await at('alerts-fold-silenced').waitFor();
  say({ silenced: await text(at('alerts-fold-silenced')) });
  await at('alerts-fold-silenced').click();
  const folded = page.locator('[data-test="alert"][data-state="silenced"]');
  await folded.waitFor();
  say({ folded: await text(folded) });

  // The story of one, and the screen of its second.
  await page.locator('[data-test="alert"][data-state="acknowledged"]').first().locator('[data-test="alert-story"]').click();
  await at('alert-effect').waitFor();
  say({ effect: await text(at('alert-effect')), actions: await text(at('alert-actions')), plan: await text(at('alert-plan')), bold: await text(at('alert-plan').locator('strong')), steps: await text(at('alert-steps')) });
  await at('alert-rewind').click();
  await at('replay').waitFor();
  say({ replay: await text(at('replay')) });

  // The day, and its table.
  await page.goto(`${address}#/alertas?parte=historico`);
  await at('past-alert').first().waitFor();
  say({ past: await text(at('past-count')) });
  const coming = page.waitForEvent('download');
  await at('past-csv').click();
  const table = await (await coming).path();
  say({ csv: (await readFile(table, 'utf8')).trim() });

  // The rules: one with an error is said where; one click turns one off.
  await page.goto(`${address}#/alertas?parte=regras`);
  const rule = page.locator('[data-rule="sempre"]');
  await rule.waitFor();
  say({ rule: await text(rule) });
  const right = await readFile(file, 'utf8');
  await writeFile(file, wrong);
  await at('rules-fault').waitFor();
  say({ wrong: await text(at('rules-fault')) });
  await writeFile(file, right);
  await at('rules-fault').waitFor({ state: 'detached' });
  await rule.locator('[data-test="rule-switch"]').click();
  await toast('“Sempre” desligada.').waitFor();
  say({ off: await text(toast('“Sempre” desligada.')) });
  await page.goto(`${address}#/alertas`);
  await at('alerts-quiet').waitFor();
  say({ quiet: await text(at('alerts-quiet')) });
});
