/** The rules of consent as a form holds them, and back. `PUT` replaces all of them, so everything the API has is here. */
import type { ConsentSettings } from '../api/types';

export const lists = ['stop_words', 'stop_all_words', 'start_words', 'yes_words', 'no_words'] as const;
/** The doors whose yes may have to be confirmed. */
export const methods = ['import', 'api', 'agent', 'keyword', 'link'] as const;

export interface RulesValues {
  stop_words: string[];
  stop_all_words: string[];
  start_words: string[];
  yes_words: string[];
  no_words: string[];
  confirm: boolean;
  methods: string[];
  template_id: string | null;
  sender_id: string | null;
  variables: Record<string, string>;
  days: number | '';
}

export function toValues(settings: ConsentSettings): RulesValues {
  const { confirmation } = settings;
  return {
    stop_words: settings.stop_words ?? [],
    stop_all_words: settings.stop_all_words ?? [],
    start_words: settings.start_words ?? [],
    yes_words: settings.yes_words ?? [],
    no_words: settings.no_words ?? [],
    confirm: (confirmation?.methods.length ?? 0) > 0,
    methods: confirmation?.methods ?? [],
    template_id: confirmation?.template_id ?? null,
    sender_id: confirmation?.sender_id ?? null,
    variables: { ...confirmation?.variables },
    days: confirmation?.days ?? 7,
  };
}

/** `variables` are those of the chosen template; values of another one are left behind. */
export function toSettings(values: RulesValues, variables: string[]): ConsentSettings {
  const { stop_words, stop_all_words, start_words, yes_words, no_words } = values;
  const words = { stop_words, stop_all_words, start_words, yes_words, no_words };
  if (!values.confirm) return words;
  return {
    ...words,
    confirmation: {
      methods: values.methods as NonNullable<ConsentSettings['confirmation']>['methods'],
      template_id: values.template_id ?? undefined,
      sender_id: values.sender_id ?? undefined,
      variables: Object.fromEntries(variables.map((key) => [key, values.variables[key] ?? ''])),
      days: values.days === '' ? undefined : values.days,
    },
  };
}

/** Where the API's names stand in the form. */
export const renames = {
  'confirmation.methods': 'methods',
  'confirmation.template_id': 'template_id',
  'confirmation.sender_id': 'sender_id',
  'confirmation.days': 'days',
  'confirmation.variables': 'template_id',
  confirmation: 'methods',
};
