//! The suppression list: numbers and WhatsApp ids an organization must not message, kept as keyed hashes only, so that
//! a "no" outlives the person's record and still tells nobody who they were.
//!
//! Every "no" that counts goes onto it in the same transaction, and every later "yes" that counts takes it off. Whoever
//! becomes a customer is looked up (`apply`), so a number brought back in a file stays stopped until a newer yes.

pub mod entity;
mod key;
pub mod key_entity;
pub mod list;

use super::unite::Standing;
use super::{ConsentMethod, ConsentPurpose, ConsentState, Said, record};
use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::customers::{self, Customer};
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId, SuppressionId};
use crate::phone::Phone;
use entity::{IdentityKind, Model};
pub(super) use key::Key;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use std::collections::{BTreeSet, HashMap, HashSet};

const COLUMNS: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("kind", Kind::Text),
    ("hash", Kind::Text),
    ("reason", Kind::Text),
    ("actor", Kind::Text),
    ("since", Kind::Int),
];

/// An identity as the list knows it.
type Hashed = (IdentityKind, String);

fn of_customer(key: &Key, customer: &Customer) -> BTreeSet<Hashed> {
    let dialled = customer.phone.clone().or_else(|| Phone::from_wa_id(customer.wa_id.as_deref()?));
    let phone = dialled.map(|phone| (IdentityKind::Phone, key.phone(&phone)));
    let bsuid = customer.bsuid.as_deref().map(|bsuid| (IdentityKind::Bsuid, key.bsuid(bsuid)));
    [phone, bsuid].into_iter().flatten().collect()
}

/// Puts on the list whoever said no, and takes off whoever said yes; both words counted.
pub(super) async fn follow(
    tx: &Tx,
    organization: OrganizationId,
    purpose: ConsentPurpose,
    said: &[Said],
) -> Result<()> {
    let definite = |word: &&Said| matches!(word.state, ConsentState::OptedOut | ConsentState::OptedIn);
    let words: HashMap<CustomerId, &Said> =
        said.iter().filter(definite).map(|word| (word.customer, word)).collect();
    // of an organization without a key nobody ever said no, so a yes takes nobody off
    let found = match words.values().any(|word| word.state == ConsentState::OptedOut) {
        true => Some(Key::of(tx, organization).await?),
        false if words.is_empty() => None,
        false => Key::find(tx, organization).await?,
    };
    let Some(key) = found else { return Ok(()) };
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for customer in load(tx, organization, words.keys().copied()).await? {
        let Some(word) = words.get(&customer.id) else { continue };
        let list = if word.state == ConsentState::OptedOut { &mut on } else { &mut off };
        for identity in of_customer(&key, &customer) {
            list.push((identity, word.source().to_string(), word.actor.clone(), word.at));
        }
    }
    put_on(tx, organization, purpose, on).await?;
    take_off(tx, organization, purpose, off).await
}

/// An identity, why and by whom, and since when.
type Entry = (Hashed, String, String, Timestamp);

fn rows(tx: &Tx, mut entries: Vec<Entry>) -> Rows {
    entries.sort(); // one order for all writers: no deadlocks
    entries.dedup_by(|a, b| a.0 == b.0); // one statement cannot touch a row twice
    let mut rows = Rows::new(COLUMNS);
    for ((kind, hash), reason, actor, at) in entries {
        let id = SuppressionId::new(tx.clock()).to_string();
        rows.push(vec![id.into(), kind.as_str().into(), hash.into(), reason.into(), actor.into(), at.into()]);
    }
    rows
}

async fn put_on(
    tx: &Tx,
    organization: OrganizationId,
    purpose: ConsentPurpose,
    entries: Vec<Entry>,
) -> Result<()> {
    let rows = rows(tx, entries);
    if rows.is_empty() {
        return Ok(());
    }
    let insert = rows.statement(
        tx.backend(),
        "INSERT INTO suppressions (id, organization_id, purpose, kind, hash, reason, actor, suppressed_at, created_at)
         SELECT v.id, $1, $3, v.kind, v.hash, v.reason, v.actor, v.since, CAST($2 AS BIGINT) FROM {rows} WHERE true
         ON CONFLICT (organization_id, purpose, hash) WHERE removed_at IS NULL DO UPDATE SET
            suppressed_at = CASE WHEN suppressions.suppressed_at > excluded.suppressed_at
                THEN suppressions.suppressed_at ELSE excluded.suppressed_at END",
        [organization.into(), tx.now().into(), purpose.into()],
    );
    tx.conn().execute_raw(insert).await?;
    Ok(())
}

async fn take_off(
    tx: &Tx,
    organization: OrganizationId,
    purpose: ConsentPurpose,
    entries: Vec<Entry>,
) -> Result<()> {
    let rows = rows(tx, entries);
    if rows.is_empty() {
        return Ok(());
    }
    let update = rows.statement(
        tx.backend(),
        "UPDATE suppressions SET removed_at = $2, removed_by = v.actor, removed_reason = v.reason FROM {rows}
         WHERE suppressions.organization_id = $1 AND suppressions.purpose = $3 AND suppressions.hash = v.hash
           AND suppressions.removed_at IS NULL AND suppressions.suppressed_at <= v.since",
        [organization.into(), tx.now().into(), purpose.into()],
    );
    tx.conn().execute_raw(update).await?;
    Ok(())
}

/// Tells new customers what the list knows of them: whoever is on it stands as `opted_out` since then.
pub async fn apply(
    tx: &Tx,
    organization: OrganizationId,
    customers: impl IntoIterator<Item = CustomerId>,
) -> Result<()> {
    let ids: Vec<_> = customers.into_iter().collect();
    // without a key nobody was ever put on the list
    let Some(key) = (if ids.is_empty() { None } else { Key::find(tx, organization).await? }) else {
        return Ok(());
    };
    let customers = load(tx, organization, ids).await?;
    let mut said: HashMap<(CustomerId, ConsentPurpose), Said> = HashMap::new();
    for (customer, entry) in found(tx, organization, &key, &customers).await? {
        let word = Said {
            customer,
            purpose: entry.purpose,
            state: ConsentState::OptedOut,
            method: ConsentMethod::SuppressionList,
            source: Some(entry.reason),
            evidence: Some(entry.id.to_string()),
            actor: entry.actor.unwrap_or_default(),
            at: entry.suppressed_at,
            dated: true,
        };
        let known = said.entry((customer, entry.purpose)).or_insert_with(|| word.clone());
        if known.at < word.at {
            *known = word;
        }
    }
    let mut said: Vec<_> = said.into_values().collect();
    said.sort_by_key(|word| word.customer);
    record(tx, organization, &said).await?;
    Ok(())
}

/// Who of these people is on the list, for a purpose.
pub async fn among<'c>(
    tx: &Tx,
    organization: OrganizationId,
    purpose: ConsentPurpose,
    customers: impl IntoIterator<Item = &'c Customer>,
) -> Result<HashSet<CustomerId>> {
    let Some(key) = Key::find(tx, organization).await? else { return Ok(HashSet::new()) };
    let found = found(tx, organization, &key, customers).await?;
    Ok(found.into_iter().filter(|(_, entry)| entry.purpose == purpose).map(|(id, _)| id).collect())
}

async fn found<'c>(
    tx: &Tx,
    organization: OrganizationId,
    key: &Key,
    customers: impl IntoIterator<Item = &'c Customer>,
) -> Result<Vec<(CustomerId, Model)>> {
    let mut by_hash: HashMap<String, Vec<CustomerId>> = HashMap::new();
    for customer in customers {
        for (_, hash) in of_customer(key, customer) {
            by_hash.entry(hash).or_default().push(customer.id);
        }
    }
    let mut found = Vec::new();
    for entry in list::active(tx.conn(), organization, by_hash.keys().cloned().collect()).await? {
        let people = by_hash.get(&entry.hash).map(Vec::as_slice).unwrap_or_default();
        found.extend(people.iter().map(|id| (*id, entry.clone())));
    }
    Ok(found)
}

/// Brings list and customer together after their number or id changed: a "no" covers every name they go by, a newer
/// "yes" frees them, and what the list knows of a new name counts.
pub async fn settle(tx: &Tx, organization: OrganizationId, id: CustomerId) -> Result<()> {
    let Some(customer) = load(tx, organization, [id]).await?.pop() else { return Ok(()) };
    keep(tx, &customer).await?;
    apply(tx, organization, [id]).await
}

/// Makes sure that the list knows where a person stands. Call it before a person is deleted or made unrecognisable.
pub async fn keep(tx: &Tx, customer: &Customer) -> Result<()> {
    for purpose in ConsentPurpose::ALL.iter().copied() {
        let Standing { state, at, source, .. } = Standing::of(customer, purpose);
        let (true, Some(at)) = (matches!(state, ConsentState::OptedIn | ConsentState::OptedOut), at) else {
            continue;
        };
        let key = Key::of(tx, customer.organization_id).await?;
        let entry = |identity| (identity, source.clone().unwrap_or_default(), super::PERSON.to_string(), at);
        let entries = of_customer(&key, customer).into_iter().map(entry).collect();
        match state {
            ConsentState::OptedOut => put_on(tx, customer.organization_id, purpose, entries).await?,
            _ => take_off(tx, customer.organization_id, purpose, entries).await?,
        }
    }
    Ok(())
}

async fn load(
    tx: &Tx,
    organization: OrganizationId,
    ids: impl IntoIterator<Item = CustomerId>,
) -> Result<Vec<Customer>> {
    use crate::db::Owned;
    let query = customers::Entity::secure_find(organization)
        .filter(customers::entity::Column::Id.is_in(ids))
        .filter(customers::entity::Column::MergedInto.is_null());
    Ok(query.all(tx.conn()).await?)
}
