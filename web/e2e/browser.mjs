// The browser, and what is checked on every page: no violation of axe, no error on the console, a picture.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = new URL('../../target/screenshots/', import.meta.url).pathname;

export async function open() {
  mkdirSync(pictures, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return browser;
}

/** A person's browser window; what its pages complain about is kept in `errors`. */
export async function visitor(browser, world, options = {}) {
  const context = await browser.newContext({
    baseURL: world.url,
    locale: 'en-IN',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(String(error)));
  page.on('console', (message) => {
    // The browser itself notes every refused request, also those a page is prepared for.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      page.errors.push(message.text());
  });
  return page;
}

/** Looks at the page as it is: accessible, without errors, and kept as a picture. */
export async function inspect(page, name) {
  await page.locator('[aria-label="Loading"]').first().waitFor({ state: 'detached' });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage: true });
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
  );
  if (process.env.AXE_REPORT && found.length > 0) console.log(`  axe on ${name}:\n${found.join('\n')}`);
  else if (found.length > 0) throw new Error(`axe on ${name}:\n${found.join('\n')}`);
  if (page.errors.length > 0) throw new Error(`errors on ${name}:\n${page.errors.join('\n')}`);
  console.log(`  ✓ ${name}`);
}
