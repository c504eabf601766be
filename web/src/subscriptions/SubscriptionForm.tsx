/** Adding a subscription, or changing one: where to, what it is called, and which events it is told. */
import { Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { eventTypes } from '../api/queries';
import type { EventType, Subscription } from '../api/types';
import { FormModal } from '../shared/FormModal';
import { showProblem } from '../shared/forms';
import { Loaded } from '../shared/states';
import { useWrite } from '../shared/write';

interface Props {
  subscription?: Subscription;
  onClose: () => void;
  /** Told the secret of a new one. */
  onSecret?: (secret: string) => void;
}

export function SubscriptionForm({ subscription, onClose, onSecret }: Props) {
  const { t } = useTranslation(['subscriptions', 'common']);
  const types = useQuery(eventTypes);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: {
      url: subscription?.url ?? '',
      description: subscription?.description ?? '',
      event_types: subscription?.event_types ?? ([] as EventType[]),
    },
    validate: {
      url: (value) => (URL.canParse(value.trim()) ? null : t('wrong.url')),
      event_types: (value) => (value.length > 0 ? null : t('wrong.types')),
    },
  });
  const write = useWrite({
    run: async (values: typeof form.values) => {
      const body = { ...values, url: values.url.trim(), description: values.description.trim() };
      if (!subscription) {
        const added = await unwrap(
          api.POST('/api/v1/subscriptions', {
            body: { ...body, description: body.description || undefined },
          }),
        );
        return added.secret;
      }
      await unwrap(
        api.PATCH('/api/v1/subscriptions/{subscription_id}', {
          params: { path: { subscription_id: subscription.id } },
          body,
        }),
      );
      return undefined;
    },
    changes: ['subscriptions'],
    done: () => t(subscription ? 'saved' : 'added'),
    onDone: (secret) => {
      if (secret) onSecret?.(secret);
      onClose();
    },
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <FormModal
      title={t(subscription ? 'change' : 'add')}
      yes={subscription ? t('common:save') : undefined}
      size="lg"
      sentence={sentence}
      loading={write.isPending}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => {
        setSentence(undefined);
        write.mutate(values);
      })}
    >
      <TextInput
        label={t('url')}
        description={t('urlHelp')}
        type="url"
        dir="ltr"
        required
        {...form.getInputProps('url')}
      />
      <TextInput
        label={t('description')}
        description={t('descriptionHelp')}
        maxLength={200}
        {...form.getInputProps('description')}
      />
      <Loaded query={types}>
        {({ items }) => (
          <Checkbox.Group
            label={t('types')}
            description={t('typesHelp')}
            required
            {...form.getInputProps('event_types')}
          >
            <Stack gap="xs" mt="xs">
              {items
                .filter(({ type }) => type !== 'subscription.test')
                .map(({ type, description }) => (
                  <Checkbox
                    key={type}
                    value={type}
                    label={
                      <>
                        {t(`event.${type}`, { defaultValue: type })}{' '}
                        <Text span size="xs" c="dimmed" ff="monospace">
                          {type}
                        </Text>
                      </>
                    }
                    description={description.replaceAll('`', '')}
                  />
                ))}
            </Stack>
          </Checkbox.Group>
        )}
      </Loaded>
    </FormModal>
  );
}
