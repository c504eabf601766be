/** The token of a link in an email: behind the `#`, which no server and no log ever sees. */
import { useRouterState } from '@tanstack/react-router';

export function tokenIn(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? undefined;
}

export function useLinkToken(): string | undefined {
  return tokenIn(useRouterState({ select: (state) => state.location.hash }));
}
