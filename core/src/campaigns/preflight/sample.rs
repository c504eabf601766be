//! What only the values themselves tell: who lacks one, and whether they fit in the template. The first is counted; the
//! second is tried out with some of the audience through the code that will send them.

use super::super::audience::VariableSource;
use super::super::entity::Model;
use super::super::launch::attribute_column;
use super::super::recipients::Judge;
use super::super::whom::Whom;
use crate::context::Ctx;
use crate::customers;
use crate::error::{Error, Result};
use crate::ids::CustomerId;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, Statement};
use std::collections::{BTreeMap, HashMap};

/// How many people's values are tried out.
const TRIED: u64 = 500;
/// How many people are named as examples.
const EXAMPLES: usize = 3;

/// A variable some of the audience have no value for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// Which.
    pub variable: String,
    /// How many lack it; `None`: everybody, for nobody said where it comes from.
    pub people: Option<u64>,
    /// Numbers of some of them.
    pub examples: Vec<String>,
}

/// What came of trying out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// How many people's values were tried.
    pub tried: u64,
    /// Of how many they do not fit.
    pub unfit: u64,
    /// Some of these.
    pub examples: Vec<Unfit>,
}

/// Somebody whose values do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Their number, or our id of them.
    pub who: String,
    /// Which value.
    pub field: String,
    /// What is wrong with it, in a sentence.
    pub message: String,
}

#[derive(FromQueryResult)]
struct Lack {
    n: i64,
    phone: Option<String>,
}

/// The variables some of the audience have no value for.
pub(super) async fn lacking(
    ctx: &Ctx,
    campaign: &Model,
    variables: &[String],
    sources: &BTreeMap<String, VariableSource>,
) -> Result<Vec<Lacking>> {
    let (whom, backend) = (Whom::of(campaign)?, ctx.db.backend());
    let mut lacking = Vec::new();
    for key in variables {
        let Some(source) = sources.get(key) else {
            lacking.push(Lacking { variable: key.clone(), people: None, examples: Vec::new() });
            continue;
        };
        let Some(attribute) = source.only_attribute() else { continue };
        let (column, value) = attribute_column(backend, attribute, 3);
        let sql = format!(
            "WITH lacking AS (SELECT customers.phone AS phone {} AND TRIM(COALESCE({column}, '')) = '')
             SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM lacking) AS n, phone FROM lacking LIMIT {EXAMPLES}",
            whom.from()
        );
        let select = Statement::from_sql_and_values(backend, sql, whom.params([value]));
        let found = Lack::find_by_statement(select).all(ctx.db.read()).await?;
        if let Some(first) = found.first() {
            lacking.push(Lacking {
                variable: key.clone(),
                people: Some(u64::try_from(first.n).unwrap_or(0)),
                examples: found.iter().filter_map(|one| one.phone.clone()).collect(),
            });
        }
    }
    Ok(lacking)
}

#[derive(FromQueryResult)]
struct Tried {
    id: CustomerId,
    variables: Option<String>,
}

/// Tries out the values of some of the audience.
pub(super) async fn try_out(ctx: &Ctx, campaign: &Model) -> Result<Sample> {
    let whom = Whom::of(campaign)?;
    let (own, from) = (whom.own_variables(), whom.from());
    let sql = format!("SELECT customers.id AS id, {own} AS variables {from} LIMIT {TRIED}");
    let select = Statement::from_sql_and_values(ctx.db.backend(), sql, whom.params([]));
    let tried = Tried::find_by_statement(select).all(ctx.db.read()).await?;
    let ids = tried.iter().map(|one| one.id);
    let found = customers::Entity::find().filter(customers::entity::Column::Id.is_in(ids));
    let found = found.all(ctx.db.read()).await?;
    let known: HashMap<_, _> = found.iter().map(|customer| (customer.id, customer)).collect();
    let tx = ctx.begin().await?;
    let judge = Judge::of(tx.conn(), campaign.clone()).await?.with_links(&tx, ctx).await?;
    let mut people = Vec::new();
    for one in &tried {
        let own = one.variables.as_deref().map(serde_json::from_str).transpose().map_err(Error::internal)?;
        people.extend(known.get(&one.id).map(|customer| (own.unwrap_or_default(), *customer)));
    }
    let files = judge.known_files(tx.conn(), &people).await?;
    let mut sample = Sample { tried: people.len() as u64, ..Sample::default() };
    for (own, customer) in &people {
        let Err(problems) = judge.values(&files, own, customer) else { continue };
        sample.unfit += 1;
        let named = problems.into_iter().next().filter(|_| sample.examples.len() < EXAMPLES);
        sample.examples.extend(named.map(|problem| Unfit {
            who: customer.phone.as_ref().map_or_else(|| customer.id.to_string(), ToString::to_string),
            field: problem.field,
            message: problem.message,
        }));
    }
    tx.rollback().await?;
    Ok(sample)
}

#[derive(FromQueryResult)]
struct Twice {
    n: i64,
}

/// People who are known twice: two customers of one WhatsApp number in two spellings. Both would get the message.
pub(super) async fn duplicates(ctx: &Ctx, campaign: &Model) -> Result<u64> {
    let whom = Whom::of(campaign)?;
    let sql = format!(
        "SELECT CAST(COUNT(customers.wa_id) - COUNT(DISTINCT customers.wa_id) AS BIGINT) AS n {}",
        whom.from()
    );
    let select = Statement::from_sql_and_values(ctx.db.backend(), sql, whom.params([]));
    let found = Twice::find_by_statement(select).one(ctx.db.read()).await?;
    Ok(found.map_or(0, |found| u64::try_from(found.n).unwrap_or(0)))
}
