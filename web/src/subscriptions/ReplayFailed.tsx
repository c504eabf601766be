/** After an outage at the receiver's: everything that failed since a moment is posted again. */
import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { FormModal } from '../shared/FormModal';
import { daysAgo } from '../shared/format';
import { showProblem } from '../shared/forms';
import { useWrite } from '../shared/write';

export function ReplayFailed({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: { since: daysAgo(3) },
    validate: { since: (value) => (value ? null : t('wrong.since')) },
  });
  const replay = useWrite({
    run: (since: string) =>
      unwrap(
        api.POST('/api/v1/subscriptions/{subscription_id}/replay-failed', {
          params: { path: { subscription_id: id } },
          body: { since: new Date(since).toISOString() },
        }),
      ),
    changes: ['subscriptions'],
    done: ({ replayed }) => t('replayed', { count: replayed }),
    onDone: onClose,
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <FormModal
      title={t('replayFailed')}
      yes={t('replay')}
      sentence={sentence}
      loading={replay.isPending}
      onClose={onClose}
      onSubmit={form.onSubmit(({ since }) => replay.mutate(since))}
    >
      <TextInput
        type="datetime-local"
        label={t('since')}
        description={t('sinceHelp')}
        required
        {...form.getInputProps('since')}
      />
    </FormModal>
  );
}
