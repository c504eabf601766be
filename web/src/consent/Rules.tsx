/** By which words people stop and start messages, and whether a yes has to be confirmed. */
import { Alert, Button, Fieldset, Group, Stack, TagsInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { consentSettings, me, templates } from '../api/queries';
import type { ConsentSettings } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { showProblem } from '../shared/forms';
import { Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';
import { Confirmation } from './Confirmation';
import { lists, renames, toSettings, toValues, type RulesValues } from './rules';

export function Rules() {
  const query = useQuery({ ...consentSettings, staleTime: Infinity });
  return (
    <Loaded query={query} rows={8}>
      {(settings) => <RulesForm settings={settings} />}
    </Loaded>
  );
}

function RulesForm({ settings }: { settings: ConsentSettings }) {
  const { t } = useTranslation(['consent', 'common']);
  const { data: somebody } = useQuery(me);
  const { data: known } = useQuery(templates);
  const [sentence, setSentence] = useState<string>();
  const form = useForm<RulesValues>({
    initialValues: toValues(settings),
    validate: {
      stop_words: (value) => (value.length > 0 ? null : t('wrong.stop')),
      methods: (value, values) => (values.confirm && value.length === 0 ? t('wrong.methods') : null),
      template_id: (value, values) => (values.confirm && !value ? t('wrong.template') : null),
      sender_id: (value, values) => (values.confirm && !value ? t('wrong.sender') : null),
    },
  });
  const variables = known?.items.find((one) => one.id === form.values.template_id)?.variables ?? [];
  const write = useWrite({
    run: (body: ConsentSettings) => unwrap(api.PUT('/api/v1/consent-settings', { body })),
    changes: ['consent-settings'],
    done: () => t('saved'),
    onDone: (stored) => {
      form.setInitialValues(toValues(stored));
      form.setValues(toValues(stored));
    },
    onError: (error) => setSentence(showProblem(form, error, renames)),
  });
  const submit = form.onSubmit((values) => {
    setSentence(undefined);
    write.mutate(toSettings(values, variables));
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={720}>
        {sentence && (
          <Alert color="red" role="alert">
            {sentence}
          </Alert>
        )}
        <Fieldset
          legend={
            <>
              {t('words')} <Term name="keyword" />
            </>
          }
        >
          <Stack gap="sm">
            {lists.map((list) => (
              <TagsInput
                key={list}
                label={t(`list.${list}`)}
                description={t(`list.${list}Help`)}
                placeholder={form.values[list].length === 0 ? t('listEmpty') : undefined}
                splitChars={[',', ';']}
                maxTags={100}
                {...form.getInputProps(list)}
                error={firstError(form.errors, list)}
              />
            ))}
          </Stack>
        </Fieldset>
        <Confirmation form={form} variables={variables} templates={known?.items ?? []} />
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

/** A single word of a list has no field of its own; what is wrong with one is said at its list. */
function firstError(errors: Record<string, unknown>, list: string): string | undefined {
  const key = Object.keys(errors).find((path) => path === list || path.startsWith(`${list}.`));
  return key && String(errors[key]);
}
