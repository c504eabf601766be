//! What an organization decides about consent: the words that mean "stop", and whether an opt-in has to be confirmed.

use super::keywords::Keywords;
use super::{ConsentMethod, ConsentPurpose, ConsentState, Said};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::{Error, Problem, Result};
use crate::ids::{OrganizationId, SenderId, TemplateId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows of `consent_settings`.
pub mod entity {
    use crate::clock::Timestamp;
    use crate::ids::OrganizationId;
    use sea_orm::entity::prelude::*;

    /// The settings of one organization; without a row the defaults hold.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "consent_settings")]
    pub struct Model {
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization_id: OrganizationId,
        /// A JSON object as [`super::Settings`] reads it.
        pub settings: Json,
        /// When they last changed.
        pub updated_at: Timestamp,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Most words in a list.
const MOST_WORDS: usize = 100;
/// Longest word.
const LONGEST_WORD: usize = 40;
/// A question may wait for its answer so many days.
pub const MOST_DAYS: u32 = 90;

/// What an organization decides about consent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What people write.
    pub keywords: Keywords,
    /// Double opt-in.
    pub confirmation: Confirmation,
}

/// Double opt-in: which yeses have to be confirmed by the person, and how they are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Confirmation {
    /// A yes to marketing that comes this way is `pending` until the person confirms it; empty: none.
    pub methods: Vec<ConsentMethod>,
    /// The question: an approved utility template.
    pub template: Option<TemplateId>,
    /// The number that asks.
    pub sender: Option<SenderId>,
    /// The template's values, the same for everybody.
    pub variables: BTreeMap<String, String>,
    /// Whoever did not answer after so many days is where they were before.
    pub days: u32,
}

impl Default for Confirmation {
    fn default() -> Self {
        Self { methods: Vec::new(), template: None, sender: None, variables: BTreeMap::new(), days: 7 }
    }
}

impl Settings {
    /// A word as it counts here: a yes that has to be confirmed is none yet.
    pub(super) fn weigh(&self, said: Said) -> Said {
        let unconfirmed = said.state == ConsentState::OptedIn
            && said.purpose == ConsentPurpose::Marketing
            && self.confirmation.methods.contains(&said.method);
        if unconfirmed { Said { state: ConsentState::Pending, ..said } } else { said }
    }

    /// Everything wrong with them that can be seen without looking anything up.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let words = &self.keywords;
        for (field, list) in [
            ("stop_words", &words.stop),
            ("stop_all_words", &words.stop_all),
            ("start_words", &words.start),
            ("yes_words", &words.yes),
            ("no_words", &words.no),
        ] {
            if list.len() > MOST_WORDS {
                let message = format!("at most {MOST_WORDS} words");
                problems.push(Problem::new(field, "invalid_count", message));
            }
            for (place, word) in list.iter().enumerate() {
                let length = super::keywords::plain(word).chars().count();
                if !(1..=LONGEST_WORD).contains(&length) {
                    let message = format!("a keyword has 1 to {LONGEST_WORD} letters");
                    problems.push(Problem::new(format!("{field}[{place}]"), "invalid_keyword", message));
                }
            }
        }
        if words.stop.is_empty() {
            let message = "people must be able to stop offers in a word; WhatsApp's rules ask for it";
            problems.push(Problem::new("stop_words", "no_stop_word", message));
        }
        problems.extend(self.confirmation.problems());
        problems
    }
}

impl Confirmation {
    fn problems(&self) -> Vec<Problem> {
        use ConsentMethod::{Agent, Api, Import, Keyword, Link};
        let mut problems = Vec::new();
        let mut bad = |field: &str, code, message: &str| problems.push(Problem::new(field, code, message));
        if self.methods.iter().any(|method| ![Api, Import, Keyword, Link, Agent].contains(method)) {
            let message = "confirmed can be what comes by api, import, keyword, link or agent";
            bad("confirmation.methods", "invalid_method", message);
        }
        if !(1..=MOST_DAYS).contains(&self.days) {
            bad("confirmation.days", "invalid_days", "between 1 and 90 days");
        }
        if !self.methods.is_empty() && self.template.is_none() {
            bad(
                "confirmation.template_id",
                "missing_template",
                "say which template asks for the confirmation",
            );
        }
        if !self.methods.is_empty() && self.sender.is_none() {
            bad("confirmation.sender_id", "missing_sender", "say which number asks for the confirmation");
        }
        problems
    }
}

/// What holds for an organization.
pub async fn of(conn: &impl ConnectionTrait, organization: OrganizationId) -> Result<Settings> {
    let row = entity::Entity::find_by_id(organization).one(conn).await?;
    let settings =
        row.map(|row| serde_json::from_value(row.settings)).transpose().map_err(Error::internal)?;
    Ok(settings.unwrap_or_default())
}

/// Replaces them. What they name is checked by the caller: templates and senders stand above this slice.
pub(crate) async fn write(tx: &Tx, organization_id: OrganizationId, settings: &Settings) -> Result<()> {
    let settings = serde_json::to_value(settings).map_err(Error::internal)?;
    let updated_at: Timestamp = tx.now();
    let row = entity::Model { organization_id, settings, updated_at };
    let replace = OnConflict::column(entity::Column::OrganizationId)
        .update_columns([entity::Column::Settings, entity::Column::UpdatedAt])
        .to_owned();
    entity::Entity::insert(row.into_active_model())
        .on_conflict(replace)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
