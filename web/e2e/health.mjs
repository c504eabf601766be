// The background work and the audit log. What the demo never has (work that was given up, a webhook nobody understood,
// an alert) is answered in the server's place, as openapi.yaml describes it.
import { inspect, visitor } from './browser.mjs';
import { heading, join } from './people.mjs';
import { demoWorld } from './world.mjs';

export const name = 'health';
export const world = () => demoWorld();

const id = (prefix) => `${prefix}_01m8fj226he008ynvaf5hkmdkn`;
const at = '2026-11-27T09:30:00Z';

export async function run(browser, world) {
  const page = await visitor(browser, world);
  await join(page, world, { email: 'ravi@demo.example', name: 'Ravi Iyer' });

  await page.getByRole('link', { name: 'Queue health' }).click();
  await heading(page, 'Queue health');
  await page.getByTestId('lane-bulk').getByText('Nothing waits').waitFor();
  await page.getByText('Nothing was given up').waitFor();
  await page.locator('button[aria-disabled]', { hasText: 'Try all of these again' }).waitFor();
  await inspect(page, 'health-empty');
  await page.getByRole('tab', { name: 'Failed webhooks' }).click();
  await page.getByText('Everything was understood').waitFor();
  await page.getByRole('tab', { name: 'Alerts' }).click();
  await page.getByText('Nothing to know').waitFor();
  await inspect(page, 'health-no-alerts');
  await troubles(page);
  await audit(page);
}

async function troubles(page) {
  const reason = 'the media file could not be fetched: connection refused';
  let dead = [
    { id: 't-1', lane: 'bulk', state: 'dead', campaign_id: id('cmp'), message_id: id('msg'), at, reason },
  ];
  await page.route('**/api/v1/jobs?*state=dead*', (route) =>
    route.fulfill({ json: { items: new URL(route.request().url()).searchParams.get('lane') ? [] : dead } }),
  );
  await page.route('**/api/v1/jobs/requeue', (route) => {
    dead = [];
    return route.fulfill({ json: { requeued: ['t-1'], not_found: [] } });
  });
  await page.route('**/api/v1/failed-webhooks*', (route) =>
    route.fulfill({
      json: {
        items: [
          { id: id('whe'), status: 'failed', note: 'not JSON: expected value', bytes: 2048, received_at: at },
        ],
      },
    }),
  );
  await page.route('**/api/v1/alerts?*', (route) =>
    route.fulfill({
      json: {
        items: [
          {
            id: id('alr'),
            kind: 'account_update.restriction',
            severity: 'critical',
            message: 'WhatsApp restricted the account. Nothing is sent until it is lifted.',
            details: { restriction: 'RESTRICTED_BIZ_INITIATED_MESSAGING' },
            times: 3,
            first_seen_at: at,
            last_seen_at: at,
          },
        ],
      },
    }),
  );
  await page.reload();
  await page.getByText('WhatsApp restricted the account').waitFor();
  await page.getByRole('button', { name: 'What WhatsApp said' }).click();
  await inspect(page, 'health-alerts');
  await page.getByRole('tab', { name: 'Failed webhooks' }).click();
  await page.getByText('not JSON: expected value').waitFor();
  await inspect(page, 'health-webhooks');
  await page.getByRole('tab', { name: 'Queues' }).click();
  await page.getByText(reason).waitFor();
  await inspect(page, 'health-dead');
  await page.setViewportSize({ width: 360, height: 740 });
  await inspect(page, 'health-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('button', { name: 'Try all of these again' }).click();
  await page.getByText('One job is tried again.').waitFor();
  await page.getByText('Nothing was given up').waitFor();
  await page.unrouteAll();
}

/** A change is made, and found with what stood there before. */
async function audit(page) {
  await page.getByRole('link', { name: 'Audit log' }).click();
  await heading(page, 'Audit log');
  await page.getByRole('listitem').getByText('Accepted an invitation').waitFor();
  await inspect(page, 'audit');
  await page.getByRole('combobox', { name: 'What was done' }).click();
  await page.getByRole('option', { name: 'Invited somebody' }).click();
  await page.waitForURL(/action=createInvitation/);
  await page.getByRole('listitem').getByText('Invited somebody').waitFor();
  await page.getByLabel('To day').fill('2020-01-01');
  await page.getByText('Nothing fits this search').waitFor();
  await page.getByRole('link', { name: 'Show everything' }).click();
  await page.getByRole('listitem').getByText('Invited somebody').first().waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  await inspect(page, 'audit-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
}
