/** What is sent: only what WhatsApp approved can be chosen; the rest says why not. */
import { Alert, Anchor, Badge, Card, Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { templates } from '../../api/queries';
import type { Template } from '../../api/types';
import { Empty, Loaded } from '../../shared/states';
import { Bubble, unfilled } from '../../templates/Bubble';
import { variablesOf } from './draft';
import type { WizardForm } from './Wizard';

export function StepTemplate({ form }: { form: WizardForm }) {
  const { t } = useTranslation(['wizard', 'common']);
  const query = useQuery(templates);
  return (
    <Loaded query={query}>
      {({ items, next_cursor }) => {
        const usable = items.filter((template) => template.status === 'approved' && !template.unsupported);
        const chosen = usable.find((template) => template.id === form.values.template_id);
        if (usable.length === 0) {
          return (
            <Empty title={t('noTemplate')}>
              {t('noTemplateBody')}{' '}
              <Anchor component={Link} to="/templates" underline="always">
                {t('toTemplates')}
              </Anchor>
            </Empty>
          );
        }
        const choose = (id: string) => {
          const template = usable.find((one) => one.id === id);
          form.setValues({
            template_id: id,
            variables: template ? variablesOf(template, form.values.variables) : [],
          });
          form.clearFieldError('template_id');
        };
        return (
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Radio.Group
              label={t('template')}
              value={form.values.template_id}
              onChange={choose}
              error={form.errors.template_id}
            >
              <Stack gap="xs" mt="xs" mah={420} style={{ overflowY: 'auto' }}>
                {usable.map((template) => (
                  <Choice key={template.id} template={template} />
                ))}
                {next_cursor && <Alert>{t('moreTemplates')}</Alert>}
              </Stack>
            </Radio.Group>
            <div>{chosen && <Bubble message={unfilled(chosen)} />}</div>
          </SimpleGrid>
        );
      }}
    </Loaded>
  );
}

function Choice({ template }: { template: Template }) {
  const { t } = useTranslation(['templates']);
  return (
    <Card withBorder padding="xs">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Radio
          value={template.id}
          label={`${template.name} (${template.language})`}
          description={
            <Text span size="xs" lineClamp={2}>
              {template.body}
            </Text>
          }
        />
        <Badge variant="outline" color="gray" style={{ color: 'var(--mantine-color-text)', flexShrink: 0 }}>
          {t(`templates:category.${template.category}`, { defaultValue: template.category })}
        </Badge>
      </Group>
    </Card>
  );
}
