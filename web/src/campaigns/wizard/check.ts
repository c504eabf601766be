/** What each step of the wizard asks before the next one opens. The server asks all of it again. */
import { z } from '../../shared/schema';

import { parseList, type WizardValues } from './draft';

const audience = z
  .object({
    name: z.string().trim().min(1, 'nameNeeded'),
    kind: z.string(),
    tag: z.string(),
    list: z.string(),
    alreadyListed: z.boolean(),
  })
  .superRefine((values, context) => {
    if (values.kind === 'tag' && !values.tag.trim())
      context.addIssue({ code: 'custom', path: ['tag'], message: 'tagNeeded' });
    if (values.kind === 'listed' && !values.alreadyListed && parseList(values.list).length === 0) {
      context.addIssue({ code: 'custom', path: ['list'], message: 'listNeeded' });
    }
  });
const templateChosen = z.object({ template_id: z.string().min(1, 'templateNeeded') });
const filled = z.object({
  variables: z.array(
    z
      .object({ kind: z.string(), value: z.string(), attribute: z.string() })
      .superRefine((variable, context) => {
        const missing =
          (variable.kind === 'value' && !variable.value.trim() && 'value') ||
          (variable.kind === 'attribute' && !variable.attribute.trim() && 'attribute');
        if (missing) context.addIssue({ code: 'custom', path: [missing], message: 'valueNeeded' });
      }),
  ),
});
const timing = z
  .object({ sender_ids: z.array(z.string()).min(1, 'senderNeeded'), when: z.string(), at: z.string() })
  .superRefine((values, context) => {
    if (values.when === 'later' && !values.at)
      context.addIssue({ code: 'custom', path: ['at'], message: 'timeNeeded' });
  });

export type CheckKey =
  | 'nameNeeded'
  | 'tagNeeded'
  | 'listNeeded'
  | 'templateNeeded'
  | 'valueNeeded'
  | 'senderNeeded'
  | 'timeNeeded';

/** What is wrong with a step, as keys of texts by field. `alreadyListed`: the draft has people from before. */
export function checkStep(
  step: number,
  values: WizardValues,
  alreadyListed: boolean,
): Record<string, CheckKey> {
  const schema = [audience, templateChosen, filled, timing][step];
  const result = schema?.safeParse({ ...values, alreadyListed });
  if (!result || result.success) return {};
  return Object.fromEntries(
    result.error.issues.map((issue) => [issue.path.join('.'), issue.message as CheckKey]),
  );
}
