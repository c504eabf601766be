import { expect, it } from 'vitest';

import { toSettings, toValues } from './rules';

const words = {
  stop_words: ['stop'],
  stop_all_words: [],
  start_words: ['start'],
  yes_words: [],
  no_words: [],
};

it('sends back what came', () => {
  const settings = {
    ...words,
    confirmation: {
      methods: ['import' as const],
      template_id: 'tpl_1',
      sender_id: 'snd_1',
      variables: { '1': 'Kites & Co' },
      days: 14,
    },
  };
  expect(toSettings(toValues(settings), ['1'])).toEqual(settings);
  expect(toSettings(toValues(words), [])).toEqual(words);
});

it('forgets the values of a template that is not asked with any more', () => {
  const values = { ...toValues(words), confirm: true, methods: ['api'], variables: { old: 'x', '1': 'y' } };
  expect(toSettings(values, ['1']).confirmation?.variables).toEqual({ '1': 'y' });
  expect(toSettings({ ...values, confirm: false }, ['1']).confirmation).toBeUndefined();
});
