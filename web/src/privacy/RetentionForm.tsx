/** For how many months what is kept. Shortening it deletes for good, so that is asked about first. */
import { Alert, Button, Group, NumberInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me, retention } from '../api/queries';
import type { Retention } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { confirm } from '../shared/confirm';
import { showProblem } from '../shared/forms';
import { Loaded } from '../shared/states';
import { useWrite } from '../shared/write';
import { kinds, toPolicy, toValues, type RetentionValues } from './retention';

export function RetentionForm() {
  const query = useQuery({ ...retention, staleTime: Infinity });
  return <Loaded query={query}>{(policy) => <Form policy={policy} />}</Loaded>;
}

function Form({ policy }: { policy: Retention }) {
  const { t } = useTranslation(['privacy', 'common']);
  const { data: somebody } = useQuery(me);
  const [sentence, setSentence] = useState<string>();
  const form = useForm<RetentionValues>({ initialValues: toValues(policy) });
  const write = useWrite({
    run: (body: Retention) => unwrap(api.PUT('/api/v1/organization/retention', { body })),
    changes: ['retention'],
    done: () => t('saved'),
    onDone: (stored) => {
      form.setInitialValues(toValues(stored));
      form.setValues(toValues(stored));
    },
    onError: (error) => setSentence(showProblem(form, error)),
  });
  const start = useWrite({
    run: (dry_run: boolean) => unwrap(api.POST('/api/v1/organization/retention/runs', { body: { dry_run } })),
    changes: ['retention'],
    done: (_, dry) => t(dry ? 'counting' : 'applying'),
  });
  const why = may(somebody, 'customers:erase') ? undefined : t('common:noPermission');
  const stored = Object.values(policy).some((months) => months !== undefined);
  const whyRun = why ?? (form.isDirty() ? t('why.unsaved') : stored ? undefined : t('why.everything'));
  const submit = form.onSubmit((values) => {
    setSentence(undefined);
    confirm({
      title: t('ask.save'),
      body: t('ask.saveBody'),
      yes: t('common:save'),
      onYes: () => write.mutate(toPolicy(values)),
    });
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={720}>
        {sentence && (
          <Alert color="red" role="alert">
            {sentence}
          </Alert>
        )}
        {kinds.map((kind) => (
          <NumberInput
            key={kind}
            label={t(`kind.${kind}`)}
            description={t(`kind.${kind}Help`)}
            placeholder={t('forEver')}
            suffix={t('months')}
            min={1}
            max={120}
            allowDecimal={false}
            maw={480}
            {...form.getInputProps(kind)}
          />
        ))}
        <Group>
          <ActionButton type="submit" loading={write.isPending} why={why}>
            {t('common:save')}
          </ActionButton>
          {form.isDirty() && (
            <Button variant="subtle" onClick={() => form.reset()}>
              {t('common:undo')}
            </Button>
          )}
          <ActionButton
            variant="default"
            why={whyRun}
            loading={start.isPending && start.variables === true}
            onClick={() => start.mutate(true)}
          >
            {t('count')}
          </ActionButton>
          <ActionButton
            variant="default"
            why={whyRun}
            loading={start.isPending && start.variables === false}
            onClick={() =>
              confirm({
                title: t('ask.apply'),
                body: t('ask.applyBody'),
                yes: t('apply'),
                danger: true,
                onYes: () => start.mutate(false),
              })
            }
          >
            {t('apply')}
          </ActionButton>
        </Group>
      </Stack>
    </form>
  );
}
