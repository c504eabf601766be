// The webhook endpoint, which verifies and queues, and the worker that applies what was queued.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import Fastify from 'fastify';
import { batcher } from './batch.mjs';
import { rule } from './codes.mjs';
import * as rows from './rows.mjs';

const QUEUE = 'statuses';
const OPTIONS = { attempts: 5, backoff: { type: 'exponential', delay: 200 }, removeOnComplete: true };

/** Meta's signature is over the bytes as they were sent. */
function signed(secret, raw, header) {
  const wanted = Buffer.from(`sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`);
  const given = Buffer.from(header ?? '');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function read(raw) {
  const found = [];
  for (const entry of JSON.parse(raw).entry ?? []) {
    for (const change of entry.changes ?? []) {
      for (const status of change.value?.statuses ?? []) {
        const code = status.errors?.[0]?.code;
        const stopped = status.status === 'failed' && rule(code) === 'opted_out';
        found.push({
          id: Number(status.biz_opaque_callback_data),
          status: stopped ? 'opted_out' : status.status,
          at: new Date(Number(status.timestamp) * 1_000),
          code,
          phone: stopped ? status.recipient_id : undefined,
        });
      }
    }
  }
  return found;
}

/** Takes webhooks; 200 means that they are in Redis. */
export async function serve({ connection, prefix, tuned, secret, verifyToken, port, counts }) {
  const queue = new Queue(QUEUE, { connection, prefix });
  // one job a status, each added by itself; tuned: one job a post, those of a moment added together
  const addPosts = batcher(500, (posts) => queue.addBulk(posts.map((data) => ({ name: 'post', data, opts: OPTIONS }))));
  const keep = tuned
    ? (statuses) => addPosts(statuses)
    : (statuses) => Promise.all(statuses.map((status) => queue.add('status', [status], OPTIONS)));

  const app = Fastify({ bodyLimit: 3 * 1_024 * 1_024 });
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.get('/webhooks/whatsapp', async (request, reply) =>
    request.query['hub.verify_token'] === verifyToken ? request.query['hub.challenge'] : reply.code(403).send());
  app.post('/webhooks/whatsapp', async (request, reply) => {
    if (!signed(secret, request.body, request.headers['x-hub-signature-256'])) return reply.code(401).send();
    counts.firstAt ??= performance.now();
    const statuses = read(request.body).filter((status) => Number.isSafeInteger(status.id));
    if (statuses.length > 0) await keep(statuses);
    counts.webhooks += 1;
    counts.lastAt = performance.now();
    return 'EVENT_RECEIVED';
  });
  await app.listen({ host: '127.0.0.1', port });
  return { close: () => app.close().then(() => queue.close()) };
}

/** Applies what is queued. */
export function apply({ pool, connection, prefix, tuned, concurrency, counts }) {
  const write = tuned
    ? batcher(500, (posts) => rows.writeStatuses(pool, posts.flat()))
    : (statuses) => Promise.all(statuses.map((status) => rows.writeStatus(pool, status)));
  const handle = async (job) => {
    await write(job.data);
    for (const { phone } of job.data) if (phone) await rows.optOut(pool, phone);
    counts.applied += job.data.length;
    counts.appliedAt = performance.now();
  };
  const worker = new Worker(QUEUE, handle, { connection, prefix, concurrency });
  worker.on('error', (error) => console.error('statuses:', error.message));
  return worker;
}
