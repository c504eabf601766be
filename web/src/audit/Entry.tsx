/** One thing that was done: by whom, to what, and what stands where now. */
import { Badge, Card, Code, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { AuditEvent } from '../api/types';
import { moment } from '../shared/format';
import { changed, words } from './changes';

export function Entry({ item, names }: { item: AuditEvent; names: Map<string, string> }) {
  const { t } = useTranslation(['audit', 'common']);
  const rows = changed(item.changes);
  return (
    <Card component="li" withBorder padding="xs">
      <Group justify="space-between" align="flex-start" gap={4}>
        <div style={{ minWidth: 0 }}>
          <Text fw={600}>
            {t(`did.${item.action as 'launchCampaign'}`, { defaultValue: words(item.action) })}
          </Text>
          <Text size="sm">
            {who(item.actor)}
            {item.impersonator && (
              <Badge ml={6} color="yellow" variant="light">
                {t('impersonated')}
              </Badge>
            )}
            {item.subject && (
              <>
                {' · '}
                <Code>{item.subject}</Code>
              </>
            )}
          </Text>
        </div>
        <Text size="sm" c="dimmed">
          {moment(item.at)}
        </Text>
      </Group>
      {rows.length > 0 && (
        <ul style={{ margin: '6px 0 0', paddingInlineStart: 20 }} aria-label={t('changes')}>
          {rows.map((row) => (
            <Text component="li" size="sm" key={row.field} style={{ overflowWrap: 'anywhere' }}>
              {t('change', {
                field: row.field,
                before: row.before ?? t('nothing'),
                after: row.after ?? t('nothing'),
              })}
            </Text>
          ))}
        </ul>
      )}
    </Card>
  );

  function who(actor: string): string {
    if (actor === 'operator') return t('operator');
    return names.get(actor) ?? t(actor.startsWith('key_') ? 'goneKey' : 'gonePerson', { id: actor });
  }
}
