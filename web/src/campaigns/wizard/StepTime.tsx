/** From which numbers, when, and how fast. */
import { Checkbox, Group, MultiSelect, NumberInput, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { senders, template } from '../../api/queries';
import { zones } from '../../shared/format';
import { Failure } from '../../shared/states';
import { Term } from '../../shared/Term';
import type { WizardForm } from './Wizard';

export function StepTime({ form }: { form: WizardForm }) {
  const { t } = useTranslation(['wizard', 'common']);
  const { data, error, refetch } = useQuery(senders);
  const { data: text } = useQuery(template(form.values.template_id));
  const zoneNames = useMemo(() => zones(), []);
  const { when, sender_ids } = form.values;
  // A template belongs to one WhatsApp account; only that account's numbers may send it.
  const usable = useMemo(
    () => data?.items.filter((sender) => !text || sender.waba_id === text.waba_id) ?? [],
    [data, text],
  );
  const only = usable.length === 1 ? usable[0]?.id : undefined;

  useEffect(() => {
    if (only && sender_ids.length === 0) form.setFieldValue('sender_ids', [only]);
  }, [only, sender_ids.length, form]);

  return (
    <Stack maw={640}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      <MultiSelect
        label={t('senders')}
        description={t('sendersHelp')}
        required
        data={usable.map((sender) => ({
          value: sender.id,
          label: `${sender.name} (${sender.phone})${sender.status === 'paused' ? ` – ${t('senderPaused')}` : ''}`,
        }))}
        {...form.getInputProps('sender_ids')}
      />
      <Radio.Group label={t('when')} {...form.getInputProps('when')}>
        <Group mt="xs">
          <Radio value="now" label={t('when.now')} />
          <Radio value="later" label={t('when.later')} />
        </Group>
      </Radio.Group>
      {when === 'later' && (
        <Group align="flex-start" grow>
          <TextInput type="datetime-local" label={t('at')} required {...form.getInputProps('at')} />
          <Select
            label={t('zone')}
            data={zoneNames}
            searchable
            allowDeselect={false}
            {...form.getInputProps('time_zone')}
          />
          <Select
            label={t('repeat')}
            allowDeselect={false}
            data={[
              { value: '', label: t('repeat.never') },
              { value: 'FREQ=DAILY', label: t('repeat.daily') },
              { value: 'FREQ=WEEKLY', label: t('repeat.weekly') },
              { value: 'FREQ=MONTHLY', label: t('repeat.monthly') },
            ]}
            {...form.getInputProps('repeat')}
          />
        </Group>
      )}
      <TextInput
        type="time"
        label={t('local')}
        description={t('localHelp')}
        maw={220}
        {...form.getInputProps('send_at_local')}
      />
      <TextInput
        type="datetime-local"
        label={t('stop')}
        description={t('stopHelp')}
        maw={260}
        {...form.getInputProps('stop_at')}
      />
      <Group align="flex-end" gap="xs">
        <NumberInput
          label={t('rate')}
          description={t('rateHelp')}
          min={1}
          allowDecimal={false}
          maw={340}
          {...form.getInputProps('rate_per_minute')}
        />
        <Term name="rate" />
      </Group>
      <NumberInput
        label={t('pauseAt')}
        description={t('pauseAtHelp')}
        min={1}
        max={100}
        allowDecimal={false}
        maw={340}
        {...form.getInputProps('pause_at_failed_percent')}
      />
      <Checkbox
        label={t('multiDay')}
        description={t('multiDayHelp')}
        {...form.getInputProps('multi_day', { type: 'checkbox' })}
      />
    </Stack>
  );
}
