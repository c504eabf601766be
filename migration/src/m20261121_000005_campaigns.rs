//! Campaigns and their counters.
//!
//! Counters are rows of deltas: each worker adds to a shard of its own, so workers never wait for one another's
//! commits; a reader adds the shards up. `bumps` only grows, so its sum is the version of the numbers.

crate::ddl::migration!(
    &[
        "CREATE TABLE campaigns (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            name TEXT NOT NULL,
            description TEXT,
            status TEXT NOT NULL,
            template_id {id} NOT NULL REFERENCES templates (id),
            purpose TEXT NOT NULL,
            sender_ids {json} NOT NULL,
            audience {json} NOT NULL,
            variables {json} NOT NULL,
            rate_per_minute INTEGER,
            max_attempts INTEGER NOT NULL,
            unknown_policy TEXT NOT NULL,
            expand_cursor TEXT,
            expanded_at BIGINT,
            failure TEXT,
            launched_at BIGINT,
            paused_at BIGINT,
            finished_at BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX campaigns_organization ON campaigns (organization_id, id)",
        "CREATE INDEX campaigns_active ON campaigns (status)
            WHERE status IN ('preparing', 'running', 'settling')",
        "CREATE TABLE campaign_counters (
            campaign_id {id} NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
            shard INTEGER NOT NULL,
            status TEXT NOT NULL,
            n BIGINT NOT NULL,
            bumps BIGINT NOT NULL,
            PRIMARY KEY (campaign_id, shard, status)
        )",
    ],
    &["DROP TABLE campaign_counters", "DROP TABLE campaigns"]
);
