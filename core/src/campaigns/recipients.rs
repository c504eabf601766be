//! Adding people to a draft. A person is in a campaign once, whatever is added how often.

use super::approvals;
use super::audience::{self, Audience, VariableSource};
use super::edit::lock;
use super::entity::Model;
use super::pool;
use super::state::Action;
use crate::bulk::{Cell, Kind, Rows};
use crate::consent::link::Links;
use crate::context::{Ctx, Services, Tx};
use crate::customers::edit::{GivenConsent, Upsert, upsert_many};
use crate::customers::{self, Customer};
use crate::error::{Error, Problem, Result};
use crate::ids::{CampaignId, CustomerId, MessageId, SenderId};
use crate::messages::counters::{Deltas, Shards};
use crate::messages::state::MessageStatus;
use crate::phone::Phone;
use crate::templates::files::{self, KnownFiles};
use crate::templates::{self, TemplateModel, render};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// At most so many people in one call.
pub const MOST: usize = 1_000;

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewRecipient {
    /// Their number.
    pub phone: Phone,
    /// What they are called.
    pub name: Option<String>,
    /// Where they live, an IANA time zone that `parse_time_zone` has read.
    pub time_zone: Option<String>,
    /// Values of their own for the template's variables.
    pub variables: BTreeMap<String, String>,
    /// What else is known about them: flat, and checked by `check_attributes`.
    pub attributes: Map<String, Value>,
    /// Tags to put on them, as `parse_tag` makes them.
    pub tags: Vec<String>,
    /// Their words on what they want to be messaged about, if they come with them.
    pub consent: Vec<GivenConsent>,
}

impl NewRecipient {
    /// Only the number.
    pub fn new(phone: Phone) -> Self {
        Self {
            phone,
            name: None,
            time_zone: None,
            variables: BTreeMap::new(),
            attributes: Map::new(),
            tags: Vec::new(),
            consent: Vec::new(),
        }
    }

    /// What of it is kept about the person.
    pub fn customer(&self) -> Upsert {
        Upsert {
            phone: self.phone.clone(),
            name: self.name.clone(),
            time_zone: self.time_zone.clone(),
            attributes: self.attributes.clone(),
            tags: self.tags.clone(),
            consent: self.consent.clone(),
        }
    }
}

/// What came of adding people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// New in the campaign.
    pub added: usize,
    /// Were in it before; their values are the new ones now.
    pub updated: usize,
}

/// What is needed to judge a recipient's values.
pub(crate) struct Judge {
    pub(super) campaign: Model,
    pub(super) senders: Vec<SenderId>,
    pub(super) sources: BTreeMap<String, VariableSource>,
    pub(super) template: TemplateModel,
    /// Every key the template has a use for.
    pub(crate) needed: Vec<String>,
    /// Those of them that take a file.
    files: Vec<String>,
    /// Makes people's links, if a variable wants one.
    links: Option<Links>,
}

impl Judge {
    /// Locks the draft and reads what its recipients are judged by.
    pub(crate) async fn of_draft(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<Self> {
        let campaign = lock(tx, ctx, id).await?;
        campaign.status.check(Action::Edit)?;
        approvals::void(tx, id).await?;
        if campaign.audience()? != Audience::Listed {
            let message = "this campaign's audience is a tag or everyone; set it to `listed` to add people";
            return Err(Error::conflict("audience_not_listed", message));
        }
        Self::of(tx.conn(), campaign).await?.with_links(tx, ctx).await
    }

    /// The same, able to make people's links where a variable wants one.
    pub(super) async fn with_links(self, tx: &Tx, services: &Services) -> Result<Self> {
        if !self.sources.values().any(|source| source.unsubscribe_link) {
            return Ok(self);
        }
        let base = services.config.http.public_url();
        let links = Links::of(tx, self.campaign.organization_id, base).await?;
        Ok(Self { links: Some(links), ..self })
    }

    /// Reads what a campaign's recipients are judged by.
    pub(crate) async fn of(conn: &impl ConnectionTrait, campaign: Model) -> Result<Self> {
        let template = templates::Entity::find_by_id(campaign.template_id).one(conn).await?;
        let template = template.ok_or_else(|| Error::not_found("template", campaign.template_id))?.model()?;
        Ok(Self {
            senders: campaign.senders()?,
            sources: campaign.variables()?,
            needed: template.keys(),
            files: files::keys(&template),
            template,
            campaign,
            links: None,
        })
    }

    /// What is known of the stored files these people are to be sent.
    pub(super) async fn known_files(
        &self,
        conn: &impl ConnectionTrait,
        people: &[(BTreeMap<String, String>, &Customer)],
    ) -> Result<KnownFiles> {
        if self.files.is_empty() {
            return Ok(KnownFiles::default());
        }
        let values = |(own, customer): &(BTreeMap<String, String>, &Customer)| {
            audience::resolve(&self.files, own, &self.sources, customer, self.links.as_ref())
        };
        let values: Vec<_> = people.iter().map(values).collect();
        KnownFiles::of(conn, self.campaign.organization_id, &values).await
    }

    /// The values for one person, or what is wrong with them.
    pub(super) fn values(
        &self,
        known: &KnownFiles,
        own: &BTreeMap<String, String>,
        customer: &Customer,
    ) -> Result<BTreeMap<String, String>, Vec<Problem>> {
        let values = audience::resolve(&self.needed, own, &self.sources, customer, self.links.as_ref());
        render(&self.template, &values).map_err(|error| error.problems())?;
        let problems = known.problems(&values);
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    /// The number a person is sent to from: the same one however often it is computed.
    pub(super) fn sender_for(&self, customer: &Customer) -> SenderId {
        pool::sender_for(self.campaign.sender_choice, &self.senders, customer)
    }
}

/// Adds up to [`MOST`] people: all of them, or none and everything that is wrong.
pub async fn add(tx: &Tx, ctx: &Ctx, id: CampaignId, people: &[NewRecipient]) -> Result<Added> {
    add_given(tx, ctx, id, people.iter().cloned().map(Ok).collect()).await
}

/// Like [`add`], for people of whom some could not even be read: they are refused too, with all that is wrong with
/// everyone, so that a caller corrects a list once. The paths of their problems begin at the person (`phone`).
pub async fn add_given(
    tx: &Tx,
    ctx: &Ctx,
    id: CampaignId,
    given: Vec<Result<NewRecipient, Vec<Problem>>>,
) -> Result<Added> {
    if given.is_empty() || given.len() > MOST {
        let message = format!("add 1 to {MOST} recipients in one call");
        return Err(Error::invalid("recipients", "invalid_count", message));
    }
    let judge = Judge::of_draft(tx, ctx, id).await?;
    let mut refused: Refused = Vec::new();
    let (mut places, mut people) = (Vec::new(), Vec::new());
    let mut seen: HashMap<Phone, usize> = HashMap::new();
    for (place, person) in given.into_iter().enumerate() {
        match person {
            Err(problems) => refused.push((place, problems)),
            Ok(person) => {
                refused.push((place, extra_variables(&judge, &person)));
                let words = person.consent.iter().filter_map(|word| word.check("opt_in.at", tx.now()).err());
                refused.push((place, words.collect()));
                if let Some(first) = seen.get(&person.phone) {
                    let message = format!("the same number as recipients[{first}]");
                    refused.push((place, vec![Problem::new("phone", "duplicate_recipient", message)]));
                    continue; // one statement cannot touch a row twice
                }
                seen.insert(person.phone.clone(), place);
                places.push(place);
                people.push(person);
            }
        }
    }
    let (added, unfit) = add_judged(tx, &judge, &people).await?;
    refused.extend(unfit.into_iter().map(|(index, problems)| (places[index], problems)));
    refused.sort_by_key(|(place, _)| *place);
    let named = |(place, problems): (usize, Vec<Problem>)| {
        problems.into_iter().map(move |p| Problem { field: format!("recipients[{place}].{}", p.field), ..p })
    };
    let problems: Vec<_> = refused.into_iter().flat_map(named).collect();
    if problems.is_empty() { Ok(added) } else { Err(Error::Invalid(problems)) }
}

fn extra_variables(judge: &Judge, person: &NewRecipient) -> Vec<Problem> {
    let extra = person.variables.keys().filter(|key| !judge.needed.contains(key));
    extra
        .map(|key| {
            let message = format!("the template has no variable `{key}`");
            Problem::new(format!("variables.{key}"), "extra_variable", message)
        })
        .collect()
}

/// What is wrong with some of the people, by their place in the call.
pub(crate) type Refused = Vec<(usize, Vec<Problem>)>;

/// Adds those whose values fit; says what is wrong with the others.
pub(crate) async fn add_judged(tx: &Tx, judge: &Judge, people: &[NewRecipient]) -> Result<(Added, Refused)> {
    let organization = judge.campaign.organization_id;
    let upserts: Vec<_> = people.iter().map(NewRecipient::customer).collect();
    let ids = upsert_many(tx, organization, &upserts).await?;
    let customers: HashMap<CustomerId, Customer> = customers::Entity::find()
        .filter(customers::entity::Column::Id.is_in(ids.values().copied()))
        .all(tx.conn())
        .await?
        .into_iter()
        .map(|customer| (customer.id, customer))
        .collect();
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("customer_id", Kind::Text),
        ("sender_id", Kind::Text),
        ("phone", Kind::Text),
        ("variables", Kind::Text),
        ("media_id", Kind::Text),
    ]);
    let mut refused = Vec::new();
    let found = |(index, person): (usize, &NewRecipient)| {
        let customer = ids.get(&person.phone).and_then(|id| customers.get(id))?;
        Some((index, person.phone.as_str().to_owned(), (person.variables.clone(), customer)))
    };
    let (mut places, mut given) = (Vec::new(), Vec::new());
    for (index, phone, person) in people.iter().enumerate().filter_map(found) {
        places.push((index, phone));
        given.push(person);
    }
    let known = judge.known_files(tx.conn(), &given).await?;
    for ((index, phone), (own, customer)) in places.into_iter().zip(&given) {
        match judge.values(&known, own, customer) {
            Err(problems) => refused.push((index, problems)),
            // their own values are kept, the others are looked up again and frozen at the launch
            Ok(values) => rows.push(vec![
                MessageId::new(tx.clock()).to_string().into(),
                customer.id.to_string().into(),
                judge.sender_for(customer).to_string().into(),
                phone.into(),
                serde_json::to_string(own).map_err(Error::internal)?.into(),
                first_file(&values),
            ]),
        }
    }
    if rows.is_empty() {
        return Ok((Added::default(), refused));
    }
    let campaign = &judge.campaign;
    let updated = already_there(tx, campaign.id, &rows).await?;
    let added = rows.len() - updated;
    let insert = rows.statement(
        tx.backend(),
        "INSERT INTO messages (id, organization_id, direction, lane, kind, purpose, campaign_id, customer_id, sender_id,
            template_id, phone, variables, media_id, status, max_attempts, created_at, updated_at)
         SELECT v.id, $1, 'out', 'bulk', 'template', $2, $3, v.customer_id, v.sender_id, $4, v.phone, v.variables,
            v.media_id, 'planned', CAST($5 AS INTEGER), CAST($6 AS BIGINT), CAST($6 AS BIGINT)
         FROM {rows} WHERE true
         ON CONFLICT (campaign_id, customer_id) WHERE campaign_id IS NOT NULL DO UPDATE SET
            variables = excluded.variables, media_id = excluded.media_id, updated_at = excluded.updated_at",
        [
            organization.into(),
            campaign.purpose.into(),
            campaign.id.into(),
            campaign.template_id.into(),
            campaign.max_attempts.into(),
            tx.now().into(),
        ],
    );
    tx.conn().execute_raw(insert).await?;
    let mut deltas = Deltas::default();
    deltas.add(Some(campaign.id), MessageStatus::Planned.as_str(), i64::try_from(added).unwrap_or(0));
    deltas.write(tx.conn(), &Shards::default()).await?;
    Ok((Added { added, updated }, refused))
}

/// What `messages.media_id` holds: the first stored file among the values.
pub(super) fn first_file(values: &BTreeMap<String, String>) -> Cell {
    files::named(values).first().map(|one| one.id.to_string()).into()
}

/// How many of these people are in the campaign already. The draft is locked, so it stays true.
async fn already_there(tx: &Tx, campaign: CampaignId, rows: &Rows) -> Result<usize> {
    let count = rows.statement(
        tx.backend(),
        "SELECT COUNT(*) AS n FROM messages
         WHERE campaign_id = $1 AND customer_id IN (SELECT v.customer_id FROM {rows})",
        [campaign.into()],
    );
    let row = tx.conn().query_one_raw(count).await?;
    let n: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
    Ok(usize::try_from(n).unwrap_or(0))
}

/// Drops the people added to a draft whose audience is no list any more.
pub(super) async fn clear(tx: &Tx, campaign: CampaignId) -> Result<()> {
    use crate::messages::entity::{Column, Entity};
    let gone = Entity::delete_many().filter(Column::CampaignId.eq(campaign)).exec(tx.conn()).await?;
    let mut deltas = Deltas::default();
    let n = i64::try_from(gone.rows_affected).unwrap_or(0);
    deltas.add(Some(campaign), MessageStatus::Planned.as_str(), -n);
    deltas.write(tx.conn(), &Shards::default()).await
}

/// How many people are looked at in one query.
const PAGE: u64 = 1_000;
/// How many are named as examples of a problem.
const EXAMPLES: usize = 3;

/// Judges the people of a draft again after it changed.
///
/// # Errors
/// `Invalid` naming some of those who lack a value now; nothing was written.
pub(super) async fn check_again(tx: &Tx, services: &Services, campaign: Model) -> Result<()> {
    use crate::messages::entity::{Column, Entity};
    let judge = Judge::of(tx.conn(), campaign).await?.with_links(tx, services).await?;
    let mut last: Option<MessageId> = None;
    loop {
        let mut query = Entity::find()
            .filter(Column::CampaignId.eq(judge.campaign.id))
            .order_by_asc(Column::Id)
            .limit(PAGE);
        if let Some(last) = last {
            query = query.filter(Column::Id.gt(last));
        }
        let page = query.all(tx.conn()).await?;
        let Some(end) = page.last().map(|row| row.id) else { return Ok(()) };
        let ids = page.iter().filter_map(|row| row.customer_id);
        let customers =
            customers::Entity::find().filter(customers::entity::Column::Id.is_in(ids)).all(tx.conn()).await?;
        let customers: HashMap<CustomerId, Customer> = customers.into_iter().map(|c| (c.id, c)).collect();
        let mut problems = Vec::new();
        let (mut rows, mut people) = (Vec::new(), Vec::new());
        for row in &page {
            let Some(customer) = row.customer_id.and_then(|id| customers.get(&id)) else { continue };
            let own =
                row.variables.as_deref().map(serde_json::from_str).transpose().map_err(Error::internal)?;
            rows.push(row);
            people.push((own.unwrap_or_default(), customer));
        }
        let known = judge.known_files(tx.conn(), &people).await?;
        for (row, (own, customer)) in rows.into_iter().zip(&people) {
            if let Err(mut wrong) = judge.values(&known, own, customer)
                && let Some(problem) = wrong.pop()
            {
                let who = row.phone.as_ref().map_or_else(|| row.id.to_string(), ToString::to_string);
                problems.push(Problem { message: format!("{who}: {}", problem.message), ..problem });
            }
            if problems.len() == EXAMPLES {
                break;
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        last = Some(end);
    }
}
