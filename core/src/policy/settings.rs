//! What an organization decided, and what holds where it decided nothing.

use super::hours::Hours;
use super::zones;
use crate::clock::Timestamp;
use crate::config::PolicyConfig;
use crate::context::{Services, Tx};
use crate::error::{Error, Problem, Result};
use crate::ids::OrganizationId;
use crate::phone;
use crate::words::words;
use chrono_tz::Tz;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};

/// Rows of `sending_policies`.
pub mod entity {
    use crate::clock::Timestamp;
    use crate::ids::OrganizationId;
    use sea_orm::entity::prelude::*;

    /// The policy of one organization; without a row the installation's defaults hold.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sending_policies")]
    pub struct Model {
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization_id: OrganizationId,
        /// JSON as [`super::SendingPolicy`] reads it; text, because every claim reads it along with its rows.
        pub policy: String,
        /// When it last changed.
        pub updated_at: Timestamp,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// At most so many marketing messages may be allowed, in so many days at most.
const MOST_MESSAGES: u32 = 100;
const MOST_DAYS: u32 = 90;
/// At most so many countries are named.
const MOST_COUNTRIES: usize = 300;

words! {
    /// What becomes of a marketing message to somebody who has had enough of them.
    pub enum Over {
        /// It is not sent.
        Skip = "skip",
        /// It waits until the person may get another one.
        Wait = "wait",
    }
}

/// How much marketing one person gets, counted over all campaigns and single messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frequency {
    /// At most so many.
    pub messages: u32,
    /// Within so many days, counted back from the moment of sending.
    pub days: u32,
    /// What becomes of one too many.
    pub over: Over,
}

/// What holds when a message is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendingPolicy {
    /// When marketing goes out, by the clock where the person lives; `None`: at any time.
    pub marketing_hours: Option<Hours>,
    /// The zone (IANA) of people about whose place nothing is known; `None`: UTC.
    pub time_zone: Option<String>,
    /// How much marketing one person gets; `None`: as much as you send.
    pub frequency: Option<Frequency>,
    /// Countries (ISO 3166) no template is sent to.
    pub blocked_countries: Vec<String>,
    /// Whether marketing to numbers of the United States is tried. WhatsApp does not deliver it since 2025-04-01
    /// ("Per-user marketing template message limits"), and each try counts as a failure.
    pub us_marketing: bool,
    /// Whether marketing of a number waits while its quality is red: one more complaint may cost the number.
    pub hold_while_red: bool,
}

impl SendingPolicy {
    /// What holds where nothing was decided.
    pub fn default_of(config: &PolicyConfig) -> Self {
        let hours = Hours::parse(&config.marketing_from, &config.marketing_until, config.weekends);
        let frequency =
            Frequency { messages: config.marketing_messages, days: config.marketing_days, over: Over::Skip };
        Self {
            // both empty: at any time; what cannot be read is refused when the process starts
            marketing_hours: hours.ok(),
            time_zone: None,
            frequency: (config.marketing_messages > 0).then_some(frequency),
            blocked_countries: Vec::new(),
            us_marketing: false,
            hold_while_red: true,
        }
    }

    /// The zone of people about whose place nothing is known.
    pub fn fallback(&self) -> Tz {
        self.time_zone.as_deref().and_then(zones::parse).unwrap_or(Tz::UTC)
    }

    /// Whether a country is one nobody is written to.
    pub fn blocks(&self, country: &str) -> bool {
        self.blocked_countries.iter().any(|blocked| blocked == country)
    }

    /// Everything wrong with it.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut bad =
            |field: String, code, message: String| problems.push(Problem::new(field, code, message));
        if let Some(zone) = &self.time_zone
            && zones::parse(zone).is_none()
        {
            let message = format!("`{zone}` is no time zone; write it like Asia/Kolkata");
            bad("time_zone".into(), "unknown_time_zone", message);
        }
        if let Some(Frequency { messages, days, .. }) = self.frequency {
            if !(1..=MOST_MESSAGES).contains(&messages) {
                let message = format!("between 1 and {MOST_MESSAGES}; leave `frequency` out for no cap");
                bad("frequency.messages".into(), "invalid_frequency", message);
            }
            if !(1..=MOST_DAYS).contains(&days) {
                bad("frequency.days".into(), "invalid_frequency", format!("between 1 and {MOST_DAYS} days"));
            }
        }
        if self.blocked_countries.len() > MOST_COUNTRIES {
            let message = format!("at most {MOST_COUNTRIES} countries");
            bad("blocked_countries".into(), "invalid_count", message);
        }
        for (place, country) in self.blocked_countries.iter().enumerate() {
            if !phone::is_country(country) {
                let message = format!("`{country}` is no country; write it like IN (ISO 3166)");
                bad(format!("blocked_countries[{place}]"), "unknown_country", message);
            }
        }
        if self.us_marketing && self.blocks("US") {
            let message = "marketing to the United States cannot be wanted while the country is blocked";
            bad("us_marketing".into(), "contradictory_policy", message.into());
        }
        problems
    }
}

/// What holds for an organization.
pub async fn of(
    conn: &impl ConnectionTrait,
    services: &Services,
    organization: OrganizationId,
) -> Result<SendingPolicy> {
    let row = entity::Entity::find_by_id(organization).one(conn).await?;
    read(row.map(|row| row.policy).as_deref(), services)
}

/// A stored policy, or the default where there is none.
///
/// # Errors
/// `Internal` when it cannot be read.
pub fn read(stored: Option<&str>, services: &Services) -> Result<SendingPolicy> {
    match stored {
        Some(stored) => serde_json::from_str(stored)
            .map_err(|error| Error::internal(format!("a sending policy cannot be read: {error}"))),
        None => Ok(SendingPolicy::default_of(&services.config.policy)),
    }
}

/// Whether any organization's policy changed since a moment.
pub async fn changed_since(services: &Services, since: Timestamp) -> Result<bool> {
    let changed =
        entity::Entity::find().filter(entity::Column::UpdatedAt.gt(since)).one(services.db.read()).await?;
    Ok(changed.is_some())
}

/// Replaces an organization's policy. Messages that wait for hours are judged by the new
/// one within moments, all others when they come up.
///
/// # Errors
/// `Invalid` with everything wrong with it.
pub async fn write(tx: &Tx, organization_id: OrganizationId, policy: &SendingPolicy) -> Result<()> {
    let problems = policy.problems();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let policy = serde_json::to_string(policy).map_err(Error::internal)?;
    let updated_at: Timestamp = tx.now();
    let replace = OnConflict::column(entity::Column::OrganizationId)
        .update_columns([entity::Column::Policy, entity::Column::UpdatedAt])
        .to_owned();
    entity::Entity::insert(entity::Model { organization_id, policy, updated_at }.into_active_model())
        .on_conflict(replace)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
