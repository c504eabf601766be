//! Adding and changing customers: one by one or many at once, it is the same statement.

use super::entity::{Column, Entity, Model};
use super::tell;
use crate::bulk::{Kind, Rows};
use crate::consent::{self, ConsentMethod, ConsentPurpose, ConsentState, Said, suppression};
use crate::context::{Actor, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::{CustomerId, OrganizationId};
use crate::phone::Phone;
use crate::policy::zones;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// At most so many customers in one statement.
const CHUNK: usize = 500;

/// A person's word that came with their data.
#[derive(Debug, Clone)]
pub struct GivenConsent {
    /// About what.
    pub purpose: ConsentPurpose,
    /// Yes or no.
    pub state: ConsentState,
    /// The door it came through.
    pub method: ConsentMethod,
    /// Where and how it was said, in words.
    pub source: String,
    /// The message, file or paper that proves it.
    pub evidence: Option<String>,
    /// Who wrote it down, as [`consent::by`] names them.
    pub actor: String,
    /// When; `None`: now.
    pub at: Option<crate::Timestamp>,
    /// Whether `at` is when the person said it. A file's age is not: an undated yes never lifts a no.
    pub dated: bool,
}

/// A person's word may seem to come from the future by this much: clocks differ.
const CLOCKS_DIFFER: Duration = Duration::from_secs(300);

impl GivenConsent {
    /// A word on marketing, said now.
    pub fn new(state: ConsentState, method: ConsentMethod, source: impl Into<String>, actor: Actor) -> Self {
        Self {
            purpose: ConsentPurpose::Marketing,
            state,
            method,
            source: source.into(),
            evidence: None,
            actor: consent::by(actor),
            at: None,
            dated: true,
        }
    }

    fn said(&self, customer: CustomerId, now: crate::Timestamp) -> Said {
        Said {
            customer,
            purpose: self.purpose,
            state: self.state,
            method: self.method,
            source: Some(self.source.clone()),
            evidence: self.evidence.clone(),
            actor: self.actor.clone(),
            at: self.at.unwrap_or(now),
            dated: self.dated,
        }
    }

    /// Refuses a word from the future: the newest word counts, so one from next year would silence every later "stop".
    pub fn check(&self, field: &str, now: crate::Timestamp) -> Result<(), Problem> {
        if self.at.is_some_and(|at| at > now.plus(CLOCKS_DIFFER)) {
            return Err(Problem::new(field, "time_in_future", "nobody can have said it yet"));
        }
        Ok(())
    }
}

/// What is known about a person. Empty fields leave what is stored alone.
#[derive(Debug, Clone)]
pub struct Upsert {
    /// The key.
    pub phone: Phone,
    /// What they are called.
    pub name: Option<String>,
    /// Where they live, an IANA time zone that [`parse_time_zone`] has read.
    pub time_zone: Option<String>,
    /// Merged into what is stored; a null removes its key.
    pub attributes: Map<String, Value>,
    /// Added to what is stored.
    pub tags: Vec<String>,
    /// Recorded in the consent ledger.
    pub consent: Vec<GivenConsent>,
}

impl Upsert {
    /// Only the phone.
    pub fn phone(phone: Phone) -> Self {
        let (attributes, tags, consent) = (Map::new(), Vec::new(), Vec::new());
        Self { phone, name: None, time_zone: None, attributes, tags, consent }
    }

    /// True when more is given than the phone and a word on marketing, which is told as such.
    fn says_something(&self) -> bool {
        let (name, zone) = (self.name.is_some(), self.time_zone.is_some());
        name || zone || !self.attributes.is_empty() || !self.tags.is_empty()
    }
}

/// A tag as it is stored.
///
/// # Errors
/// Empty, or longer than 64 characters.
pub fn parse_tag(field: &str, tag: &str) -> Result<String, Problem> {
    let tag = tag.trim();
    let fits = (1..=64).contains(&tag.chars().count()) && !tag.contains(|c: char| c.is_control());
    fits.then(|| tag.to_string())
        .ok_or_else(|| Problem::new(field, "invalid_tag", "a tag has 1 to 64 characters"))
}

/// A time zone as it is stored.
///
/// # Errors
/// No zone of the IANA database has this name.
pub fn parse_time_zone(field: &str, name: &str) -> Result<String, Problem> {
    let zone = zones::parse(name.trim()).map(|zone| zone.name().to_string());
    zone.ok_or_else(|| {
        let message = format!("`{}` is no time zone; write it like Asia/Kolkata", name.trim());
        Problem::new(field, "unknown_time_zone", message)
    })
}

/// As many as a file has columns.
const MOST_ATTRIBUTES: usize = 500;

/// Checks that attributes are flat: strings, numbers, booleans, and null to remove a key.
pub fn check_attributes(field: &str, attributes: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    if attributes.len() > MOST_ATTRIBUTES {
        let message = format!("a customer has at most {MOST_ATTRIBUTES} attributes");
        return Err(vec![Problem::new(field, "too_many", message)]);
    }
    let mut problems = Vec::new();
    for (key, value) in attributes {
        let field = format!("{field}.{key}");
        if key.is_empty() || key.len() > 64 {
            problems.push(Problem::new(
                &field,
                "invalid_attribute",
                "an attribute's name has 1 to 64 characters",
            ));
        } else if value.is_array() || value.is_object() {
            problems.push(Problem::new(
                &field,
                "invalid_attribute",
                "an attribute is a text, a number or true/false",
            ));
        } else if value.as_str().is_some_and(|text| text.len() > 2_000) {
            problems.push(Problem::new(
                &field,
                "invalid_attribute",
                "an attribute has at most 2,000 characters",
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

const COLUMNS: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("phone", Kind::Text),
    ("name", Kind::Text),
    ("time_zone", Kind::Text),
    ("attributes", Kind::Text),
];

/// Adds or changes many customers; returns each phone's id. A phone given twice is one customer; the later data wins.
pub async fn upsert_many(
    tx: &Tx,
    organization: OrganizationId,
    people: &[Upsert],
) -> Result<HashMap<Phone, CustomerId>> {
    Ok(upsert_counted(tx, organization, people).await?.ids)
}

/// What came of adding or changing customers.
#[derive(Debug, Default)]
pub struct Upserted {
    /// Each phone's id.
    pub ids: HashMap<Phone, CustomerId>,
    /// How many of them are new.
    pub added: usize,
}

/// Like [`upsert_many`], and says how many are new.
pub async fn upsert_counted(tx: &Tx, organization: OrganizationId, people: &[Upsert]) -> Result<Upserted> {
    let mut ids = HashMap::with_capacity(people.len());
    let mut added = 0;
    for chunk in people.chunks(CHUNK) {
        // one statement cannot touch a row twice: the last of equal phones stands for all
        let unique: HashMap<&Phone, &Upsert> = chunk.iter().map(|p| (&p.phone, p)).collect();
        let mut sorted: Vec<_> = unique.into_values().collect();
        sorted.sort_by(|a, b| a.phone.cmp(&b.phone)); // one order for all writers: no deadlocks
        let (found, new) = upsert_rows(tx, organization, &sorted).await?;
        ids.extend(found);
        added += new.len();
        write_tags(tx, organization, chunk, &ids).await?;
        // somebody who said no once and is brought back is no stranger
        suppression::apply(tx, organization, new.iter().copied()).await?;
        let mut said: HashMap<(CustomerId, ConsentPurpose), Said> = HashMap::new();
        for person in chunk {
            let Some(customer) = ids.get(&person.phone) else { continue };
            let words = person.consent.iter().map(|given| given.said(*customer, tx.now()));
            said.extend(words.map(|word| ((*customer, word.purpose), word)));
        }
        let mut said: Vec<_> = said.into_values().collect();
        said.sort_by_key(|s| s.customer);
        consent::record(tx, organization, &said).await?;
        // whoever was only named again did not change
        let changed = sorted.iter().filter(|person| person.says_something());
        let changed = changed.filter_map(|person| ids.get(&person.phone)).copied();
        let updated = changed.filter(|id| !new.contains(id)).collect();
        tell::written(tx, organization, &new, &updated).await?;
    }
    Ok(Upserted { ids, added })
}

async fn upsert_rows(
    tx: &Tx,
    organization: OrganizationId,
    people: &[&Upsert],
) -> Result<(Vec<(Phone, CustomerId)>, HashSet<CustomerId>)> {
    let mut rows = Rows::new(COLUMNS);
    let mut proposed = HashSet::with_capacity(people.len());
    for person in people {
        let id = CustomerId::new(tx.clock());
        proposed.insert(id);
        rows.push(vec![
            id.to_string().into(),
            person.phone.as_str().into(),
            person.name.clone().into(),
            person.time_zone.clone().into(),
            Value::Object(person.attributes.clone()).to_string().into(),
        ]);
    }
    let (cast, merge) = match tx.backend() {
        DbBackend::Postgres => {
            ("v.attributes::jsonb", "jsonb_strip_nulls(customers.attributes || excluded.attributes)")
        }
        _ => ("v.attributes", "json_patch(customers.attributes, excluded.attributes)"),
    };
    let sql = format!(
        "INSERT INTO customers
            (id, organization_id, phone, name, time_zone, attributes, marketing_consent, created_at, updated_at)
         SELECT v.id, $1, v.phone, v.name, v.time_zone, {cast}, 'unasked', CAST($2 AS BIGINT), CAST($2 AS BIGINT)
         FROM {{rows}} WHERE true
         ON CONFLICT (organization_id, phone) DO UPDATE SET
            name = COALESCE(excluded.name, customers.name),
            time_zone = COALESCE(excluded.time_zone, customers.time_zone), attributes = {merge}, updated_at = excluded.updated_at
         RETURNING id, phone"
    );
    let statement = rows.statement(tx.backend(), &sql, [organization.into(), tx.now().into()]);
    let found = tx.conn().query_all_raw(statement).await?;
    let found = found
        .iter()
        .map(|row| Ok((row.try_get("", "phone")?, row.try_get("", "id")?)))
        .collect::<Result<Vec<(Phone, CustomerId)>, sea_orm::DbErr>>()?;
    // whoever was known keeps the id they had
    let new = found.iter().map(|(_, id)| *id).filter(|id| proposed.contains(id)).collect();
    Ok((found, new))
}

async fn write_tags(
    tx: &Tx,
    organization: OrganizationId,
    people: &[Upsert],
    ids: &HashMap<Phone, CustomerId>,
) -> Result<()> {
    let mut rows = Rows::new(&[("customer_id", Kind::Text), ("tag", Kind::Text)]);
    for person in people {
        let Some(id) = ids.get(&person.phone) else { continue };
        person.tags.iter().for_each(|tag| rows.push(vec![id.to_string().into(), tag.as_str().into()]));
    }
    if rows.is_empty() {
        return Ok(());
    }
    let insert = rows.statement(
        tx.backend(),
        "INSERT INTO customer_tags (organization_id, tag, customer_id)
         SELECT $1, v.tag, v.customer_id FROM {rows} WHERE true ON CONFLICT DO NOTHING",
        [organization.into()],
    );
    tx.conn().execute_raw(insert).await?;
    Ok(())
}

/// Adds or changes one customer and returns the whole row.
pub async fn upsert(tx: &Tx, organization: OrganizationId, person: Upsert) -> Result<Model> {
    let phone = person.phone.clone();
    let ids = upsert_many(tx, organization, &[person]).await?;
    let id = *ids.get(&phone).ok_or_else(|| Error::internal("an upsert returned no row"))?;
    let found = Entity::secure_find(organization).filter(Column::Id.eq(id)).one(tx.conn()).await?;
    found.ok_or_else(|| Error::not_found("customer", id))
}

/// Records one word of a customer.
///
/// # Errors
/// `NotFound`; `Invalid` for a word from the future.
pub async fn say(
    tx: &Tx,
    organization: OrganizationId,
    id: CustomerId,
    word: &GivenConsent,
) -> Result<CustomerId> {
    word.check("at", tx.now()).map_err(|problem| Error::Invalid(vec![problem]))?;
    let id = super::queries::get_in(tx, organization, id).await?.customer.id;
    consent::record(tx, organization, &[word.said(id, tx.now())]).await?;
    Ok(id)
}

/// Puts tags on a customer and takes others off.
pub async fn change_tags(
    tx: &Tx,
    organization: OrganizationId,
    id: CustomerId,
    add: &[String],
    remove: &[String],
) -> Result<()> {
    add_tags(tx, organization, id, add).await?;
    remove_tags(tx, organization, id, remove).await?;
    tell::updated(tx, organization, id).await
}

async fn add_tags(tx: &Tx, organization: OrganizationId, id: CustomerId, tags: &[String]) -> Result<()> {
    use super::tag_entity::{Entity, Model};
    if tags.is_empty() {
        return Ok(());
    }
    let row = |tag: &String| Model { organization_id: organization, tag: tag.clone(), customer_id: id };
    Entity::insert_many(tags.iter().map(|tag| row(tag).into_active_model()))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

async fn remove_tags(tx: &Tx, organization: OrganizationId, id: CustomerId, tags: &[String]) -> Result<()> {
    use super::tag_entity::{Column, Entity};
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::CustomerId.eq(id))
        .filter(Column::Tag.is_in(tags))
        .exec(tx.conn())
        .await?;
    Ok(())
}
