/**
 * Forms: our own schema before anything is sent, and the server's word afterwards. Both land on the fields they are
 * about. What fits no field of the form is left for the sentence above it.
 */
import type { z } from 'zod';

import { asProblem, type ApiProblem } from '../api/problem';

/** Errors by field, as @mantine/form takes them. A schema's messages are keys of texts; `say` turns them into words. */
export function checkWith<T>(schema: z.ZodType<unknown, T>, say: (key: string) => string) {
  return (values: T): Record<string, string> => {
    const result = schema.safeParse(values);
    if (result.success) return {};
    const errors: Record<string, string> = {};
    for (const issue of result.error.issues) {
      const path = issue.path.join('.');
      errors[path] ??= say(issue.message);
    }
    return errors;
  };
}

/** The API's spelling of a place (`recipients[3].phone`) as a path of a form (`recipients.3.phone`). */
export function formPath(field: string): string {
  return field.replace(/\[(\d+)\]/g, '.$1');
}

export interface Placed {
  /** Messages by path of the form. */
  fields: Record<string, string>;
  /** What has no field here. */
  rest: string[];
}

/**
 * Puts a problem's `errors` on the fields of a form. `rename` maps places the form calls otherwise: a longer place
 * falls back to the nearest field above it, so `marketing_hours.from` may land on `marketing_hours`.
 */
export function placeErrors(
  problem: ApiProblem,
  known: string[],
  rename: Record<string, string> = {},
): Placed {
  const placed: Placed = { fields: {}, rest: [] };
  for (const error of problem.errors) {
    let path = formPath(error.field);
    while (path && !known.includes(rename[path] ?? path)) {
      path = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
    }
    path = rename[path] ?? path;
    if (path) placed.fields[path] = [placed.fields[path], error.message].filter(Boolean).join(' ');
    else placed.rest.push(error.message);
  }
  if (problem.errors.length === 0) placed.rest.push(problem.message);
  return placed;
}

interface FormLike {
  setErrors: (errors: Record<string, string>) => void;
  getValues: () => object;
}

/**
 * Shows what the server refused: on its fields, where the form has them. Returns what is left to say in a sentence,
 * and moves the focus to the first field that is wrong.
 */
export function showProblem(
  form: FormLike,
  thrown: unknown,
  rename: Record<string, string> = {},
): string | undefined {
  const placed = placeErrors(asProblem(thrown), paths(form.getValues()), rename);
  form.setErrors(placed.fields);
  // After the errors have been drawn, so that a screen reader reads the message with its field.
  setTimeout(
    () => document.querySelector<HTMLElement>('form :is(input, textarea)[aria-invalid="true"]')?.focus(),
    50,
  );
  return placed.rest.length > 0 ? placed.rest.join(' ') : undefined;
}

function paths(values: object, prefix = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = prefix + key;
    const inner = value !== null && typeof value === 'object' ? paths(value as object, `${path}.`) : [];
    return [path, ...inner];
  });
}
