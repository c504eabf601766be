/** When and how often people may be written to. It counts from the moment it is saved, also for what waits. */
import {
  Alert,
  Button,
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me, sendingPolicy } from '../api/queries';
import type { SendingPolicy } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { countries } from '../shared/countries';
import { zones } from '../shared/format';
import { checkWith, showProblem } from '../shared/forms';
import { Page } from '../shared/Page';
import { Loaded } from '../shared/states';
import { useWrite } from '../shared/write';
import { renames, schema, toPolicy, toValues } from './policy';

export default function PolicyPage() {
  const { t } = useTranslation(['settings', 'common']);
  const query = useQuery({ ...sendingPolicy, staleTime: Infinity });
  return (
    <Page title={t('policy.title')} about={t('policy.about')}>
      <Loaded query={query} rows={8}>
        {(policy) => <PolicyForm policy={policy} />}
      </Loaded>
    </Page>
  );
}

function PolicyForm({ policy }: { policy: SendingPolicy }) {
  const { t, i18n } = useTranslation(['settings', 'common']);
  const { data: somebody } = useQuery(me);
  const [sentence, setSentence] = useState<string>();
  const zoneNames = useMemo(() => zones(), []);
  const countryNames = useMemo(() => countries(i18n.language), [i18n.language]);
  const form = useForm({
    initialValues: toValues(policy),
    validate: checkWith(schema, (key) => t(`policy.${key as 'timeNeeded'}`)),
  });
  const { hours, capped } = form.values;
  const write = useWrite({
    run: (body: SendingPolicy) => unwrap(api.PUT('/api/v1/sending-policy', { body })),
    changes: ['sending-policy'],
    done: () => t('policy.saved'),
    onDone: (stored) => form.setInitialValues(toValues(stored)),
    onError: (error) => setSentence(showProblem(form, error, renames)),
  });
  const submit = form.onSubmit((values) => {
    setSentence(undefined);
    write.mutate(toPolicy(values));
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={680}>
        {sentence && (
          <Alert color="red" role="alert">
            {sentence}
          </Alert>
        )}
        <Fieldset legend={t('policy.hoursTitle')}>
          <Stack gap="sm">
            <Switch
              label={t('policy.hours')}
              description={t('policy.hoursHelp')}
              {...form.getInputProps('hours', { type: 'checkbox' })}
            />
            {hours && (
              <>
                <Group grow align="flex-start">
                  <TextInput type="time" label={t('policy.from')} {...form.getInputProps('from')} />
                  <TextInput type="time" label={t('policy.until')} {...form.getInputProps('until')} />
                </Group>
                <Checkbox
                  label={t('policy.weekends')}
                  {...form.getInputProps('weekends', { type: 'checkbox' })}
                />
              </>
            )}
            <Select
              label={t('policy.zone')}
              description={t('policy.zoneHelp')}
              data={zoneNames}
              searchable
              allowDeselect={false}
              {...form.getInputProps('time_zone')}
            />
          </Stack>
        </Fieldset>
        <Fieldset legend={t('policy.frequencyTitle')}>
          <Stack gap="sm">
            <Switch
              label={t('policy.capped')}
              description={t('policy.cappedHelp')}
              {...form.getInputProps('capped', { type: 'checkbox' })}
            />
            {capped && (
              <Group grow align="flex-start">
                <NumberInput
                  label={t('policy.messages')}
                  min={1}
                  allowDecimal={false}
                  {...form.getInputProps('messages')}
                />
                <NumberInput
                  label={t('policy.days')}
                  min={1}
                  allowDecimal={false}
                  {...form.getInputProps('days')}
                />
                <Select
                  label={t('policy.over')}
                  allowDeselect={false}
                  data={(['skip', 'wait'] as const).map((value) => ({
                    value,
                    label: t(`policy.over_${value}`),
                  }))}
                  {...form.getInputProps('over')}
                />
              </Group>
            )}
          </Stack>
        </Fieldset>
        <Fieldset legend={t('policy.placesTitle')}>
          <Stack gap="sm">
            <MultiSelect
              label={t('policy.blocked')}
              description={t('policy.blockedHelp')}
              data={countryNames}
              searchable
              {...form.getInputProps('blocked_countries')}
            />
            <Checkbox
              label={t('policy.us')}
              description={t('policy.usHelp')}
              {...form.getInputProps('us_marketing', { type: 'checkbox' })}
            />
            <Checkbox
              label={t('policy.red')}
              description={t('policy.redHelp')}
              {...form.getInputProps('hold_while_red', { type: 'checkbox' })}
            />
          </Stack>
        </Fieldset>
        <Group>
          <ActionButton
            type="submit"
            loading={write.isPending}
            why={may(somebody, 'organization:write') ? undefined : t('common:noPermission')}
          >
            {t('common:save')}
          </ActionButton>
          {form.isDirty() && (
            <Button variant="subtle" onClick={() => form.reset()}>
              {t('common:undo')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
