/** A template as the editor holds it, what gaps it has, and how the API takes it (docs/templates.md, "Keys"). */
import type { components } from '../../api/schema';
import type { Message } from '../Bubble';

type CreateTemplate = components['schemas']['CreateTemplate'];

export const headerKinds = ['none', 'text', 'image', 'video', 'document', 'location'] as const;
export const buttonKinds = ['quick_reply', 'url', 'phone_number', 'copy_code'] as const;

export interface ButtonDraft {
  key: string;
  type: (typeof buttonKinds)[number];
  text: string;
  url: string;
  phone_number: string;
}

export interface TemplateDraft {
  waba_id: string;
  name: string;
  language: string;
  category: 'marketing' | 'utility' | 'authentication';
  header: (typeof headerKinds)[number];
  header_text: string;
  body: string;
  footer: string;
  buttons: ButtonDraft[];
  examples: Record<string, string>;
  /** One-time codes: what WhatsApp writes around them. */
  recommend: boolean;
  expires: number | '';
  /** Whether it is there already, and only to be written down here. */
  exists: boolean;
}

export const empty: TemplateDraft = {
  waba_id: '',
  name: '',
  language: 'en',
  category: 'marketing',
  header: 'none',
  header_text: '',
  body: '',
  footer: '',
  buttons: [],
  examples: {},
  recommend: true,
  expires: 10,
  exists: false,
};

/** The names in `{{…}}`, each once, in the order in which they appear. */
export function gaps(text: string): string[] {
  return [...new Set([...text.matchAll(/{{([a-z0-9_]+)}}/g)].map(([, name]) => name as string))];
}

const isFile = (header: TemplateDraft['header']) =>
  header === 'image' || header === 'video' || header === 'document';

/** The keys of every gap that needs a sample value, as the API names them. */
export function keys(draft: TemplateDraft): string[] {
  if (draft.category === 'authentication') return [];
  return [
    ...(draft.header === 'text' ? gaps(draft.header_text).map((name) => `header.${name}`) : []),
    ...(isFile(draft.header) ? [`header.${draft.header}`] : []),
    ...gaps(draft.body),
    ...draft.buttons.flatMap((button, index) =>
      button.type === 'copy_code'
        ? [`button.${index}.coupon_code`]
        : button.type === 'url' && gaps(button.url).length > 0
          ? [`button.${index}.1`]
          : [],
    ),
  ];
}

export function toRequest(draft: TemplateDraft): CreateTemplate {
  const { waba_id, name, language, category } = draft;
  const base = { waba_id, name, language, category, submit: !draft.exists };
  if (category === 'authentication')
    return {
      ...base,
      authentication: {
        security_recommendation: draft.recommend,
        code_expires_minutes: draft.expires === '' ? undefined : draft.expires,
      },
      buttons: [{ type: 'otp', kind: 'copy_code' }],
    } as unknown as CreateTemplate;
  const named = [...gaps(draft.body), ...gaps(draft.header === 'text' ? draft.header_text : '')].some(
    (gap) => !/^\d+$/.test(gap),
  );
  // The generator's types of these unions lose their discriminator inside other objects.
  return {
    ...base,
    parameter_format: named ? 'named' : 'positional',
    header:
      draft.header === 'none'
        ? undefined
        : draft.header === 'text'
          ? { type: 'text', text: draft.header_text }
          : { type: draft.header },
    body: draft.body,
    footer: draft.footer.trim() || undefined,
    buttons: draft.buttons.map(({ type, text, url, phone_number }) => {
      if (type === 'url') return { type, text, url };
      if (type === 'phone_number') return { type, text, phone_number };
      return type === 'copy_code' ? { type } : { type, text };
    }),
    examples: Object.fromEntries(keys(draft).map((key) => [key, draft.examples[key] ?? ''])),
  } as unknown as CreateTemplate;
}

/** The message with the sample values put in; a gap without one stays open. */
export function preview(draft: TemplateDraft, codeText: string): Message {
  const fill = (text: string, prefix = '') =>
    text.replace(/{{([a-z0-9_]+)}}/g, (gap, name: string) => draft.examples[prefix + name] || gap);
  if (draft.category === 'authentication')
    return { body: codeText, buttons: [{ kind: 'otp' }], cards: [] } as unknown as Message;
  return {
    header:
      draft.header === 'none'
        ? undefined
        : {
            kind: draft.header,
            text: draft.header === 'text' ? fill(draft.header_text, 'header.') : undefined,
          },
    body: fill(draft.body),
    footer: draft.footer || undefined,
    buttons: draft.buttons.map(({ type, text }) => ({
      kind: type,
      label: type === 'copy_code' ? undefined : text,
    })),
    cards: [],
  } as unknown as Message;
}

/** A name as WhatsApp takes it: small letters, digits and underscores. */
export function asName(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9_]+/g, '_');
}
