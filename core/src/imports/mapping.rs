//! Which column holds what: guessed from its name, or said by the caller. Together with the campaign's variables it
//! makes a person of a row, or says why not.

use super::cells::{self, Rejection};
use super::guess;
use super::reader::Row;
use super::word::Word;
use crate::campaigns::recipients::NewRecipient;
use crate::clock::Timestamp;
use crate::customers::edit::{check_attributes, parse_tag, parse_time_zone};
use crate::error::{Error, Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What a column is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// The number of the person; exactly one column.
    Phone,
    /// What they are called.
    Name,
    /// Where they live, as an IANA time zone.
    TimeZone,
    /// Tags to put on them, parted by `,`, `;` or `|`.
    Tags,
    /// Their word: yes or no.
    OptIn,
    /// What it is about: `marketing`, `utility` or both; marketing where no column says.
    OptInPurpose,
    /// When they said it.
    OptInAt,
    /// Where and how they said it.
    OptInSource,
    /// Something about them, kept under this name.
    Attribute(String),
    /// Their own value for this variable of the campaign's template.
    Variable(String),
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone => f.write_str("phone"),
            Self::Name => f.write_str("name"),
            Self::TimeZone => f.write_str("time_zone"),
            Self::Tags => f.write_str("tags"),
            Self::OptIn => f.write_str("opt_in"),
            Self::OptInPurpose => f.write_str("opt_in_purpose"),
            Self::OptInAt => f.write_str("opt_in_at"),
            Self::OptInSource => f.write_str("opt_in_source"),
            Self::Attribute(key) => write!(f, "attribute:{key}"),
            Self::Variable(key) => write!(f, "variable:{key}"),
        }
    }
}

impl FromStr for Use {
    type Err = String;
    fn from_str(word: &str) -> Result<Self, String> {
        match (word, word.split_once(':')) {
            ("phone", _) => Ok(Self::Phone),
            ("name", _) => Ok(Self::Name),
            ("time_zone", _) => Ok(Self::TimeZone),
            ("tags", _) => Ok(Self::Tags),
            ("opt_in", _) => Ok(Self::OptIn),
            ("opt_in_purpose", _) => Ok(Self::OptInPurpose),
            ("opt_in_at", _) => Ok(Self::OptInAt),
            ("opt_in_source", _) => Ok(Self::OptInSource),
            (_, Some(("attribute", key))) if !key.is_empty() => Ok(Self::Attribute(key.to_string())),
            (_, Some(("variable", key))) if !key.is_empty() => Ok(Self::Variable(key.to_string())),
            _ => Err(format!(
                "`{word}` is none of: phone, name, time_zone, tags, opt_in, opt_in_purpose, opt_in_at, opt_in_source, \
                 attribute:<name>, variable:<name>"
            )),
        }
    }
}

impl Serialize for Use {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Use {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// For every column, by its name, what it is good for; a column that is good for nothing has an empty list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<String, Vec<Use>>);

impl Mapping {
    /// Judges a mapping for these columns and the template's variables (`None`: there is no campaign).
    ///
    /// # Errors
    /// `Invalid` with all that is wrong.
    pub fn check(&self, columns: &[String], variables: Option<&[String]>) -> Result<()> {
        let mut problems = Vec::new();
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (column, use_) in self.0.iter().flat_map(|(column, uses)| uses.iter().map(move |u| (column, u))) {
            let field = format!("mapping.{column}");
            if !columns.contains(column) {
                problems.push(Problem::new(&field, "unknown_column", "the file has no column of this name"));
            }
            match use_ {
                Use::Attribute(key) => {
                    let one = Map::from_iter([(key.clone(), Value::Null)]);
                    problems.extend(check_attributes(&field, &one).err().unwrap_or_default());
                }
                Use::Variable(key) if !variables.is_some_and(|known| known.contains(key)) => {
                    let message = format!("the campaign's template has no variable `{key}`");
                    problems.push(Problem::new(&field, "extra_variable", message));
                }
                _ => {}
            }
            if let Some(other) = seen.insert(use_.to_string(), column) {
                let message = format!(
                    "`{other}` and `{column}` both stand for {use_}; say in `mapping` which one counts"
                );
                problems.push(Problem::new("file", "duplicate_column", message));
            }
        }
        if !seen.contains_key("phone") {
            let message = "the first line must name the columns, and one of them must be the phone number: call it \
                           `phone`, or name it in `mapping`";
            problems.push(Problem::new("file", "no_phone_column", message));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// The proposal for a file.
    pub fn guess(columns: &[String], variables: &[String]) -> Self {
        guess::mapping(columns, variables)
    }
}

/// What a file's rows are read with.
#[derive(Debug, Clone)]
pub struct RowReader {
    pub(super) columns: usize,
    pub(super) uses: Vec<(usize, Use)>,
    /// For numbers without a country code.
    pub country: Option<String>,
    /// Put on everybody.
    pub tags: Vec<String>,
    /// How everybody without a word of their own agreed to marketing, if they did.
    pub consent_source: Option<String>,
    /// When the words were given: the file's age, so that a "stop" said meanwhile stays.
    pub said_at: Timestamp,
    /// What proves the words: the import.
    pub evidence: Option<String>,
    /// Who brought the file.
    pub actor: String,
}

/// A person's name is as long as the API allows.
const LONGEST_NAME: usize = 200;
impl RowReader {
    /// For a mapping that was checked.
    pub fn new(columns: &[String], mapping: &Mapping, said_at: Timestamp) -> Self {
        let place = |name: &String| columns.iter().position(|column| column == name);
        let uses = mapping.0.iter().filter_map(|(column, uses)| Some((place(column)?, uses)));
        let uses = uses.flat_map(|(place, uses)| uses.iter().map(move |use_| (place, use_.clone())));
        Self {
            columns: columns.len(),
            uses: uses.collect(),
            country: None,
            tags: Vec::new(),
            consent_source: None,
            said_at,
            evidence: None,
            actor: String::new(),
        }
    }

    /// Makes a person of a row.
    pub fn person(&self, row: &Row) -> Result<NewRecipient, Rejection> {
        let beyond = row.cells.iter().skip(self.columns).filter(|cell| !cell.is_empty()).count();
        if beyond > 0 {
            let message = format!(
                "the row has {} cells, but only {} columns have a name; a delimiter inside a cell needs quotes around it",
                row.cells.len(),
                self.columns
            );
            return Err(Rejection::new("too_many_cells", message));
        }
        if row.cells.iter().any(|cell| cell.contains('\0')) {
            return Err(Rejection::new("invalid_character", "the character NUL is not allowed"));
        }
        let cells = self.uses.iter().map(|(place, use_)| (use_, row.cells.get(*place)));
        let cells = cells.filter_map(|(use_, cell)| Some((use_, cell?.as_str())));
        let number = cells.clone().find(|(use_, _)| **use_ == Use::Phone).map_or("", |(_, cell)| cell);
        let phone = cells::phone(number, self.country.as_deref())?;
        let mut person = NewRecipient { tags: self.tags.clone(), ..NewRecipient::new(phone) };
        let mut word = Word::default();
        for (use_, cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
            if !word.read(use_, cells::text(cell))? {
                read(&mut person, use_, cells::text(cell))?;
            }
        }
        person.consent = word.given(self)?;
        Ok(person)
    }
}

fn read(person: &mut NewRecipient, use_: &Use, cell: &str) -> Result<(), Rejection> {
    match use_ {
        Use::Name if cell.chars().count() > LONGEST_NAME => {
            let message = format!("the name is longer than {LONGEST_NAME} characters");
            return Err(Rejection::new("too_long", message));
        }
        Use::Name => person.name = Some(cell.to_string()),
        Use::TimeZone => {
            let zone = parse_time_zone("time_zone", cell).map_err(|p| Rejection::new(p.code, p.message))?;
            person.time_zone = Some(zone);
        }
        Use::Tags => {
            for tag in cell.split([',', ';', '|']).filter(|tag| !tag.trim().is_empty()) {
                let tag = parse_tag("tags", tag).map_err(|p| Rejection::new(p.code, p.message))?;
                if !person.tags.contains(&tag) {
                    person.tags.push(tag);
                }
            }
        }
        Use::Phone | Use::OptIn | Use::OptInPurpose | Use::OptInAt | Use::OptInSource => {}
        Use::Attribute(key) => {
            let one = Map::from_iter([(key.clone(), Value::from(cell))]);
            if let Err(problems) = check_attributes("attributes", &one) {
                let why =
                    problems.into_iter().map(|p| format!("{}: {}", p.field, p.message)).collect::<Vec<_>>();
                return Err(Rejection::new("invalid_attribute", why.join("; ")));
            }
            person.attributes.extend(one);
        }
        Use::Variable(key) => {
            person.variables.insert(key.clone(), cell.to_string());
        }
    }
    Ok(())
}
