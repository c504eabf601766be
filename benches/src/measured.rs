//! Results: a line of JSON per run and row, so that nothing measured is lost and reports can be written again.

use crate::Outcome;
use crate::machine::Machine;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

/// What one run of a row came to. Names of figures say their unit: `…_per_second`, `…_ms`, `…_s`, `…_mb`, `…_percent`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Which row, with its variant: `send`, `peer-tuned`, `scale-4`.
    pub(crate) row: String,
    /// The numbers.
    pub(crate) figures: BTreeMap<String, f64>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

impl Measured {
    pub(crate) fn new(row: impl Into<String>) -> Self {
        Self { row: row.into(), ..Self::default() }
    }

    /// Adds a number.
    pub(crate) fn with(mut self, name: &str, value: f64) -> Self {
        self.figures.insert(name.to_string(), value);
        self
    }

    /// Adds a number, if there is one.
    pub(crate) fn with_some(self, name: &str, value: Option<f64>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// On one line, for who waits.
    pub(crate) fn line(&self) -> String {
        let figures: Vec<_> =
            self.figures.iter().map(|(name, value)| format!("{name} {}", short(*value))).collect();
        format!("{}: {}", self.row, figures.join(", "))
    }
}

/// With as many digits as mean something.
pub(crate) fn short(value: f64) -> String {
    match value.abs() {
        n if n >= 100.0 || n == 0.0 => format!("{value:.0}"),
        n if n >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    /// When.
    pub(crate) at: String,
    /// The same for everything one command measured.
    pub(crate) session: i64,
    /// From 1.
    pub(crate) run: u32,
    /// On what.
    pub(crate) machine: Machine,
    /// What it came to.
    #[serde(flatten)]
    pub(crate) measured: Measured,
    /// Why there are no numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
}

/// Adds a line.
pub(crate) fn append(path: &Path, record: &Record) -> Outcome {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    writeln!(file, "{}", serde_json::to_string(record)?)?;
    Ok(())
}

/// Reads all lines; of a file that is not there, none.
pub(crate) fn read(path: &Path) -> Outcome<Vec<Record>> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(Vec::new()) };
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
