/** Writing a template, with the message as people will see it beside it. WhatsApp decides; we submit it. */
import { Alert, SimpleGrid, Stack, Switch, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../../api/client';
import { unwrap } from '../../api/problem';
import { me, senders } from '../../api/queries';
import { ActionButton } from '../../shared/ActionButton';
import { may } from '../../shared/can';
import { showProblem } from '../../shared/forms';
import { Page } from '../../shared/Page';
import { Empty, Loaded } from '../../shared/states';
import { Term } from '../../shared/Term';
import { useWrite } from '../../shared/write';
import { Bubble } from '../Bubble';
import { About } from './About';
import { Buttons } from './Buttons';
import { Code } from './Code';
import { empty, keys, preview, toRequest, type TemplateDraft } from './draft';
import { Examples } from './Examples';
import { Texts } from './Texts';

export default function EditorPage() {
  const { t } = useTranslation(['editor', 'common']);
  const query = useQuery(senders);
  return (
    <Page
      title={t('title')}
      about={
        <>
          {t('about')} <Term name="template" />
        </>
      }
    >
      <Loaded query={query}>
        {({ items }) => {
          const accounts = [...new Set(items.map((one) => one.waba_id))];
          if (accounts.length === 0) return <Empty title={t('noAccount')}>{t('noAccountBody')}</Empty>;
          return <Editor accounts={accounts} />;
        }}
      </Loaded>
    </Page>
  );
}

/** Where the API's names stand in the form. */
const renames = {
  header: 'header_text',
  'header.text': 'header_text',
  'authentication.code_expires_minutes': 'expires',
  'authentication.security_recommendation': 'recommend',
};

function Editor({ accounts }: { accounts: string[] }) {
  const { t } = useTranslation(['editor', 'common']);
  const { data: somebody } = useQuery(me);
  const navigate = useNavigate();
  const [sentence, setSentence] = useState<string>();
  const form = useForm<TemplateDraft>({
    initialValues: { ...empty, waba_id: accounts[0] ?? '' },
    validate: {
      name: (value) => (value ? null : t('wrong.name')),
      body: (value, values) =>
        values.category === 'authentication' || value.trim() ? null : t('wrong.body'),
    },
  });
  const draft = form.values;
  const code = draft.category === 'authentication';
  const write = useWrite({
    run: (values: TemplateDraft) => unwrap(api.POST('/api/v1/templates', { body: toRequest(values) })),
    changes: ['templates'],
    done: (_, { exists }) => t(exists ? 'saved' : 'submitted'),
    onDone: ({ id }) => void navigate({ to: '/templates/$templateId', params: { templateId: id } as never }),
    onError: (error) => setSentence(showProblem(form, error, renames)),
  });
  const codeText = [t('code.text'), draft.recommend && t('code.recommendation')].filter(Boolean).join(' ');
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        setSentence(undefined);
        write.mutate(values);
      })}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Stack>
          {sentence && (
            <Alert color="red" role="alert">
              {sentence}
            </Alert>
          )}
          <About form={form} accounts={accounts} />
          {code ? (
            <Code form={form} />
          ) : (
            <>
              <Texts form={form} />
              <Buttons form={form} />
              <Examples form={form} keys={keys(draft)} />
            </>
          )}
          <Switch
            label={t('exists')}
            description={t('existsHelp')}
            {...form.getInputProps('exists', { type: 'checkbox' })}
          />
          <ActionButton
            type="submit"
            style={{ alignSelf: 'start' }}
            loading={write.isPending}
            why={may(somebody, 'templates:write') ? undefined : t('common:noPermission')}
          >
            {t(draft.exists ? 'write' : 'submit')}
          </ActionButton>
          <Text size="sm" c="dimmed">
            {t(draft.exists ? 'writeHelp' : 'submitHelp')}
          </Text>
        </Stack>
        <section aria-labelledby="look" style={{ position: 'sticky', top: 72, alignSelf: 'start' }}>
          <Title order={2} size="h4" id="look" mb="xs">
            {t('look')}
          </Title>
          <Bubble message={preview(draft, codeText)} />
        </section>
      </SimpleGrid>
    </form>
  );
}
