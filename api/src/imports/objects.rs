//! What imports look like from outside.

use crate::Time;
use bellbird_core::ids::{CampaignId, ImportId};
use bellbird_core::imports::mapping::{Mapping, Use};
use bellbird_core::imports::preview::{Preview, PreviewRow};
use bellbird_core::imports::reader::FileFormat;
use bellbird_core::imports::start::Start;
use bellbird_core::imports::{self, ImportStatus};
use bellbird_core::{Error, Problem, Timestamp};
use poem_openapi::Object;
use std::collections::BTreeMap;

/// For every column, by its name, what it is good for: `phone`, `name`, `tags`, `opt_in` (yes or no), `opt_in_purpose`,
/// `opt_in_at`, `opt_in_source`, `attribute:<name>`, `variable:<name>`; an empty list: for nothing.
pub type Columns = BTreeMap<String, Vec<String>>;

/// How a file is to be imported. Everything may be left out.
#[derive(Debug, Default, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ImportStart {
    /// The draft its people go into; left out: they become customers only.
    pub campaign_id: Option<CampaignId>,
    /// For every column, by its name, what it is good for: `phone`, `name`, `tags`, `opt_in` (yes or no),
    /// `opt_in_purpose` (marketing, utility or both), `opt_in_at` (a date), `opt_in_source`, `attribute:<name>`,
    /// `variable:<name>`. A yes without a date never lifts an opt-out. Columns left out are good for nothing. Without a mapping, columns are guessed.
    pub mapping: Option<Columns>,
    /// Judge every row and keep nothing.
    pub dry_run: Option<bool>,
    /// Where and how the people in the file agreed to marketing, if they did; rows without a word of their own are
    /// then recorded as opted in.
    #[oai(validator(max_length = 200))]
    pub consent_source: Option<String>,
    /// Put on everybody in the file.
    #[oai(validator(max_items = 20))]
    pub tags: Option<Vec<String>>,
}

impl TryFrom<ImportStart> for Start {
    type Error = Error;
    fn try_from(asked: ImportStart) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let mut mapping = BTreeMap::new();
        for (column, words) in asked.mapping.iter().flatten() {
            let mut uses: Vec<Use> = Vec::new();
            for word in words {
                match word.parse() {
                    Ok(use_) => uses.push(use_),
                    Err(message) => {
                        problems.push(Problem::new(format!("mapping.{column}"), "unknown_word", message));
                    }
                }
            }
            mapping.insert(column.clone(), uses);
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let source = asked.consent_source.map(|text| text.trim().to_string());
        Ok(Self {
            campaign: asked.campaign_id,
            mapping: asked.mapping.map(|_| Mapping(mapping)),
            dry_run: asked.dry_run.unwrap_or(false),
            consent_source: source.filter(|text| !text.is_empty()),
            tags: asked.tags.unwrap_or_default(),
        })
    }
}

/// A file of people, and how far it has come.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Where it stands. Of a completed `dry_run` nothing was kept, and it can be started again.
    pub status: ImportStatus,
    /// What the file was called.
    pub file_name: Option<String>,
    /// The file's size in bytes.
    pub size: u64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// What it turned out to be.
    pub format: FileFormat,
    /// Of text: `UTF-8`, `UTF-16LE`, `UTF-16BE` or `windows-1252`.
    pub encoding: Option<String>,
    /// Of text: what stands between two cells.
    pub delimiter: Option<String>,
    /// What the first row calls the columns; a repeated name is numbered, like `phone (2)`.
    pub columns: Vec<String>,
    /// Rows below the first one.
    pub rows_total: u64,
    /// The draft its people go into.
    pub campaign_id: Option<CampaignId>,
    /// Which column holds what, once it was started.
    pub mapping: Option<Columns>,
    /// Put on everybody.
    pub tags: Vec<String>,
    /// How the people in it agreed to marketing.
    pub consent_source: Option<String>,
    /// Rows are judged, and nothing is kept.
    pub dry_run: bool,
    /// Rows dealt with: `added`, `updated`, `duplicates` and `rejected` together.
    pub rows_read: u64,
    /// People who are new: in the campaign if there is one, else among the customers.
    pub added: u64,
    /// People who were there before.
    pub updated: u64,
    /// Rows whose number an earlier row has.
    pub duplicates: u64,
    /// Rows that did not go in for another reason.
    pub rejected: u64,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was last started.
    pub started_at: Option<Time>,
    /// When that ended.
    pub finished_at: Option<Time>,
    /// When the file came.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl TryFrom<imports::Import> for Import {
    type Error = Error;
    fn try_from(row: imports::Import) -> Result<Self, Error> {
        Ok(Self {
            columns: row.columns()?,
            mapping: row.mapping()?.map(columns),
            tags: row.tags()?,
            id: row.id,
            status: row.status,
            file_name: row.file_name,
            size: row.size.unsigned_abs(),
            sha256: row.sha256,
            format: row.format,
            encoding: row.encoding,
            delimiter: row.delimiter,
            rows_total: row.rows_total.unsigned_abs(),
            campaign_id: row.campaign_id,
            consent_source: row.consent_source,
            dry_run: row.dry_run,
            rows_read: row.rows_read.unsigned_abs(),
            added: row.added.unsigned_abs(),
            updated: row.updated.unsigned_abs(),
            duplicates: row.duplicates.unsigned_abs(),
            rejected: row.rejected.unsigned_abs(),
            failure: row.failure,
            started_at: row.started_at.map(Timestamp::to_utc),
            finished_at: row.finished_at.map(Timestamp::to_utc),
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        })
    }
}

fn columns(mapping: Mapping) -> Columns {
    let words = |uses: Vec<Use>| uses.iter().map(ToString::to_string).collect();
    mapping.0.into_iter().map(|(column, uses)| (column, words(uses))).collect()
}

/// A row as it would be read.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ImportRow {
    /// The line it begins in; of a workbook its number.
    pub line: u64,
    /// What stands in it, in the order of the columns.
    pub cells: Vec<String>,
    /// The number, as it was understood.
    pub phone: Option<String>,
    /// Why it would not go in: `invalid_phone`, `digits_lost`, ….
    pub code: Option<String>,
    /// The same in a sentence.
    pub message: Option<String>,
}

impl From<PreviewRow> for ImportRow {
    fn from(one: PreviewRow) -> Self {
        let (code, message) = one.rejection.map(|why| (why.code.to_string(), why.message)).unzip();
        Self { line: one.row.line, cells: one.row.cells, phone: one.phone, code, message }
    }
}

/// A thing that keeps an import from being started as it is.
#[derive(Debug, Object)]
pub struct ImportProblem {
    /// Stable machine code.
    pub code: String,
    /// One sentence for a person.
    pub message: String,
}

/// A look at a file before it is started.
#[derive(Debug, Object)]
pub struct ImportPreview {
    /// The file.
    pub import: Import,
    /// Which column would hold what, as guessed; give it to `startImport`, corrected if need be.
    pub mapping: Columns,
    /// What keeps the import from being started with that mapping.
    pub problems: Vec<ImportProblem>,
    /// The first rows. Whether their values fit the template only a dry run tells.
    pub rows: Vec<ImportRow>,
}

impl TryFrom<Preview> for ImportPreview {
    type Error = Error;
    fn try_from(preview: Preview) -> Result<Self, Error> {
        let problem = |p: Problem| ImportProblem { code: p.code.to_string(), message: p.message };
        Ok(Self {
            import: preview.import.try_into()?,
            mapping: columns(preview.mapping),
            problems: preview.problems.into_iter().map(problem).collect(),
            rows: preview.rows.into_iter().map(ImportRow::from).collect(),
        })
    }
}
