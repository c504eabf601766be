//! Jobs that have no state row of their own: written in the transaction that causes them, deleted by the one that
//! does them.

crate::ddl::migration!(
    &[
        "CREATE TABLE outbox (
            id {id} PRIMARY KEY,
            lane TEXT NOT NULL,
            body TEXT NOT NULL,
            pushed_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL
        )",
        "CREATE INDEX outbox_pushed ON outbox (pushed_at)",
    ],
    &["DROP TABLE outbox"]
);
