/** What each column is good for, as guessed and as corrected, above the first rows as they would be read. */
import {
  Alert,
  Button,
  Group,
  MultiSelect,
  SimpleGrid,
  Stack,
  Table,
  TagsInput,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../../api/client';
import { asProblem, unwrap } from '../../api/problem';
import { importPreview } from '../../api/queries';
import type { Import, ImportPreview } from '../../api/types';
import { Loaded } from '../../shared/states';
import { WideTable } from '../../shared/WideTable';
import { useWrite } from '../../shared/write';
import { uses } from './upload';

export function Mapping({ found }: { found: Import }) {
  const query = useQuery({ ...importPreview(found.id), staleTime: Infinity });
  return <Loaded query={query}>{(preview) => <Form preview={preview} found={found} />}</Loaded>;
}

function Form({ preview, found }: { preview: ImportPreview; found: Import }) {
  const { t } = useTranslation(['imports', 'common']);
  const [mapping, setMapping] = useState(found.mapping ?? preview.mapping);
  const [tags, setTags] = useState<string[]>(found.tags);
  const [source, setSource] = useState(found.consent_source ?? '');
  const [wrong, setWrong] = useState<string[]>([]);
  const start = useWrite({
    run: (dry_run: boolean) =>
      unwrap(
        api.POST('/api/v1/imports/{import_id}/start', {
          params: { path: { import_id: found.id } },
          body: { mapping, tags, dry_run, consent_source: source.trim() || undefined },
        }),
      ),
    changes: ['imports', 'customers'],
    onError: (error) => {
      const problem = asProblem(error);
      setWrong(problem.errors.length > 0 ? problem.errors.map((one) => one.message) : [problem.message]);
    },
  });
  const begin = (dry: boolean) => {
    setWrong([]);
    start.mutate(dry);
  };
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('columns')}
      </Title>
      {preview.problems.map((problem) => (
        <Alert color="yellow" key={problem.code}>
          {problem.message}
        </Alert>
      ))}
      <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
        {preview.import.columns.map((column) => (
          <MultiSelect
            key={column}
            label={column}
            data={uses(column, preview.mapping[column] ?? []).map((value) => ({
              value,
              label: wordsFor(value),
            }))}
            value={mapping[column] ?? []}
            placeholder={mapping[column]?.length ? undefined : t('ignored')}
            onChange={(value) => setMapping({ ...mapping, [column]: value })}
          />
        ))}
      </SimpleGrid>
      <Look preview={preview} />
      <TagsInput label={t('tags')} description={t('tagsHelp')} value={tags} onChange={setTags} maw={480} />
      <TextInput
        label={t('source')}
        description={t('sourceHelp')}
        value={source}
        onChange={(event) => setSource(event.currentTarget.value)}
        maw={480}
      />
      {wrong.length > 0 && (
        <Alert color="red" role="alert">
          {wrong.map((message) => (
            <div key={message}>{message}</div>
          ))}
        </Alert>
      )}
      <Group>
        <Button onClick={() => begin(false)} loading={start.isPending && start.variables === false}>
          {t('start')}
        </Button>
        <Button
          variant="default"
          onClick={() => begin(true)}
          loading={start.isPending && start.variables === true}
        >
          {t('tryFirst')}
        </Button>
      </Group>
    </Stack>
  );

  function wordsFor(use: string): string {
    const [kind, name] = use.split(':');
    return name
      ? t('use.named', { kind: t(`use.${kind as 'attribute'}`, { defaultValue: kind }), name })
      : t(`use.${use as 'phone'}`, { defaultValue: use });
  }
}

function Look({ preview }: { preview: ImportPreview }) {
  const { t } = useTranslation(['imports', 'common']);
  return (
    <WideTable label={t('look')} minWidth={600} maxHeight={360} stickyHeader striped>
      <Table.Caption>{t('look')}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('line')}</Table.Th>
          <Table.Th>{t('understood')}</Table.Th>
          {preview.import.columns.map((column) => (
            <Table.Th key={column}>{column}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {preview.rows.map((row) => (
          <Table.Tr key={row.line}>
            <Table.Td>{row.line}</Table.Td>
            <Table.Td>
              {row.message ? <Text size="sm">⚠ {row.message}</Text> : <span dir="ltr">{row.phone}</span>}
            </Table.Td>
            {row.cells.map((cell, index) => (
              <Table.Td key={index}>{cell}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
