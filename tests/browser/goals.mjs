// Decides what figures are made and judged by in Debian's Chromium as a person would, and tells, one JSON a line on standard output, what
// was on screen at each step.
import { say, text, withPage } from './chromium.mjs';

const [address] = process.argv.slice(2);
await withPage({ timeout: 60_000 }, async (page) => {
  const at = (name) => page.locator(`[data-test="${name}"]`);
  const rules = at('judging-rules');

  await page.goto(`${address}#/metas`);
  await at('levels').locator('tbody tr').first().waitFor();
  say({ sum: await text(at('goals-sum')) });
  const third = at('levels').locator('tr', { hasText: 'N3' });
  say({ third: await text(third) });
  say({ goals: await at('goal').allInnerTexts() });
  const tools = page.locator('header select').first();
  await tools.selectOption('rolling 60');
  await at('goals-sum').getByText('últimos 60 min').waitFor();
  say({ rolling: await text(at('goals-sum')) });

  // A rule of an operation: a target that is none cannot be kept.
  await page.goto(`${address}#/definicoes`);
  await rules.waitFor();
  await at('rule-percent').fill('101');
  await at('rule-seconds').fill('10');
  say({ wrong: await at('rule-save').isDisabled() });
  await at('rule-percent').fill('99');
  await rules.locator('select').first().selectOption('sl.f6');
  await at('rule-save').click();
  await at('judging-said').waitFor();
  say({ rule: await text(rules.locator('tbody tr').first()) });

  // A goal of the same, and one that is taken back.
  await at('judging-goals').locator('select').first().selectOption('abandonment_rate');
  await at('goal-amount').fill('0,1');
  await at('goal-save').click();
  const goal = at('judging-goals').locator('tbody tr').first();
  await goal.waitFor();
  say({ goal: await text(goal) });
  await page.goto(`${address}#/metas`);
  await at('goal').filter({ hasText: 'meta até 0,1%' }).first().waitFor();
  say({ aimed: await text(at('goal').filter({ hasText: 'meta até 0,1%' }).first()) });

  // What an operation does not show says why, and stands as people decide.
  await page.goto(`${address}#/definicoes`);
  const ticket = page.locator('[data-indicator="average_ticket"]');
  await ticket.waitFor();
  say({ hidden: await text(ticket) });
  await ticket.getByRole('button', { name: 'Mostrar' }).click();
  await at('profile-why').fill('vende seguro junto');
  await ticket.getByRole('button', { name: 'Mostrar', exact: true }).click();
  await ticket.getByText('decidido aqui').waitFor();
  say({ shown: await text(ticket) });
  await at('judging-undo').click();
  await ticket.getByText('não se mostra').waitFor();
  say({ undone: await text(at('judging-said')), again: await text(ticket) });
});
