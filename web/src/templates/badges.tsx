/** Where a template stands, and how people receive it. */
import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Template } from '../api/types';

const bad: Template['status'][] = ['rejected', 'refused', 'disabled', 'locked', 'limit_exceeded'];

export function TemplateBadge({ status }: { status: Template['status'] }) {
  const { t } = useTranslation(['templates', 'common']);
  const color = status === 'approved' ? 'teal' : bad.includes(status) ? 'red' : 'yellow';
  return (
    <Badge color={color} variant="outline" style={{ color: 'var(--mantine-color-text)' }}>
      {t(`status.${status}`, { defaultValue: status })}
    </Badge>
  );
}

/** Green, yellow or red, always with the word: colours alone are not for everybody. */
export function QualityBadge({ quality }: { quality?: 'green' | 'yellow' | 'red' | 'unknown' }) {
  const { t } = useTranslation(['templates', 'common']);
  if (!quality || quality === 'unknown') return null;
  return (
    <Badge
      variant="dot"
      color={quality === 'green' ? 'teal' : quality}
      style={{ color: 'var(--mantine-color-text)' }}
    >
      {t(`quality.${quality}`)}
    </Badge>
  );
}
