//! News about numbers, accounts and templates. What a provider's event asks for is decided where it is read; here it is
//! told in words no provider owns.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::alerts::Severity;
use crate::senders::port::{DailyPeople, Quality};
use crate::templates::news::TemplateNews;

/// Something about a number or an account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountChange {
    /// The provider's name for the area (`account_update`, …).
    pub field: String,
    /// The account concerned, or the portfolio where the change is about that.
    pub waba_id: Option<String>,
    /// The number concerned, by the provider's id.
    pub phone_number_id: Option<String>,
    /// The number concerned, as people dial it: digits only.
    pub number: Option<String>,
    /// When; `None` if missing or unreadable.
    pub at: Option<DateTime<Utc>>,
    /// What happened, in a stable word.
    pub kind: String,
    /// What it asks for.
    pub effects: Vec<AccountEffect>,
    /// What people should know.
    pub notice: Option<Notice>,
    /// The change as given.
    pub value: Value,
}

/// What news about an account asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountEffect {
    /// The senders concerned may not send; the reason in words.
    Pause(String),
    /// How customers receive a number's messages.
    Quality(Quality),
    /// What became of the name a number shows.
    Name {
        /// The provider's word.
        status: String,
        /// The name, once it is shown.
        shown: Option<String>,
    },
    /// What became of the name a number is found by.
    Username {
        /// The provider's word.
        status: String,
        /// The name; `None` once it is gone.
        username: Option<String>,
    },
    /// Messages per second a number is granted.
    Throughput(i32),
    /// People the portfolio may write to first within 24 hours.
    DailyPeople(DailyPeople),
}

/// What people should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How bad.
    pub severity: Severity,
    /// One or two sentences: what happened, and what to do.
    pub message: String,
}

/// A template stands differently.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateChange {
    /// The account it belongs to.
    pub waba_id: Option<String>,
    /// When; `None` if missing or unreadable.
    pub at: Option<DateTime<Utc>>,
    /// What is new.
    pub news: TemplateNews,
    /// The change as given.
    pub value: Value,
}
