//! `bellbird openapi`: the API's document.

use crate::Outcome;
use std::process::ExitCode;

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn run() -> Outcome {
    print!("{}", bellbird_api::spec_yaml()?);
    Ok(ExitCode::SUCCESS)
}
