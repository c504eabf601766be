import { describe, expect, it } from 'vitest';

import { ApiProblem } from '../../api/problem';
import type { Campaign, Customer, Template } from '../../api/types';
import { checkStep } from './check';
import {
  emptyValues,
  fromCampaign,
  parseList,
  renames,
  stepOf,
  toDraft,
  valuesFor,
  variablesOf,
  type VariableValue,
} from './draft';
import { withLines } from './save';

const values = emptyValues('Asia/Kolkata');
const gap = (key: string, change: Partial<VariableValue>): VariableValue => ({
  key,
  kind: 'value',
  value: '',
  attribute: '',
  fallback: '',
  ...change,
});

describe('a pasted list', () => {
  it('takes numbers with and without names, and leaves junk to the server', () => {
    expect(parseList('+91 98200 12345, Asha\n\n 09820054321;Ravi;Iyer\r\nhello\n')).toEqual([
      { phone: '+91 98200 12345', name: 'Asha', line: 1 },
      { phone: '09820054321', name: 'Ravi Iyer', line: 3 },
      { phone: 'hello', line: 4 },
    ]);
  });

  it('has each number once, however it is written', () => {
    expect(parseList('+91 98200-12345\n+919820012345')).toHaveLength(1);
  });

  it('has its errors told by line', () => {
    const problem = new ApiProblem({
      status: 422,
      errors: [{ field: 'recipients[1].phone', code: 'invalid_phone', message: 'no number' }],
    });
    expect(withLines(problem, parseList('+919820012345\n\nhello')).errors[0]).toEqual({
      field: 'list',
      code: 'invalid_phone',
      message: '3: hello – no number.',
    });
  });
});

describe('a draft', () => {
  it('keeps what the wizard does not show', () => {
    const before = {
      ...({} as Campaign),
      audience: { kind: 'outcome', campaign_id: 'cmp_1', outcome: 'not_read' },
      max_attempts: 7,
      description: 'why',
    } as Campaign;
    const draft = toDraft({ ...values, name: ' Diwali ', kind: 'outcome' }, before);
    expect(draft).toMatchObject({
      name: 'Diwali',
      max_attempts: 7,
      description: 'why',
      audience: { kind: 'outcome', campaign_id: 'cmp_1' },
    });
  });

  it('goes through the form and back', () => {
    const variables = {
      '1': { attribute: 'name', default: 'there' },
      '2': { value: 'KITES20' },
      'button.0.1': { unsubscribe_link: true },
    };
    const campaign = {
      name: 'A',
      audience: { kind: 'tag', tag: 'x' },
      template_id: 'tpl_1',
      sender_ids: ['snd_1'],
      multi_day: true,
      variables,
      rate_per_minute: 60,
    } as unknown as Campaign;
    expect(toDraft(fromCampaign(campaign, 'UTC'), campaign)).toMatchObject({
      audience: { kind: 'tag', tag: 'x' },
      variables,
      multi_day: true,
      rate_per_minute: 60,
    });
  });

  it('keeps values of gaps another template has, too', () => {
    const template = { variables: ['1', '3'] } as Template;
    expect(variablesOf(template, [gap('1', { value: 'a' }), gap('2', { value: 'b' })])).toEqual([
      gap('1', { value: 'a' }),
      gap('3', {}),
    ]);
  });
});

describe('the preview for one person', () => {
  const person = { name: 'Asha', attributes: { city: 'Pune', empty: '' } } as unknown as Customer;
  it('takes the value, else the attribute, else the fallback', () => {
    const filled = valuesFor(
      [
        gap('1', { value: 'x' }),
        gap('2', { kind: 'attribute', attribute: 'name' }),
        gap('3', { kind: 'attribute', attribute: 'city' }),
        gap('4', { kind: 'attribute', attribute: 'empty', fallback: 'there' }),
      ],
      person,
    );
    expect(filled).toEqual({ '1': 'x', '2': 'Asha', '3': 'Pune', '4': 'there' });
  });
  it('leaves out what is not known, so that the server names it', () => {
    expect(valuesFor([gap('1', { kind: 'attribute', attribute: 'name' })], undefined)).toEqual({});
  });
});

describe('the steps', () => {
  it('ask for what is missing, on its field', () => {
    expect(checkStep(0, { ...values, kind: 'tag' }, false)).toEqual({ name: 'nameNeeded', tag: 'tagNeeded' });
    expect(checkStep(0, { ...values, name: 'A', kind: 'listed' }, false)).toEqual({ list: 'listNeeded' });
    expect(checkStep(0, { ...values, name: 'A', kind: 'listed' }, true)).toEqual({});
    expect(checkStep(2, { ...values, variables: [gap('1', {})] }, false)).toEqual({
      'variables.0.value': 'valueNeeded',
    });
    expect(checkStep(3, { ...values, when: 'later' }, false)).toEqual({
      sender_ids: 'senderNeeded',
      at: 'timeNeeded',
    });
  });

  it('are found again by what the server refused', () => {
    const map = renames({ ...values, variables: [gap('header.1', { kind: 'attribute' })] });
    expect(map['variables.header.1']).toBe('variables.0.attribute');
    expect(['name', 'template_id', 'variables.0.value', 'stop_at'].map(stepOf)).toEqual([0, 1, 2, 3]);
  });
});
