import { describe, expect, it } from 'vitest';

import { parseEvents } from './stream';

describe('server-sent events', () => {
  it('are cut at empty lines, with their ids', () => {
    expect(parseEvents('id: 1-2\ndata: {"a":1}\n\nid: 3\ndata: x\n\n')).toEqual({
      events: [
        { id: '1-2', data: '{"a":1}' },
        { id: '3', data: 'x' },
      ],
      rest: '',
    });
  });

  it('wait until they are whole', () => {
    const first = parseEvents('data: {"a"');
    expect(first).toEqual({ events: [], rest: 'data: {"a"' });
    expect(parseEvents(`${first.rest}:1}\n\n`).events).toEqual([{ data: '{"a":1}' }]);
  });

  it('may have several lines, other line ends, and comments between them', () => {
    expect(parseEvents(': still here\r\n\r\ndata: a\r\ndata: b\r\n\r\n').events).toEqual([{ data: 'a\nb' }]);
  });
});
