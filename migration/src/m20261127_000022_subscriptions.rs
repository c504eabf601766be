//! What integrators are told: subscriptions, the events that happened, and their deliveries.

crate::ddl::migration!(
    &[
        "CREATE TABLE subscriptions (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            url TEXT NOT NULL,
            description TEXT,
            event_types TEXT NOT NULL,
            status TEXT NOT NULL,
            disabled_reason TEXT,
            disabled_at BIGINT,
            secret TEXT NOT NULL,
            previous_secret TEXT,
            previous_expires_at BIGINT,
            rotated_at BIGINT,
            failures INTEGER NOT NULL,
            failing_since BIGINT,
            rests_until BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX subscriptions_organization ON subscriptions (organization_id, id)",
        // who wants what, of the active ones only: asked wherever something happens
        "CREATE TABLE subscription_types (
            organization_id {id} NOT NULL,
            type TEXT NOT NULL,
            subscription_id {id} NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
            PRIMARY KEY (organization_id, type, subscription_id)
        )",
        "CREATE INDEX subscription_types_subscription ON subscription_types (subscription_id)",
        "CREATE TABLE events (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL,
            type TEXT NOT NULL,
            customer_id {id},
            payload TEXT NOT NULL,
            occurred_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL
        )",
        "CREATE INDEX events_created ON events (created_at)",
        "CREATE INDEX events_customer ON events (customer_id) WHERE customer_id IS NOT NULL",
        // no reference to subscriptions: one that is removed in the same moment must not fail what happened
        "CREATE TABLE event_deliveries (
            subscription_id {id} NOT NULL,
            event_id {id} NOT NULL REFERENCES events (id) ON DELETE CASCADE,
            organization_id {id} NOT NULL,
            type TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            next_attempt_at BIGINT,
            leased_until BIGINT,
            last_attempt_at BIGINT,
            duration_ms BIGINT,
            response_status INTEGER,
            response_body TEXT,
            error TEXT,
            delivered_at BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            PRIMARY KEY (subscription_id, event_id)
        )",
        "CREATE INDEX event_deliveries_event ON event_deliveries (event_id)",
        "CREATE INDEX event_deliveries_due ON event_deliveries (subscription_id, next_attempt_at)
            WHERE state = 'pending'",
        "CREATE INDEX event_deliveries_sending ON event_deliveries (subscription_id, leased_until)
            WHERE state = 'sending'",
        "CREATE INDEX event_deliveries_failed ON event_deliveries (subscription_id, created_at)
            WHERE state = 'failed'",
    ],
    &[
        "DROP TABLE event_deliveries",
        "DROP TABLE events",
        "DROP TABLE subscription_types",
        "DROP TABLE subscriptions",
    ]
);
