/** Saves what the wizard has as a draft, new or not, with its listed people. */
import { api } from '../../api/client';
import { ApiProblem, asProblem, unwrap } from '../../api/problem';
import type { Campaign } from '../../api/types';
import { parseList, toDraft, type ListedPerson, type WizardValues } from './draft';

/** The API takes so many at a time. */
const atOnce = 1_000;

/** `onCreated` hears of the id at once: should adding people fail, the next try changes this draft and makes no other. */
export async function saveDraft(
  values: WizardValues,
  saved: Campaign | undefined,
  id: string | undefined,
  onCreated: (id: string) => void,
): Promise<Campaign> {
  const body = toDraft(values, saved);
  const campaign = id
    ? await unwrap(
        api.PUT('/api/v1/campaigns/{campaign_id}', { params: { path: { campaign_id: id } }, body }),
      )
    : await unwrap(api.POST('/api/v1/campaigns', { body }));
  onCreated(campaign.id);
  if (values.kind === 'listed')
    await addPeople(campaign.id, parseList(values.list), values.listSource.trim());
  return campaign;
}

async function addPeople(campaign_id: string, people: ListedPerson[], source: string): Promise<void> {
  for (let start = 0; start < people.length; start += atOnce) {
    const portion = people.slice(start, start + atOnce);
    const recipients = portion.map(({ phone, name }) => ({
      phone,
      ...(name && { name }),
      ...(source && { opt_in: { state: 'opted_in' as const, source } }),
    }));
    try {
      await unwrap(
        api.POST('/api/v1/campaigns/{campaign_id}/recipients', {
          params: { path: { campaign_id } },
          body: { recipients },
        }),
      );
    } catch (thrown) {
      throw withLines(asProblem(thrown), portion);
    }
  }
}

/** Says where in the pasted list something is wrong, not where in the request. */
export function withLines(problem: ApiProblem, portion: ListedPerson[]): ApiProblem {
  const errors = problem.errors.map((error) => {
    const index = /^recipients\[(\d+)\]/.exec(error.field)?.[1];
    const person = index === undefined ? undefined : portion[Number(index)];
    return person
      ? { ...error, field: 'list', message: `${person.line}: ${person.phone} – ${error.message}.` }
      : error;
  });
  return new ApiProblem({
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    errors,
    request_id: problem.requestId,
  });
}
