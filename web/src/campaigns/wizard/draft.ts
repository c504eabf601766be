/** What the wizard's form holds, and how it becomes what the API takes. No drawing here, so that it can be tested. */
import type { Audience, Campaign, CampaignDraft, Customer, Template, VariableSource } from '../../api/types';

export interface VariableValue {
  /** The template's key: `1`, `header.image`, … */
  key: string;
  kind: 'value' | 'attribute' | 'unsubscribe';
  value: string;
  attribute: string;
  fallback: string;
}

export interface WizardValues {
  name: string;
  kind: Audience['kind'];
  tag: string;
  list: string;
  /** How the listed people agreed; empty: nothing is said about it. */
  listSource: string;
  template_id: string;
  variables: VariableValue[];
  sender_ids: string[];
  rate_per_minute: number | '';
  multi_day: boolean;
  send_at_local: string;
  stop_at: string;
  pause_at_failed_percent: number | '';
  when: 'now' | 'later';
  at: string;
  time_zone: string;
  repeat: '' | 'FREQ=DAILY' | 'FREQ=WEEKLY' | 'FREQ=MONTHLY';
}

export function emptyValues(time_zone: string): WizardValues {
  return {
    name: '',
    kind: 'opted_in',
    tag: '',
    list: '',
    listSource: '',
    template_id: '',
    variables: [],
    sender_ids: [],
    rate_per_minute: '',
    multi_day: false,
    send_at_local: '',
    stop_at: '',
    pause_at_failed_percent: '',
    when: 'now',
    at: '',
    time_zone,
    repeat: '',
  };
}

/** A row of the form for each gap, keeping what was filled in before for gaps of the same name. */
export function variablesOf(template: Template, before: VariableValue[] = []): VariableValue[] {
  return template.variables.map(
    (key) =>
      before.find((variable) => variable.key === key) ?? {
        key,
        kind: 'value',
        value: '',
        attribute: '',
        fallback: '',
      },
  );
}

function toSource({ kind, value, attribute, fallback }: VariableValue): VariableSource {
  if (kind === 'unsubscribe') return { unsubscribe_link: true };
  if (kind === 'value') return { value };
  return { attribute, ...(fallback && { default: fallback }) };
}

function fromSource(key: string, source: VariableSource): VariableValue {
  return {
    key,
    kind: source.unsubscribe_link ? 'unsubscribe' : source.attribute ? 'attribute' : 'value',
    value: source.value ?? '',
    attribute: source.attribute ?? '',
    fallback: source.default ?? '',
  };
}

export function fromCampaign(campaign: Campaign, time_zone: string): WizardValues {
  return {
    ...emptyValues(time_zone),
    name: campaign.name,
    kind: campaign.audience.kind,
    tag: campaign.audience.tag ?? '',
    template_id: campaign.template_id,
    variables: Object.entries(campaign.variables).map(([key, source]) => fromSource(key, source)),
    sender_ids: campaign.sender_ids,
    rate_per_minute: campaign.rate_per_minute ?? '',
    multi_day: campaign.multi_day,
    send_at_local: campaign.send_at_local ?? '',
    stop_at: campaign.stop_at ? localInput(campaign.stop_at) : '',
    pause_at_failed_percent: campaign.pause_at_failed_percent ?? '',
  };
}

/** A moment as `<input type="datetime-local">` writes it, by this browser's clock. */
export function localInput(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/**
 * The draft as the API takes it. `PUT` sets back to its default whatever is left out, so what this form does not show
 * (`before`) goes back as it was.
 */
export function toDraft(values: WizardValues, before?: Campaign): CampaignDraft {
  const outcome = before?.audience.kind === 'outcome' ? before.audience : undefined;
  return {
    name: values.name.trim(),
    description: before?.description,
    template_id: values.template_id,
    sender_ids: values.sender_ids,
    sender_choice: before?.sender_choice,
    audience:
      values.kind === 'outcome' && outcome
        ? outcome
        : { kind: values.kind, ...(values.kind === 'tag' && { tag: values.tag.trim() }) },
    variables: Object.fromEntries(
      values.variables
        .filter((variable) => variable.kind === 'unsubscribe' || variable.value || variable.attribute)
        .map((variable) => [variable.key, toSource(variable)]),
    ),
    rate_per_minute: values.rate_per_minute || undefined,
    multi_day: values.multi_day,
    max_attempts: before?.max_attempts,
    unknown_policy: before?.unknown_policy,
    send_at_local: values.send_at_local || undefined,
    stop_at: values.stop_at ? new Date(values.stop_at).toISOString() : undefined,
    pause_at_failed_percent: values.pause_at_failed_percent || undefined,
    pause_at_opted_out_percent: before?.pause_at_opted_out_percent,
  };
}

export interface ListedPerson {
  phone: string;
  name?: string;
  /** Where it stood in what was pasted, from 1. */
  line: number;
}

/** A pasted list: a number a line, perhaps a name behind a comma, semicolon or tab. The server judges the numbers. */
export function parseList(text: string): ListedPerson[] {
  const seen = new Set<string>();
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const [phone = '', ...rest] = raw.split(/[,;\t]/).map((part) => part.trim());
    const digits = phone.replace(/[^\d+]/g, '');
    if (!phone || seen.has(digits || phone)) return [];
    seen.add(digits || phone);
    const name = rest.join(' ').trim();
    return [{ phone, line: index + 1, ...(name && { name }) }];
  });
}

/** What one person's message would be filled with; the server does the same when it sends. */
export function valuesFor(variables: VariableValue[], person: Customer | undefined): Record<string, string> {
  return Object.fromEntries(
    variables.flatMap(({ key, kind, value, attribute, fallback }) => {
      const own =
        kind === 'value'
          ? value
          : kind === 'unsubscribe'
            ? `${globalThis.location?.origin ?? ''}/o/…`
            : attribute === 'name'
              ? person?.name
              : attribute === 'phone'
                ? person?.phone
                : person?.attributes[attribute];
      const text = own === undefined || own === null || own === '' ? fallback : String(own);
      return text ? [[key, text]] : [];
    }),
  );
}

/** Where the server's names of things stand in the form. */
export function renames(values: WizardValues): Record<string, string> {
  const map: Record<string, string> = { 'audience.tag': 'tag', audience: 'kind', recipients: 'list' };
  values.variables.forEach(({ key, kind }, index) => {
    map[`variables.${key}`] = `variables.${index}.${kind === 'attribute' ? 'attribute' : 'value'}`;
  });
  return map;
}

/** On which step of the wizard a field of the form is. */
export function stepOf(field: string): number {
  if (/^(name|kind|tag|list)/.test(field)) return 0;
  if (field.startsWith('template_id')) return 1;
  if (field.startsWith('variables')) return 2;
  return 3;
}
