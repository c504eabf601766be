//! One error for the whole domain, unaware of HTTP: it says what happened and, for a caller, which field and what to
//! do; what an operator needs travels in `source` and is never shown to a caller.

use crate::ratelimit::throttle::Allowance;
use sea_orm::{DbErr, RuntimeErr};

/// A result of the domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing wrong with what a caller gave us.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Where: a path like `recipients[3].phone`.
    pub field: String,
    /// Stable machine code, like `invalid_phone`.
    pub code: &'static str,
    /// One sentence for a person.
    pub message: String,
}

impl Problem {
    /// A problem with one field.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// What can go wrong in a use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or belongs to another organization (the caller must not learn which).
    #[error("there is no {kind} {id}")]
    NotFound {
        /// What was looked for, in the glossary's word.
        kind: &'static str,
        /// As the caller gave it.
        id: String,
    },
    /// It is there, but in a state that does not allow this, or somebody else was first.
    #[error("{message}")]
    Conflict {
        /// Stable machine code, like `campaign_not_draft`.
        code: &'static str,
        /// One sentence for a person.
        message: String,
    },
    /// What the caller gave is wrong; nothing was written.
    #[error("{}", .0.first().map_or("invalid input", |p| p.message.as_str()))]
    Invalid(Vec<Problem>),
    /// The caller is known but may not do this.
    #[error("{message}")]
    Forbidden {
        /// Stable machine code, like `missing_permission`.
        code: &'static str,
        /// One sentence for a person.
        message: String,
    },
    /// The organization's plan does not reach that far.
    #[error("{message}")]
    OverPlan {
        /// Stable machine code, like `plan_limit_reached`.
        code: &'static str,
        /// One sentence for a person.
        message: String,
    },
    /// Who the caller is, is not proved.
    #[error("{message}")]
    Unproved {
        /// Stable machine code, like `invalid_credentials`.
        code: &'static str,
        /// One sentence for a person.
        message: String,
    },
    /// The caller asked more often than a quota allows.
    #[error("too many requests; try again later")]
    TooOften(Allowance),
    /// Something we stand on is away (database, Redis, provider): the same call may work in a moment.
    #[error("{what} is not available")]
    Unavailable {
        /// What is away.
        what: &'static str,
        /// For the operator.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A bug or corrupt data: the operator has to look.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// Nothing of this kind has this id here.
    pub fn not_found(kind: &'static str, id: impl ToString) -> Self {
        Self::NotFound { kind, id: id.to_string() }
    }

    /// The state does not allow it.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }

    /// The caller has not proved who they are.
    pub fn unproved(code: &'static str, message: impl Into<String>) -> Self {
        Self::Unproved { code, message: message.into() }
    }

    /// The caller may not do this.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::Forbidden { code, message: message.into() }
    }

    /// The organization's plan does not reach that far.
    pub fn over_plan(code: &'static str, message: impl Into<String>) -> Self {
        Self::OverPlan { code, message: message.into() }
    }

    /// One wrong field.
    pub fn invalid(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(field, code, message)])
    }

    /// For an insert whose only expected failure is that somebody else was first.
    pub fn unless_taken(error: DbErr, code: &'static str, message: &str) -> Self {
        match error.sql_err() {
            Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Self::conflict(code, message),
            _ => error.into(),
        }
    }

    /// Should never happen; says where to look.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// True when the world is at fault and the same work may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let transient = match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
            DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => transient(e),
            _ => false,
        };
        if transient {
            Self::Unavailable { what: "the database", source: error.into() }
        } else {
            Self::Internal(error.to_string())
        }
    }
}

/// Connection trouble, shutdowns, serialization failures and deadlocks pass; the rest are bugs.
fn transient(error: &sea_orm::SqlxError) -> bool {
    use sea_orm::sqlx::Error as Sqlx;
    match error {
        Sqlx::Io(_) | Sqlx::Tls(_) | Sqlx::Protocol(_) | Sqlx::PoolTimedOut | Sqlx::PoolClosed => true,
        Sqlx::WorkerCrashed => true,
        Sqlx::Database(e) => e.code().is_some_and(|code| {
            // SQLSTATE classes: 08 connection, 40 rollback, 53 resources, 57P0x shutdown; SQLite's busy and locked
            ["08", "40", "53", "57P0"].iter().any(|class| code.starts_with(class))
                || code == "5"
                || code == "6"
        }),
        _ => false,
    }
}
