/** A form in a dialog: what fits no field stands above it, the deed on its button. */
import { Alert, Modal, Stack } from '@mantine/core';
import type { FormEventHandler, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { ActionButton } from './ActionButton';

interface Props {
  title: string;
  /** What the button says; the title where it is the same. */
  yes?: string;
  why?: string;
  danger?: boolean;
  size?: string;
  sentence?: string;
  loading: boolean;
  onSubmit: FormEventHandler<HTMLFormElement>;
  onClose: () => void;
  children: ReactNode;
}

export function FormModal(props: Props) {
  const { title, yes = title, why, danger, size, sentence, loading, onSubmit, onClose, children } = props;
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          {sentence && (
            <Alert color="red" role="alert">
              {sentence}
            </Alert>
          )}
          {children}
          <ActionButton type="submit" why={why} color={danger ? 'red' : undefined} loading={loading}>
            {yes}
          </ActionButton>
        </Stack>
      </form>
    </Modal>
  );
}
