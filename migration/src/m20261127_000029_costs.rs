//! What messages cost: the market, what was expected, and what was charged, in millionths of a currency.

crate::ddl::migration!(
    &[
        "ALTER TABLE messages ADD COLUMN market TEXT",
        "ALTER TABLE messages ADD COLUMN estimated_cost BIGINT",
        "ALTER TABLE messages ADD COLUMN cost BIGINT",
        "ALTER TABLE messages ADD COLUMN cost_currency TEXT",
    ],
    &[
        "ALTER TABLE messages DROP COLUMN cost_currency",
        "ALTER TABLE messages DROP COLUMN cost",
        "ALTER TABLE messages DROP COLUMN estimated_cost",
        "ALTER TABLE messages DROP COLUMN market",
    ]
);
