/** How far a campaign is, as one bar: read by people as a picture, by screen readers as a sentence. */
import { Progress as Bar, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { StatusCounts } from '../api/types';
import { number, percent } from '../shared/format';
import { progress, settled, waiting } from './numbers';

export function Progress({ counts }: { counts: StatusCounts }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const done = settled(counts);
  const all = done + waiting(counts);
  const bad = counts.failed + counts.opted_out;
  const share = (part: number) => (all > 0 ? (100 * part) / all : 0);
  const words = t('progress', { done: number(done), all: number(all), percent: percent(done, all) });
  return (
    <div>
      <Bar.Root size="lg" role="img" aria-label={words}>
        <Bar.Section value={share(counts.sent + counts.delivered + counts.read)} color="teal" aria-hidden />
        <Bar.Section value={share(counts.skipped + counts.cancelled)} color="gray" aria-hidden />
        <Bar.Section value={share(bad)} color="red" aria-hidden />
      </Bar.Root>
      <Text size="sm" mt={4} data-testid="progress" data-progress={progress(counts)}>
        {words}
      </Text>
    </div>
  );
}
