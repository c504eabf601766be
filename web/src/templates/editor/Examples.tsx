/** A sample for every gap: WhatsApp judges the message by them, and the picture beside the form shows them. */
import { Fieldset, FileInput, Stack, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';

import { api } from '../../api/client';
import { asProblem, unwrap } from '../../api/problem';
import { Term } from '../../shared/Term';
import { useWrite } from '../../shared/write';
import type { TemplateDraft } from './draft';

interface Props {
  form: UseFormReturnType<TemplateDraft>;
  keys: string[];
}

export function Examples({ form, keys }: Props) {
  const { t } = useTranslation(['editor', 'common']);
  if (keys.length === 0) return null;
  const set = (key: string, value: string) =>
    form.setFieldValue('examples', { ...form.values.examples, [key]: value });
  return (
    <Fieldset
      legend={
        <>
          {t('samples')} <Term name="sample" />
        </>
      }
    >
      <Stack gap="sm">
        {keys.map((key) =>
          /^header\.(image|video|document)$/.test(key) ? (
            <SampleFile key={key} error={problem(key)} onStored={(id) => set(key, id)} />
          ) : (
            <TextInput
              key={key}
              label={label(key)}
              value={form.values.examples[key] ?? ''}
              error={problem(key)}
              onChange={(event) => set(key, event.currentTarget.value)}
            />
          ),
        )}
      </Stack>
    </Fieldset>
  );

  /** The gap in words; the API's name of it stays where no word is known. */
  function label(key: string): string {
    const [, button, what] = /^button\.(\d+)\.(.+)$/.exec(key) ?? [];
    if (button) return t(what === '1' ? 'sampleUrl' : 'sampleCode', { count: Number(button) + 1 });
    const [, heading] = /^header\.(.+)$/.exec(key) ?? [];
    return heading ? t('sampleHeading', { key: heading }) : t('sample', { key });
  }

  function problem(key: string) {
    return form.errors[`examples.${key}`] as string | undefined;
  }
}

function SampleFile({ error, onStored }: { error?: string; onStored: (id: string) => void }) {
  const { t } = useTranslation(['editor', 'common']);
  const upload = useWrite({
    run: (file: File) =>
      unwrap(
        api.POST('/api/v1/media', {
          params: { query: { file_name: file.name } },
          headers: { 'Content-Type': 'application/octet-stream' },
          // The generator calls a binary body a string.
          body: file as unknown as string,
          bodySerializer: (body) => body,
        }),
      ),
    changes: [],
    onDone: ({ id }) => onStored(id),
    onError: () => undefined,
  });
  return (
    <div>
      <FileInput
        label={t('sampleFile')}
        description={t('sampleFileHelp')}
        placeholder={t('chooseFile')}
        accept="image/jpeg,image/png,video/mp4,application/pdf"
        error={upload.error ? asProblem(upload.error).message : error}
        onChange={(file) => file && upload.mutate(file)}
      />
      <Text size="sm" role="status">
        {upload.isPending ? t('uploading') : upload.data && t('uploaded')}
      </Text>
    </div>
  );
}
