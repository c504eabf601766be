-- The peer's tables: what the design documents draw, in a schema of their own, with the indexes the queries use.
DROP SCHEMA IF EXISTS peer_bullmq CASCADE;
CREATE SCHEMA peer_bullmq;

CREATE TABLE peer_bullmq.recipients (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id   integer NOT NULL,
    phone         text NOT NULL,
    name          text NOT NULL,
    status        text NOT NULL DEFAULT 'pending',
    -- how far it got: a status that comes late never takes a later one back
    rank          smallint NOT NULL DEFAULT 0,
    message_id    text,
    sent_at       timestamptz,
    delivered_at  timestamptz,
    read_at       timestamptz,
    failed_at     timestamptz,
    error_code    integer,
    error_message text,
    next_retry_at timestamptz,
    UNIQUE (campaign_id, phone)
);
CREATE INDEX recipients_pending ON peer_bullmq.recipients (campaign_id, id) WHERE status = 'pending';
CREATE INDEX recipients_message ON peer_bullmq.recipients (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE peer_bullmq.opt_outs (
    phone text PRIMARY KEY,
    at    timestamptz NOT NULL DEFAULT now()
);
