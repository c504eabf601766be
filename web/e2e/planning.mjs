// Campaigns by day, and a draft that needs somebody else's word: two people, one asks, the other decides.
import { inspect, visitor } from './browser.mjs';
import { heading, join } from './people.mjs';
import { ask, demoWorld } from './world.mjs';

export const name = 'planning';
export const world = () => demoWorld();

export async function run(browser, world) {
  const page = await visitor(browser, world);
  await join(page, world, { email: 'ravi@demo.example', name: 'Ravi Iyer' });
  const { items } = await ask(world, '/api/v1/campaigns');
  const draft = async (name) => {
    const { template_id, sender_ids, variables } = items[0];
    return ask(world, '/api/v1/campaigns', {
      name,
      template_id,
      sender_ids,
      variables,
      audience: { kind: 'opted_in' },
    });
  };
  await calendar(page, world, await draft('Every week'));
  await approval(page, browser, world, await draft('Needs a look'));
}

async function calendar(page, world, weekly) {
  const next = new Date();
  const month = new Date(next.getFullYear(), next.getMonth() + 1, 2);
  const day = (at) =>
    `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
  await ask(world, `/api/v1/campaigns/${weekly.id}/schedule`, {
    at: `${day(month)}T10:00:00`,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    repeat: 'FREQ=WEEKLY',
  });
  await page.getByRole('link', { name: 'Campaigns' }).click();
  await heading(page, 'Campaigns');
  await page.getByRole('link', { name: 'As a calendar' }).click();
  await heading(page, 'Campaign calendar');
  await page
    .getByTestId(`day-${day(next)}`)
    .getByRole('link', { name: 'Welcome offer' })
    .waitFor();
  await inspect(page, 'calendar');
  await page.getByRole('button', { name: 'Month after' }).click();
  await page
    .getByTestId(`day-${day(month)}`)
    .getByRole('link', { name: 'Every week' })
    .waitFor();
  month.setDate(month.getDate() + 7);
  await page
    .getByTestId(`day-${day(month)}`)
    .getByText('again')
    .waitFor();
  await inspect(page, 'calendar-next');
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('heading', { level: 3 }).first().waitFor();
  await inspect(page, 'calendar-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
  // By keyboard alone: from the button to a campaign.
  await page.getByRole('button', { name: 'This month' }).press('Enter');
  await page.getByRole('link', { name: 'Welcome offer' }).press('Enter');
  await heading(page, 'Welcome offer');
}

async function approval(page, browser, world, draft) {
  await ask(world, '/api/v1/organization', { launch_needs_approval: true }, 'PATCH');
  await page.goto(`/campaigns/${draft.id}`);
  await heading(page, 'Needs a look');
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByText('Waits for approval').waitFor();
  // Nobody decides about their own wish; the buttons say so.
  await page.locator('button[aria-disabled]', { hasText: 'Approve' }).waitFor();
  await inspect(page, 'approval-own');

  const other = await visitor(browser, world);
  await join(other, world, { email: 'meera@demo.example', name: 'Meera' });
  await other.goto(`/campaigns/${draft.id}`);
  await other.getByText('Ravi Iyer asked for it').waitFor();
  await other.getByLabel('Why').fill('The price is missing.');
  await inspect(other, 'approval-decide');
  await other.getByRole('button', { name: 'Refuse' }).click();
  await other.getByText('Meera decided').waitFor();
  await page.reload();
  await page.getByText('The price is missing.').waitFor();
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByText('Waits for approval').waitFor();
  await other.reload();
  await other.getByRole('button', { name: 'Approve' }).click();
  await other.getByText('Approved', { exact: true }).first().waitFor();
  await inspect(other, 'approval-given');
}
