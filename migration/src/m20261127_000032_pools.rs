//! Which of a campaign's numbers a person is sent to from.

crate::ddl::migration!(
    &[
        "ALTER TABLE campaigns ADD COLUMN sender_choice TEXT NOT NULL DEFAULT 'spread'",
        // the number they last wrote to
        "ALTER TABLE customers ADD COLUMN last_sender_id {id}",
    ],
    &["ALTER TABLE customers DROP COLUMN last_sender_id", "ALTER TABLE campaigns DROP COLUMN sender_choice"]
);
