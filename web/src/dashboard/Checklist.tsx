/** The way to the first campaign: what is done, what is next. It goes away when all of it is done. */
import { Button, Card, Group, List, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck, IconCircleDashed } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { campaigns, customers, senders } from '../api/queries';
import { doneSteps, nextStep, steps, type Step } from './checklist';

const places: Record<Step, string> = {
  sender: '/senders/new',
  customers: '/customers/import',
  template: '/templates',
  campaign: '/campaigns/new',
};

export function Checklist() {
  const { t } = useTranslation(['dashboard', 'common']);
  const numbers = useQuery(senders);
  const people = useInfiniteQuery(customers({}, 1));
  const approved = useQuery({
    queryKey: ['templates', 'approved'],
    queryFn: () =>
      unwrap(api.GET('/api/v1/templates', { params: { query: { status: 'approved', limit: 1 } } })),
  });
  const all = useInfiniteQuery(campaigns());
  if (!numbers.data || !people.data || !approved.data || !all.data) return null;
  const found = {
    senders: numbers.data.items.length,
    customers: people.data.pages[0]?.items.length ?? 0,
    approvedTemplates: approved.data.items.length,
    launchedCampaigns: all.data.pages.flatMap((page) => page.items).filter((one) => one.launched_at).length,
  };
  const next = nextStep(found);
  if (!next) return null;
  const done = doneSteps(found);
  return (
    <Card withBorder component="section" aria-labelledby="first-steps">
      <Title order={2} size="h4" id="first-steps">
        {t('first.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('first.done', { done: steps.filter((step) => done[step]).length, all: steps.length })}
      </Text>
      <List spacing="sm" listStyleType="none">
        {steps.map((step) => (
          <List.Item key={step} data-testid={`step-${step}`} data-done={done[step]}>
            <Group gap="sm" wrap="nowrap" align="flex-start">
              <ThemeIcon
                color={done[step] ? 'teal' : 'gray'}
                variant={done[step] ? 'filled' : 'light'}
                radius="xl"
                size="sm"
              >
                {done[step] ? (
                  <IconCheck size={14} aria-label={t('first.isDone')} />
                ) : (
                  <IconCircleDashed size={14} aria-label={t('first.isOpen')} />
                )}
              </ThemeIcon>
              <div>
                <Text fw={step === next ? 600 : 400}>{t(`first.${step}`)}</Text>
                {step === next && (
                  <>
                    <Text size="sm" c="dimmed">
                      {t(`first.${step}Help`)}
                    </Text>
                    <Button component={Link} to={places[step]} size="xs" mt={4}>
                      {t(`first.${step}Go`)}
                    </Button>
                  </>
                )}
              </div>
            </Group>
          </List.Item>
        ))}
      </List>
    </Card>
  );
}
