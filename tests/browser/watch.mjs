// Opens the interface in Debian's Chromium and tells, one JSON a line on standard output, what comes on screen and when.
// It judges nothing: the Rust test that started it does. It ends when its standard input does.
import { say, withPage } from './chromium.mjs';

const [address, picture] = process.argv.slice(2);
// Tall enough that no list is cut: rows outside the view are not in the page at all.
await withPage({ viewport: { width: 1920, height: 3000 } }, async (page) => {
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
});

async function* lines(stream) {
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop();
    yield* parts.filter((part) => part !== '');
  }
}
