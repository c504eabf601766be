/** A file of people: chosen here, looked at on the next page before anything goes in. */
import { Alert, Anchor, Button, FileInput, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../../api/client';
import { asProblem, unwrap } from '../../api/problem';
import { bytes, moment } from '../../shared/format';
import { Page } from '../../shared/Page';
import { Loaded } from '../../shared/states';
import { useWrite } from '../../shared/write';
import { refuse, upload } from './upload';

export default function UploadPage() {
  const { t } = useTranslation(['imports', 'common']);
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [wrong, setWrong] = useState<string>();
  const write = useWrite({
    run: upload,
    changes: ['imports'],
    onDone: ({ id }) =>
      void navigate({ to: '/customers/import/$importId', params: { importId: id } as never }),
    onError: (error) => setWrong(asProblem(error).message),
  });
  const choose = (chosen: File | null) => {
    setFile(chosen);
    const why = chosen && refuse(chosen);
    setWrong(why ? t(`refused.${why}`) : undefined);
  };
  return (
    <Page title={t('title')} about={t('about')}>
      <Stack maw={560}>
        <FileInput
          label={t('file')}
          description={t('fileHelp')}
          placeholder={t('choose')}
          accept=".csv,.txt,.xlsx,text/csv"
          value={file}
          onChange={choose}
          error={wrong}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
        />
        <Button
          disabled={!file || Boolean(wrong)}
          loading={write.isPending}
          onClick={() => file && write.mutate(file)}
          style={{ alignSelf: 'start' }}
        >
          {t('upload')}
        </Button>
        {write.isPending && file && (
          <Alert color="blue" role="status">
            {t('uploading', { size: bytes(file.size) })}
          </Alert>
        )}
        <Earlier />
      </Stack>
    </Page>
  );
}

function Earlier() {
  const { t } = useTranslation(['imports', 'common']);
  const query = useQuery({
    queryKey: ['imports', 'list'],
    queryFn: () => unwrap(api.GET('/api/v1/imports', { params: { query: { limit: 10 } } })),
  });
  return (
    <Loaded query={query} rows={2}>
      {({ items }) =>
        items.length > 0 && (
          <div>
            <Text fw={600}>{t('earlier')}</Text>
            <ul style={{ margin: 0, paddingInlineStart: 20 }}>
              {items.map((one) => (
                <li key={one.id}>
                  <Anchor
                    component={Link}
                    to="/customers/import/$importId"
                    params={{ importId: one.id } as never}
                    underline="always"
                  >
                    {one.file_name ?? one.id}
                  </Anchor>{' '}
                  <Text span size="sm" c="dimmed">
                    {t(`status.${one.status}`, { defaultValue: one.status })}, {moment(one.created_at)}
                  </Text>
                </li>
              ))}
            </ul>
          </div>
        )
      }
    </Loaded>
  );
}
