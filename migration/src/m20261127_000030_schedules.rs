//! When campaigns go out, how often, and when they stop by themselves.

crate::ddl::migration!(
    &[
        // the wall time and its zone are the truth; the next moment follows from them
        "ALTER TABLE campaigns ADD COLUMN schedule_at TEXT",
        "ALTER TABLE campaigns ADD COLUMN schedule_zone TEXT",
        "ALTER TABLE campaigns ADD COLUMN schedule_rule TEXT",
        "ALTER TABLE campaigns ADD COLUMN schedule_missed TEXT",
        "ALTER TABLE campaigns ADD COLUMN next_run_at BIGINT",
        "ALTER TABLE campaigns ADD COLUMN runs INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE campaigns ADD COLUMN repeats_id {id}",
        "ALTER TABLE campaigns ADD COLUMN send_at_local TEXT",
        "ALTER TABLE campaigns ADD COLUMN stop_at BIGINT",
        "ALTER TABLE campaigns ADD COLUMN pause_at_failed_percent INTEGER",
        "ALTER TABLE campaigns ADD COLUMN pause_at_opted_out_percent INTEGER",
        "ALTER TABLE campaigns ADD COLUMN pause_seen TEXT",
        "CREATE INDEX campaigns_due ON campaigns (next_run_at) WHERE status = 'scheduled'",
        "CREATE INDEX campaigns_stopping ON campaigns (stop_at)
            WHERE stop_at IS NOT NULL AND status IN ('running', 'settling', 'paused')",
        "CREATE INDEX campaigns_repeats ON campaigns (repeats_id, id) WHERE repeats_id IS NOT NULL",
        "CREATE INDEX campaigns_completed ON campaigns (finished_at) WHERE status = 'completed'",
    ],
    &[
        "DROP INDEX campaigns_completed",
        "DROP INDEX campaigns_repeats",
        "DROP INDEX campaigns_stopping",
        "DROP INDEX campaigns_due",
        "ALTER TABLE campaigns DROP COLUMN pause_seen",
        "ALTER TABLE campaigns DROP COLUMN pause_at_opted_out_percent",
        "ALTER TABLE campaigns DROP COLUMN pause_at_failed_percent",
        "ALTER TABLE campaigns DROP COLUMN stop_at",
        "ALTER TABLE campaigns DROP COLUMN send_at_local",
        "ALTER TABLE campaigns DROP COLUMN repeats_id",
        "ALTER TABLE campaigns DROP COLUMN runs",
        "ALTER TABLE campaigns DROP COLUMN next_run_at",
        "ALTER TABLE campaigns DROP COLUMN schedule_missed",
        "ALTER TABLE campaigns DROP COLUMN schedule_rule",
        "ALTER TABLE campaigns DROP COLUMN schedule_zone",
        "ALTER TABLE campaigns DROP COLUMN schedule_at",
    ]
);
