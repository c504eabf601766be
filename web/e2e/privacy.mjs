// How long what is kept, and what a person may ask for: everything about them, and to be forgotten.
import assert from 'node:assert/strict';

import { inspect, visitor } from './browser.mjs';
import { heading, join } from './people.mjs';
import { demoWorld } from './world.mjs';

export const name = 'privacy';
export const world = () => demoWorld();

export async function run(browser, world) {
  const page = await visitor(browser, world);
  await join(page, world, { email: 'ravi@demo.example', name: 'Ravi Iyer' });
  await page.getByRole('link', { name: "People's data" }).click();
  await heading(page, "People's data");
  await page.getByText('Nothing was deleted yet').waitFor();
  // Everything is kept, so there is nothing to count: the button says so.
  await page.locator('button[aria-disabled]', { hasText: 'Count what would go' }).waitFor();
  await inspect(page, 'privacy');
  await page.getByLabel('What messages said').fill('500');
  await page.keyboard.press('Tab');
  await page.getByLabel('What messages said').fill('12');
  await page.locator('button[aria-disabled]', { hasText: 'Count what would go' }).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await inspect(page, 'privacy-ask');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('It is applied within the hour').waitFor();
  await page.getByRole('button', { name: 'Count what would go' }).click();
  await page.getByRole('cell', { name: 'Only counted' }).waitFor();
  await inspect(page, 'privacy-counted');
  await page.setViewportSize({ width: 360, height: 740 });
  await inspect(page, 'privacy-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('tab', { name: 'Forgotten people' }).click();
  await page.getByText('Nobody was erased yet').waitFor();
  await forget(page);
}

async function forget(page) {
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByRole('link', { name: 'Customer 499' }).click();
  await heading(page, 'Customer 499');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download everything about them' }).click();
  assert.match((await saved).suggestedFilename(), /\.json$/);
  await page.getByRole('button', { name: 'Erase for good' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('one message', { exact: true }).waitFor();
  const erase = dialog.getByRole('button', { name: 'Erase for good' });
  assert.equal(await erase.getAttribute('aria-disabled'), 'true');
  await inspect(page, 'erase');
  await dialog.getByLabel(/to go on/).fill('erase');
  await erase.click();
  await heading(page, 'Customers');
  await page.getByRole('link', { name: "People's data" }).click();
  await page.getByRole('tab', { name: 'Forgotten people' }).click();
  await page.getByText('Erased', { exact: true }).waitFor();
  await inspect(page, 'erasures');
}
