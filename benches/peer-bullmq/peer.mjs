#!/usr/bin/env node
// The peer: one campaign, one process. Prints one line of JSON.
//
//   node peer.mjs --variant tuned --recipients 10000 --graph URL --database URL --redis URL
import { parseArgs } from 'node:util';
import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { graph } from './graph.mjs';
import * as rows from './rows.mjs';
import { enqueue, work } from './sending.mjs';
import { apply, serve } from './statuses.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values: given } = parseArgs({
  options: {
    variant: text('tuned'),
    recipients: text('10000'),
    graph: text('http://127.0.0.1:8090'),
    'graph-version': text('v26.0'),
    // the sandbox's number; several, with commas between them, take turns
    numbers: text('100000000000003'),
    token: text('sandbox-token'),
    template: text('welcome_offer'),
    language: text('en_US'),
    database: text('postgres://postgres@127.0.0.1:5432/postgres'),
    redis: text('redis://127.0.0.1:6379'),
    prefix: text('peer'),
    concurrency: text('64'),
    // where webhooks are taken; without it none are
    port: text(''),
    'app-secret': text('sandbox-app-secret'),
    'verify-token': text('sandbox-verify-token'),
    // how many statuses are waited for
    statuses: text('0'),
    // so many seconds at most
    patience: text('300'),
  },
});

function refuse(why) {
  console.error(why);
  process.exit(2);
}

if (!['straight', 'tuned'].includes(given.variant)) refuse('--variant is straight or tuned');
for (const name of ['graph', 'database', 'redis']) {
  const { hostname } = new URL(given[name]);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) refuse(`--${name}: ${hostname} is not this machine`);
}

const tuned = given.variant === 'tuned';
const number = (name) => Number.parseInt(given[name], 10);
const [recipients, concurrency, statuses] = ['recipients', 'concurrency', 'statuses'].map(number);
const deadline = performance.now() + number('patience') * 1_000;

const pool = new pg.Pool({ connectionString: given.database, max: tuned ? 16 : Math.max(16, concurrency) });
pool.on('error', (error) => console.error('postgres:', error.message));
// commands of one turn of the event loop travel together
const connection = new Redis(given.redis, { maxRetriesPerRequest: null, enableAutoPipelining: tuned });
const api = graph({
  url: given.graph,
  version: given['graph-version'],
  numbers: given.numbers.split(','),
  token: given.token,
  template: given.template,
  language: given.language,
  connections: concurrency,
});
const counts = { webhooks: 0, applied: 0 };
const shared = { pool, connection, prefix: given.prefix, tuned, concurrency };
const seconds = (from, to) => (to - from) / 1_000;
const rate = (n, time) => (time > 0 ? Math.round(n / time) : null);

async function until(what) {
  while (!what()) {
    if (performance.now() > deadline) throw new Error('the time is up');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function peak() {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return Math.round((kilobytes ? kilobytes / 1_024 : process.memoryUsage.rss() / 1_048_576) * 10) / 10;
}

let ended = 0;
let endedAt = 0;
const done = () => {
  ended += 1;
  if (ended === recipients) endedAt = performance.now();
};

await rows.prepare(pool, recipients);
const port = given.port === '' ? null : number('port');
const endpoint =
  port === null
    ? null
    : await serve({ ...shared, secret: given['app-secret'], verifyToken: given['verify-token'], port, counts });
const applier = endpoint && apply({ ...shared, counts });

const began = performance.now();
const cpuBefore = process.cpuUsage();
// sending begins with the first job, not when all are queued
const sender = work({ ...shared, api, done });
await enqueue(shared);
const queuedAt = performance.now();
await until(() => ended >= recipients);
await until(() => counts.applied >= statuses);

const cpu = process.cpuUsage(cpuBefore);
const posts = seconds(counts.firstAt ?? 0, counts.lastAt ?? 0);
console.log(
  JSON.stringify({
    variant: given.variant,
    recipients,
    seconds: seconds(began, endedAt),
    recipients_per_second: rate(recipients, seconds(began, endedAt)),
    enqueued_after_s: seconds(began, queuedAt),
    rows: await rows.tally(pool),
    rss_mb: await peak(),
    cpu_s: (cpu.user + cpu.system) / 1e6,
    webhooks: counts.webhooks,
    webhooks_per_second: rate(counts.webhooks, posts),
    statuses_applied: counts.applied,
    statuses_done_after_last_send_s: counts.appliedAt ? Math.max(0, seconds(endedAt, counts.appliedAt)) : null,
    node: process.version,
  }),
);

await Promise.all([sender.close(), applier?.close(), endpoint?.close()]);
await Promise.all([api.close(), pool.end(), connection.quit()]);
