import { describe, expect, it } from 'vitest';

import { asName, empty, gaps, keys, preview, toRequest, type TemplateDraft } from './draft';

const button = (rest: object) => ({
  key: 'b',
  type: 'quick_reply',
  text: '',
  url: '',
  phone_number: '',
  ...rest,
});
const draft = (rest: object) => ({ ...empty, waba_id: '1', name: 'offer', ...rest }) as TemplateDraft;

describe('a template in the editor', () => {
  it('finds its gaps by the names of the API', () => {
    expect(gaps('Hi {{1}}, {{2}} and {{1}} but not {{ 3 }}')).toEqual(['1', '2']);
    const found = draft({
      header: 'text',
      header_text: 'For {{1}}',
      body: 'Hi {{1}}',
      buttons: [
        button({}),
        button({ type: 'url', url: 'https://a.example/{{1}}' }),
        button({ type: 'copy_code' }),
      ],
    });
    expect(keys(found)).toEqual(['header.1', '1', 'button.1.1', 'button.2.coupon_code']);
    expect(keys(draft({ header: 'image', body: 'Hi' }))).toEqual(['header.image']);
    expect(keys(draft({ category: 'authentication', body: '{{1}}' }))).toEqual([]);
  });

  it('is sent without what does not belong to it', () => {
    const sent = toRequest(
      draft({
        body: 'Hi {{name}}!',
        header_text: 'left over {{1}}',
        examples: { name: 'Meera', old: 'gone' },
        buttons: [button({ text: 'Yes', url: 'left over' })],
      }),
    );
    expect(sent).toMatchObject({ submit: true, parameter_format: 'named', examples: { name: 'Meera' } });
    expect(sent.header).toBeUndefined();
    expect(sent.buttons).toEqual([{ type: 'quick_reply', text: 'Yes' }]);
    expect(toRequest(draft({ category: 'authentication', exists: true }))).toMatchObject({
      submit: false,
      authentication: { security_recommendation: true, code_expires_minutes: 10 },
      buttons: [{ type: 'otp', kind: 'copy_code' }],
    });
  });

  it('is shown with its sample values; what has none stays open', () => {
    expect(preview(draft({ body: 'Hi {{1}}, {{2}}', examples: { '1': 'Meera' } }), '').body).toBe(
      'Hi Meera, {{2}}',
    );
  });

  it('gets a name WhatsApp takes', () => {
    expect(asName('Diwali Offer – 2')).toBe('diwali_offer_2');
  });
});
