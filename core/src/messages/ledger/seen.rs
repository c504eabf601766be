//! What answers and statuses tell about the people messages went to: WhatsApp's spelling of their number, their BSUID,
//! their username. Almost always it is known already, and then nothing is asked of the database.

use super::rows::Row;
use crate::bulk::{Kind, Rows};
use crate::context::{Services, Tx};
use crate::customers::meet::Identity;
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId};
use crate::messages::merge;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashSet};

/// A recipient of whom something new was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whose customer.
    pub organization: OrganizationId,
    /// Which.
    pub customer: CustomerId,
    /// What was told.
    pub told: Identity,
}

impl Seen {
    /// What is new about the recipient of a row; `None` when nothing is, or when the customer has moved on since: a
    /// message to somebody's former number says nothing about them.
    pub(super) fn new(row: &Row, told: &Identity) -> Option<Self> {
        let customer = row.customer_id?;
        let same_line = |known: &str| {
            told.phone
                .as_ref()
                .is_none_or(|told| told.spellings().iter().any(|spelling| spelling.as_str() == known))
        };
        let reached = match (&row.phone, &row.known_phone) {
            (Some(sent), known) => known.as_ref() == Some(sent) && same_line(sent),
            (None, Some(known)) => same_line(known),
            (None, None) => true,
        };
        let other_account =
            matches!((&told.bsuid, &row.known_bsuid), (Some(told), Some(known)) if told != known);
        if !reached || other_account {
            return None;
        }
        let wa_id = told.phone.as_ref().map(|phone| phone.digits());
        let news = (wa_id.is_some() && wa_id != row.known_wa_id.as_deref())
            || (told.bsuid.is_some() && row.known_bsuid.is_none())
            || (told.username.is_some() && told.username != row.known_username);
        news.then(|| Self { organization: row.organization_id, customer, told: told.clone() })
    }
}

/// Writes down what was told, all in one statement; only who turns out to be known twice is looked at alone.
pub async fn learn(tx: &Tx, services: &Services, seen: &[Seen]) -> Result<()> {
    let mut people: BTreeMap<CustomerId, Seen> = BTreeMap::new();
    for one in seen {
        let known = people.entry(one.customer).or_insert_with(|| one.clone());
        let told = &one.told;
        known.told.phone = told.phone.clone().or(known.told.phone.take());
        known.told.bsuid = told.bsuid.clone().or(known.told.bsuid.take());
        known.told.parent_bsuid = told.parent_bsuid.clone().or(known.told.parent_bsuid.take());
        known.told.username = told.username.clone().or(known.told.username.take());
    }
    if people.is_empty() {
        return Ok(());
    }
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("wa_id", Kind::Text),
        ("bsuid", Kind::Text),
        ("parent_bsuid", Kind::Text),
        ("username", Kind::Text),
    ]);
    let mut bsuids: HashSet<(OrganizationId, &str)> = HashSet::new();
    for one in people.values() {
        let told = &one.told;
        // two customers of one BSUID: the second is looked at alone
        if told.bsuid.as_deref().is_none_or(|bsuid| bsuids.insert((one.organization, bsuid))) {
            rows.push(vec![
                one.customer.to_string().into(),
                told.phone.as_ref().map(|phone| phone.digits().to_string()).into(),
                told.bsuid.clone().into(),
                told.parent_bsuid.clone().into(),
                told.username.clone().into(),
            ]);
        }
    }
    let update = rows.statement(
        tx.backend(),
        "UPDATE customers SET wa_id = CASE WHEN customers.phone IS NULL THEN customers.wa_id
                ELSE COALESCE(v.wa_id, customers.wa_id) END,
            bsuid = COALESCE(customers.bsuid, v.bsuid), parent_bsuid = COALESCE(v.parent_bsuid, customers.parent_bsuid),
            username = COALESCE(v.username, customers.username), updated_at = $1
         FROM {rows} WHERE customers.id = v.id AND customers.merged_into IS NULL
            AND (v.bsuid IS NULL OR customers.bsuid IS NULL OR customers.bsuid = v.bsuid)
            AND NOT EXISTS (SELECT 1 FROM customers AS others WHERE others.id <> v.id AND others.bsuid = v.bsuid
                AND others.organization_id = customers.organization_id)
         RETURNING customers.id",
        [tx.now().into()],
    );
    let done = tx.conn().query_all_raw(update).await?;
    let done: HashSet<CustomerId> =
        done.iter().map(|row| row.try_get("", "id")).collect::<Result<_, sea_orm::DbErr>>()?;
    for one in people.values().filter(|one| !done.contains(&one.customer)) {
        merge::same(tx, services, one.organization, one.customer, &one.told).await?;
    }
    Ok(())
}
