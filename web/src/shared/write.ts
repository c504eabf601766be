/** A write to the server: tells in a sentence what became of it, and has what it changed read again. */
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { asProblem } from '../api/problem';

interface Options<In, Out> {
  run: (input: In) => Promise<Out>;
  /** First words of the keys of what is read again. */
  changes: string[];
  /** Said when it worked. */
  done?: (output: Out, input: In) => string;
  onDone?: (output: Out, input: In) => void;
  /** Forms show their errors themselves; everything else says them in a corner. */
  onError?: (error: unknown) => void;
}

export function useWrite<In, Out>({ run, changes, done, onDone, onError }: Options<In, Out>) {
  const client = useQueryClient();
  const { t } = useTranslation();
  const closeButtonProps = { 'aria-label': t('close') };
  return useMutation({
    mutationFn: run,
    onSuccess: async (output, input) => {
      if (done) notifications.show({ message: done(output, input), color: 'teal', closeButtonProps });
      await Promise.all(changes.map((key) => client.invalidateQueries({ queryKey: [key] })));
      onDone?.(output, input);
    },
    onError: (error) => {
      // Somebody was first, or it moved on by itself: what is on the screen is old.
      if (asProblem(error).status === 409)
        changes.forEach((key) => void client.invalidateQueries({ queryKey: [key] }));
      if (onError) return onError(error);
      const problem = asProblem(error);
      notifications.show({
        title: t('problem.title'),
        message: problem.offline ? t('problem.offline') : problem.message,
        color: 'red',
        closeButtonProps,
        autoClose: 10_000,
      });
    },
  });
}
