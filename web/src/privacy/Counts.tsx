/** What an erasure touches, in words; what there is none of is left out. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Erasure } from '../api/types';

/** The person first, what there is of them afterwards. */
const order: (keyof Erasure['counts'])[] = [
  'customers',
  'tags',
  'consent_events',
  'cancelled',
  'messages',
  'attempts',
  'media',
  'receipts',
  'import_rejects',
  'import_rows',
  'webhooks',
  'kept_changes',
  'events',
];

export function Counts({ counts }: { counts: Erasure['counts'] }) {
  const { t } = useTranslation(['privacy', 'common']);
  const touched = order.filter((key) => counts[key] > 0);
  if (touched.length === 0) return <Text size="sm">{t('touches.nothing')}</Text>;
  return (
    <ul style={{ margin: '4px 0 0', paddingInlineStart: 20 }}>
      {touched.map((key) => (
        <Text component="li" size="sm" key={key}>
          {t(`touches.${key}`, { count: counts[key] })}
        </Text>
      ))}
    </ul>
  );
}
