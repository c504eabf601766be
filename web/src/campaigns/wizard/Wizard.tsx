/**
 * The wizard: audience, template, values, time, check. The draft is saved before the check, because the pre-flight is
 * about a draft; going back and changing it saves it again.
 */
import { Alert, Button, Group, Stack, Stepper } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { asProblem } from '../../api/problem';
import type { Campaign } from '../../api/types';
import { placeErrors } from '../../shared/forms';
import { checkStep } from './check';
import { renames, stepOf, type WizardValues } from './draft';
import { forget, keep, kept } from './kept';
import { saveDraft } from './save';
import { StepAudience } from './StepAudience';
import { StepCheck } from './StepCheck';
import { StepTemplate } from './StepTemplate';
import { StepTime } from './StepTime';
import { StepValues } from './StepValues';

export type WizardForm = UseFormReturnType<WizardValues>;

const steps = ['audience', 'template', 'values', 'time', 'check'] as const;
const last = steps.length - 1;

interface Props {
  /** Under which name what was filled in is kept in this tab. */
  name: string;
  initial: WizardValues;
  draft?: Campaign;
}

export function Wizard({ name, initial, draft }: Props) {
  const { t } = useTranslation(['wizard', 'common']);
  const client = useQueryClient();
  const narrow = useMediaQuery('(max-width: 48em)');
  const [before] = useState(() => kept(name));
  // The check is about what the server has, so a kept wizard opens one step before it and saves anew.
  const [step, setStep] = useState(Math.min(before?.step ?? 0, last - 1));
  const [saved, setSaved] = useState<Campaign | undefined>(draft);
  const [id, setId] = useState(draft?.id ?? before?.id);
  const [sentence, setSentence] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useForm<WizardValues>({ initialValues: before?.values ?? initial });
  const top = useRef<HTMLDivElement>(null);
  const { values } = form;

  useEffect(() => keep(name, { step, values, id }), [name, step, values, id]);

  const go = (to: number) => {
    setStep(to);
    setSentence(undefined);
    // A screen reader hears which step it is; everybody else sees its beginning.
    setTimeout(() => top.current?.focus(), 50);
  };

  const refused = (thrown: unknown) => {
    const fields = values.variables.flatMap((_, index) => [
      `variables.${index}.value`,
      `variables.${index}.attribute`,
    ]);
    const placed = placeErrors(asProblem(thrown), [...Object.keys(values), ...fields], renames(values));
    form.setErrors(placed.fields);
    const first = Object.keys(placed.fields).map(stepOf).sort()[0];
    if (first !== undefined) setStep(first);
    setSentence([...placed.rest, ...(first !== undefined ? [t('lookAtFields')] : [])].join(' '));
  };

  const next = async () => {
    const wrong = checkStep(step, values, id !== undefined && draft?.audience.kind === 'listed');
    form.setErrors(
      Object.fromEntries(Object.entries(wrong).map(([field, key]) => [field, t(`wrong.${key}`)])),
    );
    if (Object.keys(wrong).length > 0) {
      setTimeout(
        () => document.querySelector<HTMLElement>(':is(input, textarea)[aria-invalid="true"]')?.focus(),
        50,
      );
      return;
    }
    if (step < last - 1) return go(step + 1);
    setBusy(true);
    try {
      const campaign = await saveDraft(values, saved, id, setId);
      setSaved(campaign);
      await client.invalidateQueries({ queryKey: ['campaigns'] });
      go(last);
    } catch (thrown) {
      refused(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Stack>
      <Stepper
        active={step}
        onStepClick={(to) => to < step && go(to)}
        size="sm"
        orientation={narrow ? 'vertical' : 'horizontal'}
      >
        {steps.map((word, index) => (
          <Stepper.Step
            key={word}
            label={t(`step.${word}`)}
            aria-current={index === step ? 'step' : undefined}
            disabled={index > step}
          />
        ))}
      </Stepper>
      <div
        ref={top}
        tabIndex={-1}
        style={{ outline: 'none' }}
        role="group"
        aria-label={t('stepOf', {
          now: step + 1,
          all: steps.length,
          name: t(`step.${steps[step] ?? 'check'}`),
        })}
      >
        {sentence && (
          <Alert color="red" role="alert" mb="md">
            {sentence}
          </Alert>
        )}
        {step === 0 && <StepAudience form={form} draft={saved} />}
        {step === 1 && <StepTemplate form={form} />}
        {step === 2 && <StepValues form={form} />}
        {step === 3 && <StepTime form={form} />}
        {step === last && saved && (
          <StepCheck campaign={saved} values={values} onLaunched={() => forget(name)} onBackTo={go} />
        )}
      </div>
      <Group justify="space-between">
        <Button variant="default" disabled={step === 0} onClick={() => go(step - 1)}>
          {t('common:back')}
        </Button>
        {step < last && (
          <Button onClick={() => void next()} loading={busy}>
            {step === last - 1 ? t('saveAndCheck') : t('next')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
