/** To whom. */
import { Alert, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Campaign } from '../../api/types';
import { number } from '../../shared/format';
import { Term } from '../../shared/Term';
import { parseList } from './draft';
import type { WizardForm } from './Wizard';

export function StepAudience({ form, draft }: { form: WizardForm; draft?: Campaign }) {
  const { t } = useTranslation(['wizard', 'common']);
  const { kind, list } = form.values;
  const people = parseList(list).length;
  return (
    <Stack maw={640}>
      <TextInput label={t('name')} description={t('nameHelp')} required {...form.getInputProps('name')} />
      <Radio.Group label={t('who')} {...form.getInputProps('kind')}>
        <Stack gap="xs" mt="xs">
          <Radio value="opted_in" label={t('who.opted_in')} description={t('who.opted_inHelp')} />
          <Radio value="tag" label={t('who.tag')} description={t('who.tagHelp')} />
          <Radio value="listed" label={t('who.listed')} description={t('who.listedHelp')} />
          {draft?.audience.kind === 'outcome' && <Radio value="outcome" label={t('who.outcome')} />}
        </Stack>
      </Radio.Group>
      {kind === 'tag' && (
        <TextInput label={t('tag')} description={t('tagHelp')} required {...form.getInputProps('tag')} />
      )}
      {kind === 'listed' && (
        <>
          {draft?.audience.kind === 'listed' && <Alert color="blue">{t('listedBefore')}</Alert>}
          <Textarea
            label={t('list')}
            description={t('listHelp')}
            autosize
            minRows={6}
            maxRows={14}
            placeholder={'+919820012345, Asha\n+919820054321'}
            {...form.getInputProps('list')}
          />
          <Text size="sm" aria-live="polite">
            {t('people', { count: people, shown: number(people) })}
          </Text>
          <TextInput
            label={t('listSource')}
            description={t('listSourceHelp')}
            {...form.getInputProps('listSource')}
          />
          <Text size="sm" component="div">
            {t('consentHint')} <Term name="consent" />
          </Text>
        </>
      )}
    </Stack>
  );
}
