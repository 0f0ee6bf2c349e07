// Opens the card of a figure as a person would, follows one of its contacts to the moment on screen and back, and copies the partial of
// the day; tells, one JSON a line, what was on screen at each step.
import { say, text, withPage } from './chromium.mjs';

const [address, from, to] = process.argv.slice(2);
await withPage({ timeout: 30_000 }, async (page) => {
  const at = (name) => page.locator(`[data-test="${name}"]`);
  const inside = () => page.evaluate(() => document.activeElement?.closest('[data-test="card"]') !== null);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(address).origin });

  // By a link: of a time that is over, so that it can be told beforehand.
  await page.goto(`${address}#/?cartao=sl.f4&filas=1%252Fsac&de=${from}&ate=${to}`);
  await at('card-value').waitFor();
  await page.locator('[data-test="card-row"][data-id]').first().waitFor();
  const parts = await page.locator('[data-part]').allInnerTexts();
  say({ link: { value: await text(at('card-value')), top: await text(at('card-top')), bottom: await text(at('card-bottom')), parts } });
  say({ origin: await text(at('card-origin')), variants: await page.locator('[data-variant]').count() });
  say({ listed: await at('card-rows').getAttribute('data-total') });
  await page.locator('[data-part="out"]').click();
  await page.waitForFunction(() => document.querySelector('[data-part="out"]')?.getAttribute('aria-pressed') === 'true');
  await page.waitForTimeout(500);
  say({ out: await at('card-rows').getAttribute('data-total') });

  // The focus stays inside however often Tab is pressed.
  let left = 0;
  for (let nth = 0; nth < 40; nth += 1) {
    await page.keyboard.press('Tab');
    if (!(await inside()) && (await page.evaluate(() => document.activeElement !== document.body))) left += 1;
  }
  say({ left });
  await at('card-copy').click();
  await page.getByText('Copiado').waitFor();
  say({ copied: await clipboard() });

  // A contact's story, and its moment on screen.
  await page.locator('[data-part="top"]').click();
  await page.waitForTimeout(500);
  const row = page.locator('[data-test="card-row"][data-id]').first();
  say({ row: { id: await row.getAttribute('data-id'), words: await text(row) } });
  await row.click();
  await at('card-step').first().waitFor();
  say({ steps: await at('card-step').evaluateAll((steps) => steps.map((step) => step.getAttribute('data-what'))) });
  await page.keyboard.press('Escape');
  await at('card-story').waitFor({ state: 'detached' });
  say({ still: await at('card').isVisible() });
  await page.locator('[data-test="card-row"][data-id]').first().click();
  await at('card-step').first().waitFor();
  await page.locator('[data-test="card-step"][data-what="answered"] [data-test="card-see"]').first().click();
  await at('replay').waitFor();
  say({ replay: { words: await text(at('replay')), at: await at('replay').getAttribute('data-at'), queues: await page.locator('td.level').count() } });
  await at('replay-back').click();
  await at('replay').waitFor({ state: 'detached' });
  say({ live: page.url().includes('momento') });

  // By mouse and by keyboard, from the figures on screen.
  const level = page.locator('td.level button').first();
  await level.click();
  await at('card-value').waitFor();
  say({ clicked: await text(at('card-name')) });
  await page.keyboard.press('Escape');
  await at('card').waitFor({ state: 'detached' });
  const opened = [];
  for (const [nth, key] of [[0, 'Enter'], [1, '?'], [2, 'Enter'], [3, '?'], [4, 'Enter']]) {
    const figure = page.locator('.strip button.figure').nth(nth);
    await figure.focus();
    await page.keyboard.press(key);
    await at('card-value').waitFor();
    opened.push(await text(at('card-name')));
    await at('card-close').click();
    await at('card').waitFor({ state: 'detached' });
  }
  say({ opened });

  // On the supervisors' wall a figure opens, on the operators' none does.
  const tiles = async (profile) => {
    await page.goto(`${address}#/painel?perfil=${profile}`);
    await page.locator('[data-tile]').first().waitFor();
    return page.locator('[data-tile] button.open').count();
  };
  say({ walls: { supervision: await tiles('supervisao'), operation: await tiles('operacao') } });
  await tiles('supervisao');
  const wall = [];
  for (const tile of ['level', 'abandoned']) {
    await page.locator(`[data-tile="${tile}"] button.open`).click();
    await at('card-value').waitFor();
    wall.push(await text(at('card-name')));
    await at('card-close').click();
    await at('card').waitFor({ state: 'detached' });
  }
  say({ wall });
  await page.goto(`${address}#/`);
  await page.locator('.strip').waitFor();

  // One key to the partial of the day.
  await page.keyboard.press('p');
  await at('partial-table').or(at('partial-none')).first().waitFor();
  say({ partial: { url: page.url(), sheets: await page.locator('[data-sheet]').allInnerTexts(), table: await at('partial-table').innerText() } });
  await at('partial-text').click();
  await page.getByText('Texto copiado').waitFor();
  say({ pasted: await clipboard() });
  await at('partial-image').click();
  await page.getByText('Imagem copiada').waitFor();
  const picture = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const blob = await item.getType('image/png');
    const { width, height } = await createImageBitmap(blob);
    return { width, height, bytes: blob.size };
  });
  say({ picture });
  const download = page.waitForEvent('download');
  await at('partial-save').click();
  say({ saved: (await download).suggestedFilename() });
});
