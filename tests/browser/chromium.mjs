// Debian's Chromium with a profile of its own, for scripts that tell on standard output, one JSON a line, what they see. They judge
// nothing: the Rust tests that start them do.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** Tells one thing. */
export const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

/** What an element says, on one line. */
export const text = async (found) => (await found.innerText()).replace(/\s+/g, ' ').trim();

/** Opens a page, lets `work` be done with it and takes everything away again. What goes wrong in the page is told as a `fault`, and a
 * dialog as a `dialog`. `timeout`: how long an element is waited for, ms. */
export async function withPage({ viewport = { width: 1366, height: 768 }, timeout = 30_000 }, work) {
  const profile = await mkdtemp(join(tmpdir(), 'mirante-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    locale: 'pt-BR',
    viewport,
    // Root has no sandbox of its own; the rest keeps the browser from asking the network for anything.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(timeout);
    page.on('dialog', (dialog) => {
      say({ dialog: dialog.message() });
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => say({ fault: String(error) }));
    page.on('console', (message) => {
      if (message.type() === 'error') say({ fault: message.text() });
    });
    await work(page);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}
