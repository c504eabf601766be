/** Writing once more to those with whom a campaign came to something: makes a draft, and opens it. */
import { Alert, Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import type { Campaign, Outcome } from '../api/types';
import { showProblem } from '../shared/forms';
import { useWrite } from '../shared/write';

const outcomes: Outcome[] = ['not_read', 'not_replied', 'not_delivered', 'failed'];

export function Retarget({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const navigate = useNavigate();
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: {
      outcome: 'not_read' as Outcome,
      name: t('retarget.suggestion', { name: campaign.name }),
    },
    validate: { name: (value) => (value.trim() ? null : t('nameNeeded')) },
  });
  const write = useWrite({
    run: (body: { outcome: Outcome; name: string }) =>
      unwrap(
        api.POST('/api/v1/campaigns/{campaign_id}/retarget', {
          params: { path: { campaign_id: campaign.id } },
          body,
        }),
      ),
    changes: ['campaigns'],
    onDone: (draft) =>
      void navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: draft.id } as never }),
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('retarget.title')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form onSubmit={form.onSubmit((values) => write.mutate(values))} noValidate>
        <Stack>
          {sentence && <Alert color="red">{sentence}</Alert>}
          <Radio.Group label={t('retarget.who')} {...form.getInputProps('outcome')}>
            <Stack gap="xs" mt="xs">
              {outcomes.map((outcome) => (
                <Radio key={outcome} value={outcome} label={t(`outcome.${outcome}`)} />
              ))}
            </Stack>
          </Radio.Group>
          <TextInput label={t('name')} required {...form.getInputProps('name')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common:back')}
            </Button>
            <Button type="submit" loading={write.isPending}>
              {t('retarget.yes')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
