/** A word of ours with "what does this mean?" behind it. The explanations are in `locales/<language>/terms.json`. */
import { ActionIcon, Popover, Text } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type terms from '../locales/en/terms.json';

export type TermName = keyof typeof terms;

export function Term({ name }: { name: TermName }) {
  const { t } = useTranslation(['terms', 'common']);
  return (
    <Popover width={280} withArrow shadow="md" position="top">
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t('common:whatIs', { term: t(`terms:${name}.word`) })}
        >
          <IconHelpCircle size={16} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">{t(`terms:${name}.means`)}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}
