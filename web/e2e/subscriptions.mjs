// Programs that are told what happens: a receiver that refuses at first, a test, its delivery, a new secret, the end.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { inspect, visitor } from './browser.mjs';
import { heading, join } from './people.mjs';
import { demoWorld } from './world.mjs';

export const name = 'subscriptions';
export const world = () =>
  demoWorld({ BELLBIRD__OUTSIDE__ALLOW_PRIVATE: 'true', BELLBIRD__OUTSIDE__ALLOW_HTTP: 'true' });

export async function run(browser, world) {
  const receiver = await listen(world);
  const page = await visitor(browser, world);
  await join(page, world, { email: 'ravi@demo.example', name: 'Ravi Iyer' });

  await page.getByRole('link', { name: 'Subscriptions' }).click();
  await heading(page, 'Subscriptions');
  await page.getByText('Nobody is told anything yet').waitFor();
  await inspect(page, 'subscriptions-empty');
  await page.getByRole('button', { name: 'Add a subscription' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add a subscription' }).click();
  await dialog.getByText('Choose at least one').waitFor();
  await dialog.getByLabel('Address').fill('ftp://shop.example.com');
  await dialog.getByLabel('What you call it').fill('web shop');
  await dialog.getByRole('checkbox', { name: /A message was delivered/ }).check();
  await dialog.getByRole('button', { name: 'Add a subscription' }).click();
  await dialog.locator('input[type="url"][aria-invalid="true"]').waitFor();
  await inspect(page, 'subscription-refused');
  await dialog.getByLabel('Address').fill(receiver.url);
  await dialog.getByRole('button', { name: 'Add a subscription' }).click();
  assert.match(await page.getByTestId('new-secret').textContent(), /^whsec_/);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await inspect(page, 'subscriptions');

  await page.getByRole('link', { name: 'web shop' }).click();
  await heading(page, 'web shop');
  await page.getByRole('button', { name: 'Send a test' }).click();
  const table = page.getByRole('table', { name: 'Deliveries' });
  await table.getByText('HTTP 503').waitFor();
  await inspect(page, 'subscription');
  await table.getByRole('button', { name: /^Look at: Test/ }).click();
  await page.getByRole('dialog').getByText('not now').waitFor();
  await inspect(page, 'delivery');
  receiver.answer = 200;
  await page.getByRole('dialog').getByRole('button', { name: 'Post again' }).click();
  await page.getByRole('dialog').getByText('Taken').waitFor();
  await page.keyboard.press('Escape');
  await table.getByText('Taken').waitFor();
  await page.getByRole('combobox', { name: 'How far they got' }).click();
  await page.getByRole('option', { name: 'Failed' }).click();
  await page.getByText('No delivery fits this choice').waitFor();

  await page.getByRole('button', { name: 'Post all failed again' }).click();
  await inspect(page, 'replay-failed');
  await page.getByRole('dialog').getByRole('button', { name: 'Post again' }).click();
  await page.getByText('Nothing had failed since then.').waitFor();

  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
  assert.match(await page.getByTestId('new-secret').textContent(), /^whsec_/);
  await page.getByText('Old secret works until').waitFor();
  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
  // What cannot be tried now is there all the same, and says why.
  await page.locator('button[aria-disabled]', { hasText: 'Send a test' }).waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  await inspect(page, 'subscription-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await heading(page, 'Subscriptions');
  await page.getByText('Nobody is told anything yet').waitFor();
}

/** A program of somebody's that has a bad day at first. */
function listen(world) {
  const receiver = { answer: 503 };
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      request.resume();
      response.statusCode = receiver.answer;
      response.end(receiver.answer === 200 ? 'thank you' : 'not now');
    });
    server.listen(0, '127.0.0.1', () => {
      world.ends.push(() => new Promise((closed) => server.close(closed)));
      receiver.url = `http://127.0.0.1:${server.address().port}/bellbird`;
      resolve(receiver);
    });
  });
}
