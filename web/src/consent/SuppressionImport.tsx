/** Putting everybody in a file on the list. Rows that do not go in are named with their line and the reason. */
import { Alert, Button, FileInput, List, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { number } from '../shared/format';
import { showProblem } from '../shared/forms';
import { useWrite } from '../shared/write';

const largest = 20 * 1024 * 1024;

export function SuppressionImport({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['consent', 'common']);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: { file: null as File | null, purpose: 'marketing' as 'marketing' | 'utility', reason: '' },
    validate: {
      file: (value) =>
        !value
          ? t('wrong.file')
          : value.size > largest
            ? t('wrong.large')
            : value.size === 0
              ? t('wrong.empty')
              : null,
      reason: (value) => (value.trim() ? null : t('wrong.reason')),
    },
  });
  const write = useWrite({
    run: ({ file, purpose, reason }: typeof form.values) =>
      unwrap(
        api.POST('/api/v1/suppressions/import', {
          params: { query: { purpose, reason: reason.trim() } },
          headers: { 'Content-Type': 'text/csv' },
          // The generator calls a binary body a string.
          body: file as unknown as string,
          bodySerializer: (body) => body,
        }),
      ),
    changes: ['suppressions', 'customers'],
    onError: (error) => setSentence(showProblem(form, error)),
  });
  const came = write.data;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('import')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {came ? (
        <Stack role="status">
          <Text>{t('imported', { rows: number(came.rows), count: came.suppressed })}</Text>
          {came.rejected_count > 0 && (
            <Alert color="yellow" title={t('rejected', { count: came.rejected_count })}>
              <List size="sm">
                {came.rejected.slice(0, 50).map((row) => (
                  <List.Item key={row.line}>{t('line', { line: row.line, message: row.message })}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          <Button onClick={onClose}>{t('common:close')}</Button>
        </Stack>
      ) : (
        <form noValidate onSubmit={form.onSubmit((values) => write.mutate(values))}>
          <Stack>
            {sentence && (
              <Alert color="red" role="alert">
                {sentence}
              </Alert>
            )}
            <FileInput
              label={t('file')}
              description={t('fileHelp')}
              placeholder={t('chooseFile')}
              accept=".csv,text/csv"
              {...form.getInputProps('file')}
            />
            <Select
              label={t('purpose')}
              allowDeselect={false}
              data={(['marketing', 'utility'] as const).map((value) => ({
                value,
                label: t(`purposes.${value}`),
              }))}
              {...form.getInputProps('purpose')}
            />
            <TextInput
              label={t('reason')}
              description={t('reasonHelp')}
              maxLength={200}
              required
              {...form.getInputProps('reason')}
            />
            <Button type="submit" loading={write.isPending}>
              {t('import')}
            </Button>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
