// A template from the first word to WhatsApp's decision: refused for what it lacks, then submitted to the sandbox.
import assert from 'node:assert/strict';

import { inspect, visitor } from './browser.mjs';
import { heading, join } from './people.mjs';
import { demoWorld } from './world.mjs';

export const name = 'editor';
export const world = () => demoWorld();

export async function run(browser, world) {
  const page = await visitor(browser, world);
  await join(page, world, { email: 'ravi@demo.example', name: 'Ravi Iyer' });
  await page.getByRole('link', { name: 'Templates' }).click();
  await heading(page, 'Templates');
  await page.getByRole('button', { name: 'New template' }).click();
  await heading(page, 'New template');
  const submit = page.getByRole('button', { name: 'Submit to WhatsApp' });
  await submit.click();
  await page.getByText('Write a name').waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('Kite Festival 2');
  assert.equal(await page.getByRole('textbox', { name: 'Name' }).inputValue(), 'kite_festival_2');
  await page.getByRole('combobox', { name: 'Heading' }).click();
  await page.getByRole('option', { name: 'A line of text' }).click();
  await page.getByLabel('The line').fill('Kites are here');
  await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Good morning');
  await page.getByRole('button', { name: 'Add a gap' }).click();
  await page.getByRole('textbox', { name: 'Small print' }).fill('Kites & Co');
  await page.getByRole('button', { name: 'Add a button' }).click();
  const button = page.getByRole('group', { name: 'Button 1' });
  await button.getByRole('combobox', { name: 'What it does' }).click();
  await page.getByRole('option', { name: 'Opens a page' }).click();
  await button.getByLabel('Label').fill('See them');
  await button.getByLabel('Page').fill('kites.example');
  // What the server refuses lands on its field: a gap at the end of the text, an address that is none, no sample.
  await submit.click();
  await page.getByText('The text cannot begin or end with a variable.').waitFor();
  await page.getByText('Write a full address, beginning with https://.').waitFor();
  await inspect(page, 'editor-refused');
  await page
    .getByRole('textbox', { name: 'Text', exact: true })
    .fill('Good morning {{1}}, the new kites are here.');
  await button.getByLabel('Page').fill('https://kites.example/{{1}}');
  await page.getByLabel('Gap 1 of the text').fill('Meera');
  await page.getByLabel('End of the page of button 1').fill('diwali');
  await page.getByTestId('bubble').getByText('Good morning Meera, the new kites are here.').waitFor();
  await inspect(page, 'editor');
  await page.setViewportSize({ width: 360, height: 740 });
  await inspect(page, 'editor-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
  await submit.click();
  await heading(page, 'kite_festival_2');

  // A one-time code: WhatsApp writes the text.
  await page.goto('/templates/new');
  await heading(page, 'New template');
  await page.getByRole('textbox', { name: 'Name' }).fill('login_code');
  await page.getByRole('radio', { name: 'One-time code' }).check();
  await page
    .getByTestId('bubble')
    .getByText(/is your verification code/)
    .waitFor();
  await page.getByRole('button', { name: 'Dark colours' }).click();
  await inspect(page, 'editor-code-dark');
  await submit.click();
  await heading(page, 'login_code');
}
