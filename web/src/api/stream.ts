/**
 * Server-sent events over fetch. EventSource cannot tell a 401 from a dropped line, so it could not renew the session;
 * reading the stream ourselves can. It comes back by itself with `Last-Event-ID`, waiting longer each time.
 */
import { send } from './client';

export interface StreamEvent {
  id?: string;
  data: string;
}

/** Cuts what has arrived into events; what is not whole yet is left for the next time. */
export function parseEvents(buffer: string): { events: StreamEvent[]; rest: string } {
  const parts = buffer.replaceAll('\r\n', '\n').split('\n\n');
  const rest = parts.pop() ?? '';
  const events: StreamEvent[] = [];
  for (const part of parts) {
    const event: StreamEvent = { data: '' };
    const data: string[] = [];
    for (const line of part.split('\n')) {
      if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
      else if (line.startsWith('id:')) event.id = line.slice(3).trim();
    }
    event.data = data.join('\n');
    if (data.length > 0) events.push(event);
  }
  return { events, rest };
}

const longestWait = 15_000;

/**
 * Reads a stream until `signal` is aborted. `onEvent` says whether to go on: a stream whose subject is over closes from
 * the other side, and need not be opened again.
 */
export async function readStream(
  path: string,
  signal: AbortSignal,
  onEvent: (event: StreamEvent) => boolean,
  onLive: (live: boolean) => void,
): Promise<void> {
  let last: string | undefined;
  let wait = 500;
  let goOn = true;
  while (!signal.aborted && goOn) {
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (last) headers['Last-Event-ID'] = last;
      const response = await send(new Request(new URL(path, location.origin), { headers, signal }));
      if (response.status >= 400 && response.status < 500 && response.status !== 429) return;
      if (!response.ok || !response.body) throw new Error(`stream: ${response.status}`);
      onLive(true);
      wait = 500;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let buffer = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const { events, rest } = parseEvents(buffer + value);
        buffer = rest;
        for (const event of events) {
          last = event.id ?? last;
          goOn = onEvent(event);
        }
      }
    } catch {
      // Aborted, or the line is gone: the loop decides.
    }
    onLive(false);
    if (signal.aborted || !goOn) return;
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, longestWait);
  }
}
