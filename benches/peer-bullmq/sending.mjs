// Queueing a campaign's recipients, and the worker that sends to them.
import { DelayedError, Queue, UnrecoverableError, Worker } from 'bullmq';
import { batcher } from './batch.mjs';
import { rule } from './codes.mjs';
import * as rows from './rows.mjs';

const QUEUE = 'campaign';
const PAGE = 1_000;
const OPTIONS = { attempts: 3, backoff: { type: 'exponential', delay: 60_000 }, removeOnComplete: true };
const DAY = 24 * 3_600_000;

/** Queues every recipient: one `add` each, or a page in one `addBulk`. */
export async function enqueue({ pool, connection, prefix, tuned }) {
  const queue = new Queue(QUEUE, { connection, prefix });
  for (;;) {
    const page = await rows.claimPage(pool, PAGE);
    if (page.length === 0) break;
    if (tuned) {
      await queue.addBulk(page.map((data) => ({ name: 'send', data, opts: OPTIONS })));
    } else {
      for (const data of page) await queue.add('send', data, OPTIONS);
    }
  }
  await queue.close();
}

/** Sends what is queued. `done` is called for every recipient that needs no more work. */
export function work({ pool, connection, prefix, tuned, concurrency, api, done }) {
  const write = tuned
    ? batcher(500, (results) => rows.writeResults(pool, results))
    : (result) => rows.writeResult(pool, result);

  async function send(job, token) {
    const { id, phone } = job.data;
    let messageId;
    try {
      messageId = await api.send(job.data);
    } catch (error) {
      return refused(job, token, error);
    }
    await write({ id, messageId, status: 'accepted' });
  }

  async function refused(job, token, error) {
    const { id, phone } = job.data;
    const about = { id, code: error.code > 0 ? error.code : null, message: error.message };
    switch (rule(error.code)) {
      case 'throttled':
        await job.moveToDelayed(Date.now() + 1_000, token);
        throw new DelayedError();
      case 'opted_out':
        await rows.optOut(pool, phone);
        return write({ ...about, status: 'opted_out' });
      case 'tomorrow':
        return write({ ...about, status: 'failed', retryAt: new Date(Date.now() + DAY) });
      case 'failed':
        // a broken connection has no code of Meta's: BullMQ tries again, and the person may get it twice
        if (!(error.code > 0)) throw error;
        await write({ ...about, status: 'failed' });
        throw new UnrecoverableError(error.message);
      default:
        if (job.attemptsMade + 1 >= OPTIONS.attempts) await write({ ...about, status: 'failed' });
        throw error;
    }
  }

  const worker = new Worker(QUEUE, send, { connection, prefix, concurrency });
  worker.on('completed', done);
  worker.on('failed', (job, error) => {
    const over = error instanceof UnrecoverableError || (job && job.attemptsMade >= OPTIONS.attempts);
    if (over) done();
  });
  worker.on('error', (error) => console.error('sending:', error.message));
  return worker;
}
