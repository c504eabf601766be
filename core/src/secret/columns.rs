//! Every column that holds something sealed. A place can only be made from this list, so that the keys of all of them
//! can be rotated; a test fails when the schema has a column that is named like a secret and does not stand here.

use crate::ids::OrganizationId;

/// A sender's access token.
pub const SENDER_TOKEN: SealedColumn = SealedColumn::of_organization("senders", "access_token", "id");
/// What signs an app's webhooks.
pub const APP_SECRET: SealedColumn = SealedColumn::of_organization("apps", "secret", "id");
/// What proves an app's webhook address.
pub const APP_VERIFY_TOKEN: SealedColumn = SealedColumn::of_organization("apps", "verify_token", "id");
/// The answer an `Idempotency-Key` stands for: it may hold a verify token, and people's data.
pub const IDEMPOTENT_ANSWER: SealedColumn =
    SealedColumn::of_organization("idempotency_keys", "answer", "key");

/// The secret of a person's authenticator app.
pub const TOTP_SECRET: SealedColumn = SealedColumn::of_installation("users", "totp_secret", "id");
/// What signs access tokens.
pub const TOKEN_KEY: SealedColumn = SealedColumn::of_installation("token_keys", "secret", "kid");
/// What an email that waits says: it may hold a token.
pub const EMAIL_BODY: SealedColumn = SealedColumn::of_installation("emails", "body", "id");

/// What signs events posted to an integrator.
pub const SUBSCRIPTION_SECRET: SealedColumn = SealedColumn::of_organization("subscriptions", "secret", "id");
/// What signed them before, and does for a while.
pub const SUBSCRIPTION_PREVIOUS: SealedColumn =
    SealedColumn::of_organization("subscriptions", "previous_secret", "id");

/// Whom an erasure that runs is about.
pub const ERASURE_SUBJECT: SealedColumn = SealedColumn::of_organization("erasures", "subject", "id");

/// What an organization's suppression list is hashed with, and its people's links are made with.
pub const SUPPRESSION_KEY: SealedColumn =
    SealedColumn::of_organization("suppression_keys", "sealed", "organization_id");

/// All of them.
pub const ALL: [SealedColumn; 11] = [
    SENDER_TOKEN,
    APP_SECRET,
    APP_VERIFY_TOKEN,
    IDEMPOTENT_ANSWER,
    TOTP_SECRET,
    TOKEN_KEY,
    EMAIL_BODY,
    SUBSCRIPTION_SECRET,
    SUBSCRIPTION_PREVIOUS,
    ERASURE_SUBJECT,
    SUPPRESSION_KEY,
];

/// Whose data key seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whose {
    /// An organization's own.
    Organization(OrganizationId),
    /// The installation's: for what belongs to no organization, or to several.
    Installation,
}

impl Whose {
    /// The organization, as rows have it.
    pub fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Organization(id) => Some(id),
            Self::Installation => None,
        }
    }
}

impl From<OrganizationId> for Whose {
    fn from(id: OrganizationId) -> Self {
        Self::Organization(id)
    }
}

impl From<Option<OrganizationId>> for Whose {
    fn from(id: Option<OrganizationId>) -> Self {
        id.map_or(Self::Installation, Self::Organization)
    }
}

impl std::fmt::Display for Whose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Organization(id) => id.fmt(f),
            Self::Installation => f.write_str("installation"),
        }
    }
}

/// A column that holds something sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedColumn {
    /// Its table.
    pub table: &'static str,
    /// Its name.
    pub column: &'static str,
    /// The column that tells the rows of one organization, or of the installation, apart.
    pub row: &'static str,
    /// True when the table has an `organization_id` and the organization's data key seals.
    pub of_organization: bool,
}

impl SealedColumn {
    /// A column of a table that belongs to organizations.
    pub const fn of_organization(table: &'static str, column: &'static str, row: &'static str) -> Self {
        Self { table, column, row, of_organization: true }
    }

    /// A column of a table that belongs to the installation, like people who may be members of several organizations.
    pub const fn of_installation(table: &'static str, column: &'static str, row: &'static str) -> Self {
        Self { table, column, row, of_organization: false }
    }

    /// Where one row's secret is sealed.
    pub fn place(&self, whose: impl Into<Whose>, row: impl ToString) -> Place {
        Place { whose: whose.into(), column: *self, row: row.to_string() }
    }

    /// True when this column's secrets are sealed by keys of this kind.
    pub(super) fn belongs_to(&self, whose: Whose) -> bool {
        self.of_organization == whose.organization().is_some()
    }
}

impl std::fmt::Display for SealedColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.table, self.column)
    }
}

/// Where a secret is sealed: it opens nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub(super) whose: Whose,
    column: SealedColumn,
    row: String,
}

impl Place {
    /// What is authenticated with the secret: organization, table, column, row. Only the last may hold a bar, so no two
    /// places are written alike.
    pub(super) fn context(&self) -> String {
        format!("{}|{}|{}|{}", self.whose, self.column.table, self.column.column, self.row)
    }
}

/// For errors. Without the row: that may be whatever a caller chose.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.column, self.whose)
    }
}
