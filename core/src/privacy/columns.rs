//! Where personal data lies: every column of every table, once. A test compares this list with the schema, so that no
//! migration adds a column without saying what becomes of it when a person is erased. docs/privacy.md tells operators.
//!
//! *Personal* is what says, or lets somebody work out, who a customer is or what was said to or by them. Ids of ours,
//! times, states and prices are not, once nothing leads from them to a person. What the organization writes about itself
//! (templates, names of campaigns, senders) is its own, and so are the people who work with it.

/// A table, and what is in it.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Columns that may say something about a person, with spaces in between.
    pub personal: &'static str,
    /// Columns that do not.
    pub harmless: &'static str,
    /// What becomes of the personal ones when the person is erased.
    pub erased: &'static str,
}

const fn harmless(name: &'static str, columns: &'static str) -> Table {
    Table { name, personal: "", harmless: columns, erased: "" }
}

/// All of them, in the order of the alphabet.
pub const TABLES: &[Table] = &[
    harmless(
        "alerts",
        "acknowledged_at digest first_seen_at id kind last_seen_at message organization_id raw sender_id \
         severity times waba_id",
    ),
    harmless(
        "api_keys",
        "created_at expires_at hash hint id last_used_at name organization_id revoked_at scopes",
    ),
    harmless("apps", "created_at id key name organization_id secret verify_token"),
    // nothing about a customer but their id, which leads nowhere once they are gone; append-only
    harmless(
        "audit_events",
        "action actor at changes id impersonator organization_id path request_id subject",
    ),
    harmless(
        "campaign_approvals",
        "campaign_id decided_at decided_by note organization_id requested_at requested_by status",
    ),
    harmless("campaign_counters", "bumps campaign_id n shard status"),
    harmless(
        "campaigns",
        "audience created_at description expand_cursor expanded_at failure finished_at id launched_at \
         max_attempts multi_day name next_run_at organization_id pause_at_failed_percent pause_at_opted_out_percent pause_seen \
         paused_at paused_reason purpose rate_per_minute recipients_erased_at repeats_id runs schedule_at \
         schedule_missed schedule_rule schedule_zone send_at_local sender_choice sender_ids status stop_at template_id \
         unknown_policy updated_at variables",
    ),
    Table {
        name: "consent_events",
        personal: "customer_id evidence method occurred_at purpose source state",
        harmless: "actor counted id organization_id recorded_at",
        erased: "deleted with the customer; the last word on marketing stays with the erasure",
    },
    Table {
        name: "consent_requests",
        personal: "customer_id message_id note",
        harmless: "asked_at closed_at created_at due_at id organization_id purpose status",
        erased: "deleted with the customer",
    },
    harmless("consent_settings", "organization_id settings updated_at"),
    Table {
        name: "customer_tags",
        personal: "customer_id tag",
        harmless: "organization_id",
        erased: "deleted with the customer",
    },
    Table {
        name: "customers",
        personal: "attributes bsuid last_inbound_at last_sender_id marketing_consent marketing_consent_at marketing_consent_method \
         marketing_consent_source merged_into name parent_bsuid phone time_zone username utility_consent \
         utility_consent_at utility_consent_method utility_consent_source wa_id",
        harmless: "created_at id organization_id updated_at",
        erased: "deleted, with those that were merged into it",
    },
    harmless("data_keys", "created_at id organization_id retired_at wrapped wrapped_by"),
    harmless("emails", "attempts body created_at id next_attempt_at recipient subject"),
    Table {
        name: "erasures",
        personal: "subject",
        harmless: "counts customer_id dry_run fence finished_at id last_word last_word_at organization_id place \
         requested_at requested_by stage status updated_at",
        erased: "sealed while the erasure runs, gone when it is over",
    },
    Table {
        name: "event_deliveries",
        personal: "error response_body",
        harmless: "attempts created_at delivered_at duration_ms event_id last_attempt_at leased_until next_attempt_at \
         organization_id response_status state subscription_id type updated_at",
        erased: "deleted with their events",
    },
    Table {
        name: "events",
        personal: "customer_id payload",
        harmless: "created_at id occurred_at organization_id type",
        erased: "deleted; that the customer was deleted is told, by id",
    },
    harmless("feeder_leases", "owner sender_id until_at"),
    Table {
        name: "idempotency_keys",
        personal: "answer",
        harmless: "created_at fingerprint key locked_until organization_id state",
        erased: "sealed, and dropped after a day",
    },
    Table {
        name: "import_numbers",
        personal: "phone",
        harmless: "import_id line run",
        erased: "deleted; there only while an import runs",
    },
    Table {
        name: "import_rejects",
        personal: "cells message",
        harmless: "code import_id line run",
        erased: "emptied where the row has the person's number",
    },
    harmless(
        "imports",
        "added byte_cursor campaign_id columns consent_source created_at delimiter dry_run duplicates \
         encoding failure file_name finished_at format id mapping organization_id rejected rows_read \
         rows_total run sha256 size started_at started_by status tags updated updated_at",
    ),
    harmless(
        "invitations",
        "accepted_at created_at email expires_at hash id invited_by organization_id revoked_at role",
    ),
    Table {
        name: "kept_changes",
        personal: "content",
        harmless: "digest field id kind note organization_id received_at sender_id waba_id",
        erased: "emptied where it names the person",
    },
    Table {
        name: "media",
        personal: "file_name provider_id provider_sha256 reason sha256 size",
        harmless: "created_at expires_at id message_id mime_type next_attempt_at organization_id origin sender_id \
         status tries updated_at",
        erased: "emptied and the bytes deleted, of what the person sent; uploads are the organization's",
    },
    harmless("media_uploads", "expires_at leased_until media_id provider_id sender_id uploaded_at"),
    harmless("members", "created_at organization_id role user_id"),
    Table {
        name: "message_attempts",
        personal: "error_detail wamid",
        harmless: "accepted_at attempt claimed_at code delivered_at error_title failed_at message_id read_at \
         sent_at unknown_at",
        erased: "error_detail emptied, wamid replaced by its SHA-256",
    },
    Table {
        name: "messages",
        personal: "bsuid content context_wamid customer_id error_detail phone variables wamid",
        harmless: "accepted_at attempt billable campaign_id claimed_at code conversation_expires_at conversation_id \
         conversation_origin cost cost_currency created_at decided_at delivered_at direction edited_at erased_at error_title \
         estimated_cost failed_at id kind lane market max_attempts media_id next_attempt_at organization_id origin \
         pricing_category pricing_model pricing_type purpose queued_until read_at reason responded_at \
         revoked_at sender_id sent_at status template_id tries unknown_at updated_at",
        erased: "emptied, wamid replaced by its SHA-256; the row stays and counts on",
    },
    harmless(
        "organizations",
        "country created_at email id launch_needs_approval name phone plan slug status suspended_at suspended_reason \
         trial_ends_at unknown_marketing unknown_transactional whatsapp_number",
    ),
    harmless("outbox", "body created_at id lane pushed_at"),
    harmless(
        "plans",
        "api_keys created_at members name order_fee_basis_points products senders storage_bytes title updated_at",
    ),
    // an id that leads nowhere once its person is gone, for a day: at the provider they count, too
    harmless("portfolio_people", "customer_id last_at organization_id portfolio"),
    harmless(
        "portfolios",
        "daily_people known_at organization_id portfolio source unlimited updated_at used",
    ),
    Table {
        name: "receipts",
        personal: "bsuid content phone wamid",
        harmless: "about digest id occurred_at organization_id received_at sender_id status",
        erased: "emptied where it names the person, wamid replaced by its SHA-256",
    },
    harmless("refresh_tokens", "created_at expires_at hash session_id used_at"),
    harmless(
        "retention_policies",
        "content_months due_at media_months organization_id recipients_months updated_at webhooks_months",
    ),
    harmless(
        "retention_runs",
        "counts dry_run finished_at id organization_id periods place requested_by stage started_at status \
         updated_at",
    ),
    harmless(
        "senders",
        "access_token app_id created_at granted_at granted_mps id learned_at learned_mps mps mps_chosen name name_at \
         name_status organization_id paused_reason phone phone_number_id portfolio_id quality quality_at status \
         throttled_at updated_at username username_at username_status waba_id",
    ),
    harmless("sending_policies", "organization_id policy updated_at"),
    harmless(
        "sessions",
        "address created_at expires_at id impersonator last_used_at organization_id revoked_at revoked_reason \
         user_agent user_id",
    ),
    harmless("subscription_types", "organization_id subscription_id type"),
    harmless(
        "subscriptions",
        "created_at description disabled_at disabled_reason event_types failing_since failures id \
         organization_id previous_expires_at previous_secret rests_until rotated_at secret status \
         updated_at url",
    ),
    harmless("suppression_keys", "created_at organization_id sealed"),
    Table {
        name: "suppressions",
        personal: "hash reason removed_reason",
        harmless: "actor created_at id kind organization_id purpose removed_at removed_by suppressed_at",
        erased: "kept: a \"no\" outlives the person, as a hash that names nobody without its key",
    },
    harmless(
        "template_syncs",
        "error finished_at found id next_page organization_id requested_at started_at status waba_id",
    ),
    harmless(
        "templates",
        "category category_at change_error components components_at created_at example_handles id language name \
         next_category next_components organization_id parameter_format pending_change provider_id \
         quality quality_at status status_at status_reason synced_at unsupported updated_at waba_id",
    ),
    harmless("token_keys", "created_at kid retired_at secret"),
    Table {
        name: "unrouted_statuses",
        personal: "opaque wamid",
        harmless: "id occurred_at phone_number_id received_at status",
        erased: "nobody's; dropped after webhooks.keep_days",
    },
    harmless("user_tokens", "created_at expires_at hash purpose used_at user_id"),
    harmless(
        "users",
        "created_at disabled_at email email_verified_at id name password_hash platform_admin recovery_codes \
         totp_enabled_at totp_last_step totp_secret updated_at",
    ),
    Table {
        name: "webhook_events",
        personal: "body",
        harmless: "app_id handled_at id note received_at status",
        erased: "what names the person is taken out; the rest stays",
    },
];
