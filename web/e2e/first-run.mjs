// The first minutes of an organization: sign up, connect the sandbox's number, rules, keys, team, languages, the door.
import assert from 'node:assert/strict';

import { inspect, visitor } from './browser.mjs';
import { emptyWorld } from './world.mjs';

export const name = 'first run';
export const world = emptyWorld;

const person = { email: 'asha@kites.example', password: 'a few easy words' };

export async function run(browser, world) {
  const page = await visitor(browser, world);
  const heading = (text) => page.getByRole('heading', { level: 1, name: text }).waitFor();

  await page.goto('/');
  await heading('Sign in');
  await inspect(page, 'sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Write your password').waitFor();
  await page.getByRole('link', { name: 'Create an organization' }).click();
  await page.getByLabel('Organization').fill('Kites & Co');
  await page.getByLabel('Your name').fill('Asha Rao');
  await page.getByLabel('Email').fill(person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill('short');
  await inspect(page, 'sign-up');
  await page.getByRole('textbox', { name: 'Password' }).fill(person.password);
  await page.getByRole('button', { name: 'Create an organization' }).click();
  await heading('Dashboard');
  // The heading may be drawn before the server has told the name.
  await page.getByTestId('organization').filter({ hasText: 'Kites & Co' }).waitFor();
  assert.equal(await page.getByTestId('step-sender').getAttribute('data-done'), 'false');
  await inspect(page, 'dashboard-empty');

  await page.getByRole('link', { name: 'Connect a number' }).click();
  await heading('Connect a number');
  await page.getByLabel('Phone number ID').fill('100000000000003');
  await page.getByLabel('WhatsApp Business account ID').fill('100000000000002');
  await page.getByRole('textbox', { name: 'Access token' }).fill('not-the-token');
  await page.getByRole('button', { name: 'Connect a number' }).click();
  await page.getByText('the access token was not accepted').waitFor();
  assert.equal(
    await page.getByRole('textbox', { name: 'Access token' }).getAttribute('aria-invalid'),
    'true',
  );
  await inspect(page, 'connect-refused');
  await page.getByRole('textbox', { name: 'Access token' }).fill('sandbox-token');
  await page.getByRole('button', { name: 'Connect a number' }).click();
  await heading('Senders');
  await page.getByRole('heading', { name: 'Sandbox Shop' }).waitFor();
  // Resuming what is not paused: the button is there, says why not, and does nothing.
  const resume = page.getByRole('button', { name: 'Resume' });
  assert.equal(await resume.getAttribute('aria-disabled'), 'true');
  const reason = await resume.getAttribute('aria-describedby');
  assert.match(await page.locator(`[id="${reason}"]`).textContent(), /not paused/);
  await inspect(page, 'senders');
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await page.locator('[data-testid="step-sender"][data-done="true"]').waitFor();

  await rules(page, heading);
  await keysAndTeam(page, heading);
  await looks(page, heading);
  await theDoor(page, heading);
}

async function rules(page, heading) {
  await page.getByRole('link', { name: 'Sending rules' }).click();
  await heading('Sending rules');
  await page.getByLabel('From', { exact: true }).fill('10:30');
  await page.getByRole('textbox', { name: 'Messages' }).fill('5000000000');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('input[aria-invalid="true"]').first().waitFor();
  await inspect(page, 'policy-refused');
  await page.getByRole('textbox', { name: 'Messages' }).fill('3');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The rules hold from now on.').waitFor();
  await page.reload();
  assert.equal(await page.getByLabel('From', { exact: true }).inputValue(), '10:30');
  await inspect(page, 'policy');
}

async function keysAndTeam(page, heading) {
  await page.getByRole('link', { name: 'API keys' }).click();
  await heading('API keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('web shop');
  await dialog.getByRole('combobox', { name: 'What it may do' }).click();
  await page.getByRole('option', { name: 'customers:read' }).click();
  await page.keyboard.press('Tab');
  await inspect(page, 'key-form');
  await dialog.getByRole('button', { name: 'Make a key' }).click();
  assert.match(await page.getByTestId('new-key').textContent(), /^bb_/);
  await page.getByRole('heading', { name: 'web shop' }).waitFor();
  await inspect(page, 'keys');

  await page.getByRole('link', { name: 'Team' }).click();
  await heading('Team');
  await page.getByLabel('Email').fill('ravi@kites.example');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('Pass this link on yourself').waitFor();
  await inspect(page, 'team');
  await page.getByRole('link', { name: 'My account' }).click();
  await heading('Asha Rao');
  await inspect(page, 'account');
}

async function looks(page, heading) {
  await page.getByRole('button', { name: 'Dark colours' }).click();
  await inspect(page, 'account-dark');
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await heading('Dashboard');
  await inspect(page, 'dashboard-dark');
  await page.getByRole('button', { name: /Language: English/ }).click();
  await page.getByRole('menuitem', { name: 'हिन्दी' }).click();
  await page.locator('html[lang="hi"]').waitFor();
  await heading('डैशबोर्ड');
  await page.mouse.move(0, 600);
  await inspect(page, 'dashboard-hindi');
  await page.getByRole('button', { name: /हिन्दी/ }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await heading('Dashboard');
  await page.getByRole('button', { name: 'Light colours' }).click();
  await page.setViewportSize({ width: 360, height: 740 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(wide, false, 'the page scrolls sideways on a phone');
  await inspect(page, 'dashboard-phone');
  await page.getByRole('button', { name: 'Show or hide the navigation' }).click();
  await page.getByRole('link', { name: 'Senders' }).click();
  await heading('Senders');
  await inspect(page, 'senders-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** A session that ended brings back to the same place; a way out; addresses that lead away are not followed. */
async function theDoor(page, heading) {
  await page.goto('/customers?tag=regulars');
  await heading('Customers');
  await inspect(page, 'customers-empty');
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Templates' }).click();
  await heading('Sign in');
  assert.equal(new URL(page.url()).searchParams.get('return_to'), '/templates');
  await signIn(page);
  await heading('Templates');
  await inspect(page, 'templates-empty');

  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading('Sign in');
  await page.goto('/sign-in?return_to=//evil.example');
  await signIn(page);
  await heading('Dashboard');
  await page.goto('/no-such-page');
  await heading('There is nothing at this address');
}

async function signIn(page) {
  await page.getByLabel('Email').fill(person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
