// The rules by which consent is heard, the list of who must be left alone, and the ledger.
import assert from 'node:assert/strict';

import { inspect, visitor } from './browser.mjs';
import { heading, join } from './people.mjs';
import { demoWorld } from './world.mjs';

export const name = 'consent';
export const world = () => demoWorld();

export async function run(browser, world) {
  const page = await visitor(browser, world);
  await join(page, world, { email: 'ravi@demo.example', name: 'Ravi Iyer' });
  await page.getByRole('link', { name: 'Consent' }).click();
  await heading(page, 'Consent');
  await rules(page);
  await suppressions(page);
  await ledger(page);
}

async function rules(page) {
  await page.getByText('unsubscribe', { exact: true }).waitFor();
  const stop = page.getByRole('combobox', { name: 'Stop offers' });
  await stop.fill('no more of this please no more of this please no');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('a keyword has 1 to 40 letters').waitFor();
  await inspect(page, 'consent-refused');
  await page.keyboard.press('Backspace');
  await stop.focus();
  await page.keyboard.press('Backspace');
  await stop.fill('enough');
  await page.keyboard.press('Enter');
  await page.getByRole('switch', { name: 'A yes has to be confirmed' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Choose at least one way').waitFor();
  await inspect(page, 'consent-confirmation');
  await page.getByRole('switch', { name: 'A yes has to be confirmed' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The rules hold from now on.').waitFor();
  await page.reload();
  await page.getByText('enough', { exact: true }).waitFor();
}

async function suppressions(page) {
  await page.getByRole('tab', { name: 'Suppression list' }).click();
  await page.getByRole('button', { name: 'Put somebody on it' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Phone').fill('12');
  await dialog.getByLabel('Why').fill('asked on the phone');
  await dialog.getByRole('button', { name: 'Put somebody on it' }).click();
  await dialog.locator('input[aria-invalid="true"]').waitFor();
  await inspect(page, 'suppression-refused');
  await dialog.getByLabel('Phone').fill('+919810000042');
  await dialog.getByRole('button', { name: 'Put somebody on it' }).click();
  await dialog.waitFor({ state: 'detached' });
  const look = page.getByRole('region', { name: 'Look up' });
  await look.getByLabel('Is a number on the list?').fill('+919810000043');
  await look.getByRole('button', { name: 'Look up' }).click();
  await page.getByText('This number is not on the list.').waitFor();
  await look.getByLabel('Is a number on the list?').fill('+919810000042');
  await look.getByRole('button', { name: 'Look up' }).click();
  await look.getByText('asked on the phone').waitFor();

  await page.getByRole('button', { name: 'Put the people of a file on it' }).click();
  const rows = ['phone', '+919810000050', '+919810000051', '12'].join('\n');
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: 'leave-alone.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) });
  await dialog.getByLabel('Why').fill('asked at the till');
  await inspect(page, 'suppression-import');
  await dialog.getByRole('button', { name: 'Put the people of a file on it' }).click();
  await dialog.getByText('3 rows read; 2 numbers are on the list now.').waitFor();
  await dialog.getByText(/^Line 4: /).waitFor();
  await inspect(page, 'suppression-imported');
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  const entries = page.getByRole('listitem').filter({ hasText: 'asked on the phone' });
  await entries.getByRole('button', { name: 'Take off' }).click();
  await dialog.getByLabel('Why').fill('typed a wrong number');
  await dialog.getByRole('button', { name: 'Take off' }).click();
  await dialog.waitFor({ state: 'detached' });
  await entries.waitFor({ state: 'detached' });
  await page.getByText('This number is not on the list.').waitFor();
  await page.getByLabel('Also what was taken off').check();
  await entries.getByText(/typed a wrong number/).waitFor();
  await inspect(page, 'suppressions');
  await page.setViewportSize({ width: 360, height: 740 });
  await inspect(page, 'suppressions-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function ledger(page) {
  await page.getByRole('tab', { name: 'Everything people said' }).click();
  const table = page.getByRole('table', { name: 'Everything people said' });
  await table.getByRole('row').nth(2).waitFor();
  await inspect(page, 'ledger');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as CSV' }).click();
  assert.match((await saved).suggestedFilename(), /\.csv$/);
  await page.getByRole('combobox', { name: 'What was said' }).click();
  await page.getByRole('option', { name: 'Asked', exact: true }).click();
  await page.getByText('Nobody has said that').waitFor();
  await page.getByRole('button', { name: 'Dark colours' }).click();
  await page.getByRole('combobox', { name: 'What was said' }).click();
  await page.getByRole('option', { name: 'Agreed' }).click();
  await table.getByRole('row').nth(2).waitFor();
  await inspect(page, 'ledger-dark');
}
