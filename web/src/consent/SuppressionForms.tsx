/** Putting somebody on the suppression list, and taking an entry off. Both ask why; the reason is kept. */
import { Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { FormModal } from '../shared/FormModal';
import { showProblem } from '../shared/forms';
import { useWrite } from '../shared/write';

export function AddForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['consent', 'common']);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: { phone: '', purpose: 'marketing' as 'marketing' | 'utility', reason: '' },
    validate: {
      phone: (value) => (value.trim() ? null : t('wrong.phone')),
      reason: (value) => (value.trim() ? null : t('wrong.reason')),
    },
  });
  const write = useWrite({
    run: ({ phone, purpose, reason }: typeof form.values) =>
      unwrap(
        api.POST('/api/v1/suppressions', { body: { phone: phone.trim(), purpose, reason: reason.trim() } }),
      ),
    changes: ['suppressions', 'customers'],
    done: () => t('added'),
    onDone: onClose,
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <FormModal
      title={t('add')}
      sentence={sentence}
      loading={write.isPending}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => write.mutate(values))}
    >
      <TextInput
        type="tel"
        label={t('phone')}
        description={t('phoneHelp')}
        required
        {...form.getInputProps('phone')}
      />
      <Select
        label={t('purpose')}
        allowDeselect={false}
        data={(['marketing', 'utility'] as const).map((value) => ({ value, label: t(`purposes.${value}`) }))}
        {...form.getInputProps('purpose')}
      />
      <TextInput
        label={t('reason')}
        description={t('reasonHelp')}
        maxLength={200}
        required
        {...form.getInputProps('reason')}
      />
    </FormModal>
  );
}

export function RemoveForm({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation(['consent', 'common']);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: { reason: '' },
    validate: { reason: (value) => (value.trim() ? null : t('wrong.reason')) },
  });
  const write = useWrite({
    run: ({ reason }: typeof form.values) =>
      unwrap(
        api.POST('/api/v1/suppressions/{suppression_id}/remove', {
          params: { path: { suppression_id: id } },
          body: { reason: reason.trim() },
        }),
      ),
    changes: ['suppressions'],
    done: () => t('removed'),
    onDone: onClose,
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <FormModal
      title={t('removeTitle')}
      yes={t('remove')}
      danger
      sentence={sentence}
      loading={write.isPending}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => write.mutate(values))}
    >
      <TextInput
        label={t('reason')}
        description={t('removeHelp')}
        maxLength={200}
        required
        {...form.getInputProps('reason')}
      />
    </FormModal>
  );
}
