// A campaign from the first click to the last message, in the demo's organization: invited, import, wizard, launch,
// watch it finish, look at who was not reached, write to some again.
import assert from 'node:assert/strict';

import { inspect, visitor } from './browser.mjs';
import { ask, demoWorld } from './world.mjs';

export const name = 'campaign';
export const world = () => demoWorld();

const person = { email: 'ravi@demo.example', password: 'a few easy words' };

export async function run(browser, world) {
  const page = await visitor(browser, world);
  const heading = (text) => page.getByRole('heading', { level: 1, name: text }).waitFor();

  const { link } = await ask(world, '/api/v1/invitations', { email: person.email, role: 'admin' });
  const invitation = new URL(link);
  await page.goto(invitation.pathname + invitation.hash);
  await heading('You are invited');
  await page.getByLabel('Your name').fill('Ravi Iyer');
  await page.getByRole('textbox', { name: 'Password' }).fill(person.password);
  await inspect(page, 'invitation');
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await heading('Sign in');
  await page.getByLabel('Email').fill(person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading('Dashboard');
  await page.getByText('500 of 500 done').waitFor();
  await inspect(page, 'dashboard');

  await people(page, heading);
  await importing(page, heading);
  await page.getByRole('link', { name: 'Templates' }).click();
  await page.getByRole('link', { name: 'welcome_offer' }).click();
  await heading('welcome_offer');
  await page.getByLabel('Gap 1').fill('Zubin');
  await page.getByTestId('bubble').getByText('Hi Zubin').waitFor();
  await inspect(page, 'template');
  await wizard(page, heading);
  await watching(page, heading);
}

async function people(page, heading) {
  await page.getByRole('link', { name: 'Customers' }).click();
  await heading('Customers');
  await page.getByRole('searchbox', { name: 'Search' }).fill('Customer 499');
  await page.waitForURL(/search=Customer/);
  await page.getByRole('link', { name: 'Customer 499' }).waitFor();
  await inspect(page, 'customers');
  await page.getByRole('button', { name: 'Add a customer' }).click();
  await heading('Add a customer');
  await page.getByLabel('Phone').fill('12');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('input[aria-invalid="true"]').waitFor();
  await inspect(page, 'customer-refused');
  await page.getByLabel('Phone').fill('+919810000001');
  await page.getByLabel('Name').fill('Meera');
  await page.getByLabel('Attributes').fill('city: Pune');
  await page.getByRole('combobox', { name: 'What did they say about marketing?' }).click();
  await page.getByRole('option', { name: 'They agree' }).click();
  await page.getByLabel('Where and how they said it').fill('at the till');
  await page.getByRole('button', { name: 'Save' }).click();
  await heading('Meera');
  await page.getByRole('cell', { name: 'at the till' }).waitFor();
  await page.getByText('Pune').waitFor();
  await inspect(page, 'customer');
}

async function importing(page, heading) {
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByRole('button', { name: 'Import a file' }).click();
  await heading('Import customers');
  const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  const input = page.locator('input[type="file"]');
  await input.setInputFiles(file('empty.csv', ''));
  await page.getByText('This file is empty.').waitFor();
  const rows = Array.from(
    { length: 40 },
    (_, row) => `+9198300000${String(row).padStart(2, '0')},Guest ${row},yes`,
  );
  await input.setInputFiles(
    file(
      'guests.csv',
      ['Mobile,First name,opt_in', ...rows, '12,Nobody,yes', '+919830000000,Again,yes'].join('\n'),
    ),
  );
  await page.getByRole('button', { name: 'Upload' }).click();
  await heading('guests.csv');
  await page.getByText('Guest 3', { exact: true }).waitFor();
  await inspect(page, 'import-preview');
  await page.getByRole('combobox', { name: 'Tags for everybody in the file' }).fill('guests');
  await page.keyboard.press('Enter');
  await page.getByLabel('How they agreed to marketing').fill('guest book');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('42 of 42 rows').waitFor();
  assert.equal(await page.getByTestId('import-added').textContent(), '40');
  assert.equal(await page.getByTestId('import-rejected').textContent(), '1');
  assert.equal(await page.getByTestId('import-duplicates').textContent(), '1');
  await inspect(page, 'import-done');
}

async function wizard(page, heading) {
  await page.getByRole('link', { name: 'Campaigns' }).click();
  await heading('Campaigns');
  await inspect(page, 'campaigns');
  await page.getByRole('button', { name: 'New campaign' }).click();
  await heading('New campaign');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Write a name').waitFor();
  await page.getByLabel('Name').fill('Guests');
  await page.getByLabel('Everybody with a tag').check();
  await page.getByRole('textbox', { name: 'Tag', exact: true }).fill('guests');
  await inspect(page, 'wizard-audience');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel(/welcome_offer/).check();
  await inspect(page, 'wizard-template');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('combobox', { name: 'Gap 1' }).click();
  await page.getByRole('option', { name: 'What we know about the person' }).click();
  await page.getByLabel('Which attribute').fill('name');
  const second = page.getByRole('group', { name: 'Gap 2' });
  await second.getByRole('textbox', { name: 'Text' }).fill('KITES20');
  await page
    .getByTestId('bubble')
    .getByText(/Hi Guest \d+, .*KITES20/)
    .waitFor();
  await inspect(page, 'wizard-values');
  // What is filled in outlives a reload, as it does an expired session.
  await page.reload();
  assert.equal(await page.getByLabel('Which attribute').inputValue(), 'name');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Messages a minute').fill('600');
  await inspect(page, 'wizard-time');
  await page.getByRole('button', { name: 'Save and check' }).click();
  await page.getByTestId('check-people').waitFor();
  assert.equal(await page.getByTestId('check-people').textContent(), '40');
  assert.equal(await page.getByTestId('check-reachable').textContent(), '40');
  await inspect(page, 'wizard-check');
  await page.getByRole('button', { name: 'Launch' }).click();
  const question = page.getByRole('dialog');
  await question.getByText('Send to 40 people?').waitFor();
  await inspect(page, 'wizard-launch');
  await question.getByRole('button', { name: 'Launch' }).click();
  await heading('Guests');
}

async function watching(page, heading) {
  // It is paused and resumed on the way, if it is not over before.
  const pause = page.getByRole('button', { name: 'Pause', exact: true });
  if ((await pause.getAttribute('aria-disabled')) === null) {
    await pause.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await inspect(page, 'campaign-paused');
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  }
  // Without a reload: the stream brings it.
  await page.locator('[data-testid="progress"][data-progress="1"]').waitFor({ timeout: 90_000 });
  await page.locator('[data-testid="funnel-planned"][data-value="40"]').waitFor();
  await page.getByRole('table', { name: 'Recipients' }).waitFor();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await inspect(page, 'campaign-done');
  const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
  await page.locator('button[aria-disabled]', { hasText: 'Cancel' }).waitFor();
  await cancel.hover();
  await page.getByRole('tooltip').waitFor();

  await page.getByRole('button', { name: 'Write again to some' }).click();
  await page.getByRole('dialog').getByRole('radio', { name: 'Who did not answer' }).check();
  await inspect(page, 'retarget');
  await page.getByRole('button', { name: 'Make the draft' }).click();
  await heading('Draft: Guests, again');

  await page.getByRole('link', { name: 'Campaigns' }).click();
  await page.getByRole('link', { name: 'Welcome offer' }).click();
  await heading('Welcome offer');
  await page.getByRole('combobox', { name: 'Where they stand' }).click();
  await page.getByRole('option', { name: 'Failed' }).click();
  await page.keyboard.press('Escape');
  const rows = page.getByRole('table', { name: 'Recipients' }).getByRole('row');
  await rows.nth(1).getByText('Failed').waitFor();
  await inspect(page, 'campaign-failures');
  await page.setViewportSize({ width: 360, height: 740 });
  await inspect(page, 'campaign-phone');
  await page.setViewportSize({ width: 1280, height: 900 });

  // The line goes and comes back.
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText('No connection to the server').waitFor();
  await page.context().setOffline(false);
  await page.getByText('No connection to the server').waitFor({ state: 'detached' });
}
