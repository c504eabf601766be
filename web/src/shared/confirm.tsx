/** One way to ask "really?": what will happen in words, and a button that names it. */
import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import i18next from 'i18next';

interface Question {
  title: string;
  body: string;
  /** What the button says: the deed, never "OK". */
  yes: string;
  danger?: boolean;
  onYes: () => void;
}

export function confirm({ title, body, yes, danger, onYes }: Question): void {
  modals.openConfirmModal({
    title,
    children: <Text size="sm">{body}</Text>,
    labels: { confirm: yes, cancel: i18next.t('common:back') },
    confirmProps: danger ? { color: 'red' } : undefined,
    closeButtonProps: { 'aria-label': i18next.t('common:close') },
    onConfirm: onYes,
  });
}
