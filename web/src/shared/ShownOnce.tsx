/** A secret on the only occasion it is shown: to be copied, and gone once somebody says that they have it. */
import { Alert, Button, Code, CopyButton, Group, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface Props {
  title: string;
  text: string;
  testId: string;
  onSeen: () => void;
}

export function ShownOnce({ title, text, testId, onSeen }: Props) {
  const { t } = useTranslation();
  return (
    <Alert color="teal" title={title} role="status">
      <Stack gap="xs" align="flex-start">
        <Code style={{ overflowWrap: 'anywhere' }} data-testid={testId}>
          {text}
        </Code>
        <Group>
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button size="xs" onClick={copy}>
                {copied ? t('copied') : t('copy')}
              </Button>
            )}
          </CopyButton>
          <Button size="xs" variant="default" onClick={onSeen}>
            {t('kept')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
