//! Adding people from a CSV file: UTF-8, commas, a header line. Good rows go in together; every bad row is named with
//! its reason. (The messier world of exported spreadsheets comes with its own issue.)

use super::recipients::{Added, Judge, NewRecipient, add_judged};
use crate::consent::ConsentState;
use crate::context::{Ctx, Tx};
use crate::customers::edit::GivenConsent;
use crate::error::{Error, Result};
use crate::ids::CampaignId;
use crate::organizations;
use crate::phone::Phone;
use sea_orm::EntityTrait;
use std::collections::{BTreeMap, HashSet};

/// A row that did not go in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// The line in the file, from 1; the header is line 1.
    pub line: u64,
    /// Stable machine code.
    pub code: &'static str,
    /// One sentence for a person.
    pub message: String,
}

/// What came of a file.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Rows with data.
    pub rows: u64,
    /// What went in.
    pub added: Added,
    /// What did not; the first [`MOST_REPORTED`].
    pub rejected: Vec<RejectedRow>,
    /// How many did not.
    pub rejected_count: u64,
}

/// At most so many rejected rows are reported one by one.
pub const MOST_REPORTED: usize = 1_000;
const CHUNK: usize = 500;
const NAME_COLUMNS: [&str; 2] = ["name", "full_name"];
const PHONE_COLUMNS: [&str; 4] = ["phone", "phone_number", "mobile", "whatsapp"];

/// Reads a file into a draft. `consent_source`: how the people in it agreed to marketing, if they did; a column
/// `opt_in` with yes or no says it row by row.
pub async fn import(
    tx: &Tx,
    ctx: &Ctx,
    id: CampaignId,
    file: &[u8],
    consent_source: Option<&str>,
) -> Result<Imported> {
    let text = std::str::from_utf8(file)
        .map_err(|_| Error::invalid("file", "not_utf8", "the file is not UTF-8; save it as “CSV UTF-8”"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let judge = Judge::of_draft(tx, ctx, id).await?;
    let organization = organizations::Entity::find_by_id(ctx.organization).one(tx.conn()).await?;
    let country = organization.and_then(|o| o.country);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns = Columns::of(reader.headers().map_err(unreadable)?, &judge.needed)?;
    let (mut imported, mut seen, mut people) = (Imported::default(), HashSet::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        imported.rows += 1;
        let line = record.position().map_or(0, csv::Position::line);
        match columns.person(&record, country.as_deref(), consent_source) {
            Err((code, message)) => imported.reject(line, code, message),
            Ok(person) if !seen.insert(person.phone.clone()) => {
                imported.reject(line, "duplicate_recipient", "this number stands in the file twice".into());
            }
            Ok(person) => people.push((line, person)),
        }
        if people.len() == CHUNK {
            imported.add(tx, &judge, &mut people).await?;
        }
    }
    imported.add(tx, &judge, &mut people).await?;
    Ok(imported)
}

fn unreadable(error: csv::Error) -> Error {
    Error::invalid("file", "not_csv", format!("the file cannot be read as CSV: {error}"))
}

impl Imported {
    fn reject(&mut self, line: u64, code: &'static str, message: String) {
        self.rejected_count += 1;
        if self.rejected.len() < MOST_REPORTED {
            self.rejected.push(RejectedRow { line, code, message });
        }
    }

    async fn add(&mut self, tx: &Tx, judge: &Judge, people: &mut Vec<(u64, NewRecipient)>) -> Result<()> {
        let (lines, chunk): (Vec<u64>, Vec<NewRecipient>) = people.drain(..).unzip();
        if chunk.is_empty() {
            return Ok(());
        }
        let (added, refused) = add_judged(tx, judge, &chunk).await?;
        self.added.added += added.added;
        self.added.updated += added.updated;
        for (index, problems) in refused {
            if let Some(problem) = problems.into_iter().next() {
                self.reject(lines[index], problem.code, format!("{}: {}", problem.field, problem.message));
            }
        }
        Ok(())
    }
}

/// Which column holds what.
struct Columns {
    phone: usize,
    name: Option<usize>,
    opt_in: Option<usize>,
    variables: Vec<(usize, String)>,
}

impl Columns {
    fn of(header: &csv::StringRecord, needed: &[String]) -> Result<Self> {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
        for (index, name) in names.iter().enumerate() {
            if !name.is_empty() && names[..index].contains(name) {
                let message = format!("the column `{name}` stands there twice");
                return Err(Error::invalid("file", "duplicate_column", message));
            }
        }
        let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let Some(phone) = find(&PHONE_COLUMNS) else {
            let message = "the first line must name the columns, one of them `phone`";
            return Err(Error::invalid("file", "no_phone_column", message));
        };
        let variables = names.iter().enumerate().filter_map(|(index, name)| {
            needed.iter().find(|key| key.to_lowercase() == *name).map(|key| (index, key.clone()))
        });
        Ok(Self {
            phone,
            name: find(&NAME_COLUMNS),
            opt_in: find(&["opt_in"]),
            variables: variables.collect(),
        })
    }

    fn person(
        &self,
        record: &csv::StringRecord,
        country: Option<&str>,
        consent_source: Option<&str>,
    ) -> Result<NewRecipient, (&'static str, String)> {
        let cell = |index: usize| record.get(index).filter(|text| !text.is_empty());
        let phone = Phone::parse(cell(self.phone).unwrap_or_default(), country)
            .map_err(|e| (e.code(), e.to_string()))?;
        let said = self.opt_in.and_then(cell).map(str::to_lowercase);
        let state = match said.as_deref() {
            None => consent_source.map(|_| ConsentState::OptedIn),
            Some("yes" | "y" | "true" | "1") => Some(ConsentState::OptedIn),
            Some("no" | "n" | "false" | "0") => Some(ConsentState::OptedOut),
            Some(other) => return Err(("invalid_opt_in", format!("`{other}` is neither yes nor no"))),
        };
        let source = consent_source.unwrap_or("csv_import");
        let values =
            self.variables.iter().filter_map(|(index, key)| Some((key.clone(), cell(*index)?.to_string())));
        Ok(NewRecipient {
            phone,
            name: self.name.and_then(cell).map(str::to_string),
            variables: values.collect::<BTreeMap<_, _>>(),
            consent: state.map(|state| GivenConsent { state, source: source.to_string(), at: None }),
        })
    }
}
