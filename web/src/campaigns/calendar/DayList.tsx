/** The days of a month on which there is something, below one another. */
import { Card, Stack, Title } from '@mantine/core';

import { day as dayName } from '../../shared/format';
import { CampaignLink } from './CampaignLink';
import type { Entry } from './month';

export function DayList({ days }: { days: Map<string, Entry[]> }) {
  return (
    <Stack gap="xs">
      {[...days]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([day, entries]) => (
          <Card key={day} withBorder padding="sm">
            <Title order={3} size="h6" mb={4}>
              {dayName(`${day}T12:00:00`)}
            </Title>
            <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {entries.map((entry) => (
                <li key={`${entry.campaign.id}-${entry.kind}`}>
                  <CampaignLink entry={entry} />
                </li>
              ))}
            </ul>
          </Card>
        ))}
    </Stack>
  );
}
