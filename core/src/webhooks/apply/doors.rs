//! The numbers we know, by the provider's id, each with the app that may speak for it.

use super::super::change::Parsed;
use super::super::entity::Model;
use crate::context::Services;
use crate::error::Result;
use crate::ids::AppId;
use crate::messages::receive::Door;
use crate::senders;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeSet, HashMap};

/// Ids asked for in one statement.
const CHUNK: usize = 500;

/// The numbers a batch of webhooks speaks of.
pub(super) struct Doors(HashMap<String, (Door, Option<AppId>)>);

impl Doors {
    pub(super) async fn find(services: &Services, parsed: &[(&Model, Parsed)]) -> Result<Self> {
        let changes = parsed.iter().flat_map(|(_, parsed)| &parsed.changes);
        let numbers: BTreeSet<&str> = changes.filter_map(|change| change.phone_number_id()).collect();
        let numbers: Vec<&str> = numbers.into_iter().collect();
        let mut doors = HashMap::new();
        for chunk in numbers.chunks(CHUNK) {
            let found = senders::Entity::find()
                .filter(senders::entity::Column::PhoneNumberId.is_in(chunk.iter().copied()))
                .all(services.db.read())
                .await?;
            doors.extend(found.into_iter().map(|row| {
                let door = Door { sender: row.id, organization: row.organization_id };
                (row.phone_number_id, (door, row.app_id))
            }));
        }
        Ok(Self(doors))
    }

    /// The number, if it is ours and `app` may speak for it.
    pub(super) fn of(&self, number: Option<&str>, app: Option<AppId>) -> Option<Door> {
        self.0.get(number?).filter(|(_, bound)| *bound == app).map(|(door, _)| *door)
    }
}
