/**
 * What the API says when something goes wrong: an RFC 9457 problem (docs/api-design.md). Everything the console
 * catches is an `ApiProblem`, so that one place decides how it is shown: on its fields, or as a sentence.
 */
import type { Problem } from './types';

export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: NonNullable<Problem['errors']>;
  readonly requestId?: string;

  constructor(problem: Partial<Problem> & { status: number }) {
    super(problem.detail ?? problem.title ?? `HTTP ${problem.status}`);
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.code = problem.code ?? 'unknown';
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id;
  }

  /** Nobody answered: the network or the server is away. It is never a reason to sign out. */
  get offline(): boolean {
    return this.status === 0;
  }
}

/** Whatever was thrown, as a problem. */
export function asProblem(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown;
  if (thrown instanceof TypeError)
    return new ApiProblem({ status: 0, code: 'offline', detail: thrown.message });
  return new ApiProblem({
    status: -1,
    code: 'bug',
    detail: thrown instanceof Error ? thrown.message : String(thrown),
  });
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or an `ApiProblem`. What has no body (204) is `undefined`. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (thrown) {
    throw asProblem(thrown);
  }
  if (answer.response.ok) return answer.data as T;
  const body = answer.error && typeof answer.error === 'object' ? (answer.error as Partial<Problem>) : {};
  throw new ApiProblem({ ...body, status: answer.response.status });
}
