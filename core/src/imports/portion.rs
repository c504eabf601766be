//! A portion of a file's rows: who is in them, and bringing them in. The same for a file of a million rows, a small
//! one within a request, and a preview.

use super::cells::Rejection;
use super::mapping::RowReader;
use super::reader::Row;
use crate::campaigns::recipients::{Judge, NewRecipient, add_judged};
use crate::context::{Ctx, Tx};
use crate::customers::edit::{Upsert, upsert_counted};
use crate::error::Result;
use crate::ids::CampaignId;
use crate::phone::Phone;
use std::collections::HashMap;

/// A row with a person.
#[derive(Debug)]
pub(super) struct Good {
    pub(super) row: Row,
    pub(super) person: NewRecipient,
}

/// A row that does not go in.
#[derive(Debug)]
pub(super) struct Rejected {
    pub(super) row: Row,
    pub(super) why: Rejection,
}

/// The code of a number that an earlier row has.
pub(super) const DUPLICATE: &str = "duplicate_recipient";

/// Reads every row.
pub(super) fn sort_out(reader: &RowReader, rows: Vec<Row>) -> (Vec<Good>, Vec<Rejected>) {
    let (mut good, mut rejected) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match reader.person(&row) {
            Ok(person) => good.push(Good { row, person }),
            Err(why) => rejected.push(Rejected { row, why }),
        }
    }
    (good, rejected)
}

/// Takes out whoever stands in an earlier row. `known`: the first line of numbers of earlier portions; learns those of
/// this one.
pub(super) fn without_duplicates(
    good: Vec<Good>,
    known: &mut HashMap<Phone, u64>,
    rejected: &mut Vec<Rejected>,
) -> Vec<Good> {
    let mut first = Vec::with_capacity(good.len());
    for one in good {
        match known.get(&one.person.phone) {
            Some(line) => {
                let why = Rejection::new(DUPLICATE, format!("line {line} has the same number already"));
                rejected.push(Rejected { row: one.row, why });
            }
            None => {
                known.insert(one.person.phone.clone(), one.row.line);
                first.push(one);
            }
        }
    }
    first
}

/// What came of bringing people in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct BroughtIn {
    /// New: in the campaign if there is one, else among the customers.
    pub(super) added: usize,
    /// Known before; what the file says about them counts now.
    pub(super) updated: usize,
}

/// Brings people in, each number at most once; those whose values do not fit the template are rejected.
pub(super) async fn bring_in(
    tx: &Tx,
    ctx: &Ctx,
    campaign: Option<CampaignId>,
    mut good: Vec<Good>,
    rejected: &mut Vec<Rejected>,
) -> Result<BroughtIn> {
    good.sort_by(|a, b| a.person.phone.cmp(&b.person.phone)); // one order for all writers: no deadlocks
    let Some(campaign) = campaign else {
        let upserts: Vec<Upsert> = good.iter().map(|one| one.person.customer()).collect();
        let done = upsert_counted(tx, ctx.organization, &upserts).await?;
        return Ok(BroughtIn { added: done.added, updated: done.ids.len() - done.added });
    };
    let judge = Judge::of_draft(tx, ctx, campaign).await?;
    let (mut rows, mut people) = (Vec::with_capacity(good.len()), Vec::with_capacity(good.len()));
    for one in good {
        rows.push(Some(one.row));
        people.push(one.person);
    }
    let (added, refused) = add_judged(tx, &judge, &people).await?;
    for (index, problems) in refused {
        let row = rows.get_mut(index).and_then(Option::take);
        if let (Some(row), Some(problem)) = (row, problems.into_iter().next()) {
            let why = Rejection::new(problem.code, format!("{}: {}", problem.field, problem.message));
            rejected.push(Rejected { row, why });
        }
    }
    Ok(BroughtIn { added: added.added, updated: added.updated })
}
