//! The ledger: every message to or from a customer, the attempts before the current one, and the statuses that
//! belong to no message of ours.

crate::ddl::migration!(
    &[
        "CREATE TABLE messages (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL,
            direction TEXT NOT NULL,
            lane TEXT NOT NULL,
            kind TEXT NOT NULL,
            purpose TEXT NOT NULL,
            campaign_id {id},
            customer_id {id},
            sender_id {id} NOT NULL,
            template_id {id},
            phone TEXT,
            bsuid TEXT,
            variables TEXT,
            content TEXT,
            status TEXT NOT NULL,
            reason TEXT,
            code INTEGER,
            error_title TEXT,
            error_detail TEXT,
            attempt INTEGER NOT NULL DEFAULT 0,
            tries INTEGER NOT NULL DEFAULT 0,
            max_attempts INTEGER NOT NULL DEFAULT 3,
            wamid TEXT,
            next_attempt_at BIGINT,
            queued_until BIGINT,
            claimed_at BIGINT,
            accepted_at BIGINT,
            sent_at BIGINT,
            delivered_at BIGINT,
            read_at BIGINT,
            failed_at BIGINT,
            unknown_at BIGINT,
            decided_at BIGINT,
            responded_at BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE UNIQUE INDEX messages_campaign_customer ON messages (campaign_id, customer_id)
            WHERE campaign_id IS NOT NULL",
        "CREATE INDEX messages_campaign_status ON messages (campaign_id, status, id)
            WHERE campaign_id IS NOT NULL",
        "CREATE INDEX messages_customer ON messages (customer_id, id)",
        "CREATE INDEX messages_organization ON messages (organization_id, id)",
        "CREATE INDEX messages_wamid ON messages (wamid) WHERE wamid IS NOT NULL",
        "CREATE UNIQUE INDEX messages_inbound ON messages (sender_id, wamid) WHERE direction = 'in'",
        // What the feeder and the reaper look for is a sliver of the table, so their indexes are partial.
        "CREATE INDEX messages_due ON messages (sender_id, campaign_id, next_attempt_at)
            WHERE status IN ('pending', 'held')",
        "CREATE INDEX messages_queued ON messages (sender_id, queued_until) WHERE status = 'queued'",
        "CREATE INDEX messages_sending ON messages (claimed_at) WHERE status = 'sending'",
        "CREATE INDEX messages_unknown ON messages (unknown_at)
            WHERE status = 'unknown' AND decided_at IS NULL",
        "CREATE TABLE message_attempts (
            message_id {id} NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            wamid TEXT,
            code INTEGER,
            error_title TEXT,
            error_detail TEXT,
            claimed_at BIGINT,
            accepted_at BIGINT,
            sent_at BIGINT,
            delivered_at BIGINT,
            read_at BIGINT,
            failed_at BIGINT,
            unknown_at BIGINT,
            PRIMARY KEY (message_id, attempt)
        )",
        "CREATE INDEX message_attempts_wamid ON message_attempts (wamid)",
        "CREATE TABLE unrouted_statuses (
            id {id} PRIMARY KEY,
            phone_number_id TEXT,
            wamid TEXT,
            opaque TEXT,
            status TEXT NOT NULL,
            occurred_at BIGINT,
            received_at BIGINT NOT NULL
        )",
        "CREATE INDEX unrouted_statuses_wamid ON unrouted_statuses (wamid)",
    ],
    &["DROP TABLE unrouted_statuses", "DROP TABLE message_attempts", "DROP TABLE messages"]
);
