// The statements: one row at a time for the straight variant, many at a time for the tuned one.
import { readFile } from 'node:fs/promises';
import { despiteDeadlocks } from './batch.mjs';

/** How far a status is; `failed` counts only for who has not got the message. */
export const RANK = { queued: 0, accepted: 1, sent: 2, failed: 3, opted_out: 3, delivered: 4, read: 5 };

export async function prepare(pool, recipients) {
  await pool.query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));
  await pool.query(
    `INSERT INTO peer_bullmq.recipients (campaign_id, phone, name)
     SELECT 1, '9198' || (20000000 + n), 'Customer ' || n FROM generate_series(1, $1::int) AS n`,
    [recipients],
  );
  await pool.query('ANALYZE peer_bullmq.recipients');
}

/** Claims a page of the campaign: nobody else queues these rows. A process that dies now strands them. */
export async function claimPage(pool, size) {
  const { rows } = await pool.query(
    `UPDATE peer_bullmq.recipients SET status = 'queued'
     WHERE id IN (SELECT id FROM peer_bullmq.recipients
                  WHERE campaign_id = 1 AND status = 'pending'
                    AND NOT EXISTS (SELECT 1 FROM peer_bullmq.opt_outs WHERE opt_outs.phone = recipients.phone)
                  ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id::int, phone, name`,
    [size],
  );
  return rows;
}

const RESULT = `UPDATE peer_bullmq.recipients SET message_id = COALESCE($2, message_id),
    status = CASE WHEN rank < $4 THEN $3 ELSE status END, rank = GREATEST(rank, $4),
    sent_at = CASE WHEN $2::text IS NULL THEN sent_at ELSE now() END,
    failed_at = CASE WHEN $2::text IS NULL THEN now() ELSE failed_at END,
    error_code = $5, error_message = $6, next_retry_at = $7
  WHERE id = $1`;

/** What came of one request. */
export async function writeResult(pool, { id, messageId, status, code, message, retryAt }) {
  const values = [id, messageId ?? null, status, RANK[status], code ?? null, message ?? null, retryAt ?? null];
  await pool.query(RESULT, values);
}

const RESULTS = {
  name: 'results',
  text: `UPDATE peer_bullmq.recipients AS r SET message_id = COALESCE(v.message_id, r.message_id),
      status = CASE WHEN r.rank < v.rank THEN v.status ELSE r.status END, rank = GREATEST(r.rank, v.rank),
      sent_at = CASE WHEN v.message_id IS NULL THEN r.sent_at ELSE now() END,
      failed_at = CASE WHEN v.message_id IS NULL THEN now() ELSE r.failed_at END,
      error_code = v.code, error_message = v.message, next_retry_at = v.retry_at
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], $5::int[], $6::text[], $7::timestamptz[])
      AS v (id, message_id, status, rank, code, message, retry_at)
    WHERE r.id = v.id`,
};

/** What came of many requests. */
export async function writeResults(pool, results) {
  results.sort((a, b) => a.id - b.id);
  const column = (read) => results.map((one) => read(one) ?? null);
  const values = [
    column((one) => one.id),
    column((one) => one.messageId),
    column((one) => one.status),
    column((one) => RANK[one.status]),
    column((one) => one.code),
    column((one) => one.message),
    column((one) => one.retryAt),
  ];
  await despiteDeadlocks(() => pool.query({ ...RESULTS, values }));
}

export async function optOut(pool, phone) {
  await pool.query('INSERT INTO peer_bullmq.opt_outs (phone) VALUES ($1) ON CONFLICT DO NOTHING', [phone]);
}

const STATUS = `UPDATE peer_bullmq.recipients SET
    status = CASE WHEN rank < $3 THEN $2 ELSE status END, rank = GREATEST(rank, $3),
    sent_at = CASE WHEN $2 = 'sent' THEN COALESCE(sent_at, $4) ELSE sent_at END,
    delivered_at = CASE WHEN $2 = 'delivered' THEN COALESCE(delivered_at, $4) ELSE delivered_at END,
    read_at = CASE WHEN $2 = 'read' THEN COALESCE(read_at, $4) ELSE read_at END,
    failed_at = CASE WHEN $2 = 'failed' THEN COALESCE(failed_at, $4) ELSE failed_at END,
    error_code = COALESCE($5, error_code)
  WHERE id = $1`;

/** One status. */
export async function writeStatus(pool, { id, status, at, code }) {
  await pool.query(STATUS, [id, status, RANK[status] ?? 0, at, code ?? null]);
}

const STATUSES = {
  name: 'statuses',
  text: `UPDATE peer_bullmq.recipients AS r SET
      status = CASE WHEN r.rank < v.rank THEN v.status ELSE r.status END, rank = GREATEST(r.rank, v.rank),
      sent_at = COALESCE(r.sent_at, v.sent_at), delivered_at = COALESCE(r.delivered_at, v.delivered_at),
      read_at = COALESCE(r.read_at, v.read_at), failed_at = COALESCE(r.failed_at, v.failed_at),
      error_code = COALESCE(v.code, r.error_code)
    FROM unnest($1::bigint[], $2::text[], $3::smallint[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                $7::timestamptz[], $8::int[])
      AS v (id, status, rank, sent_at, delivered_at, read_at, failed_at, code)
    WHERE r.id = v.id`,
};

/** Many statuses: those of one recipient are folded first, since a statement changes a row once. */
export async function writeStatuses(pool, statuses) {
  const folded = new Map();
  for (const { id, status, at, code } of statuses) {
    const row = folded.get(id) ?? { id, status, rank: -1, times: {}, code: null };
    const rank = RANK[status] ?? 0;
    if (rank > row.rank) [row.status, row.rank] = [status, rank];
    row.times[status] ??= at;
    row.code ??= code ?? null;
    folded.set(id, row);
  }
  const rows = [...folded.values()].sort((a, b) => a.id - b.id);
  const times = (word) => rows.map((row) => row.times[word] ?? null);
  const values = [
    rows.map((row) => row.id),
    rows.map((row) => row.status),
    rows.map((row) => row.rank),
    times('sent'),
    times('delivered'),
    times('read'),
    times('failed'),
    rows.map((row) => row.code),
  ];
  await despiteDeadlocks(() => pool.query({ ...STATUSES, values }));
}

/** How many rows stand where. */
export async function tally(pool) {
  const { rows } = await pool.query('SELECT status, count(*)::int AS n FROM peer_bullmq.recipients GROUP BY status');
  return Object.fromEntries(rows.map((row) => [row.status, row.n]));
}
