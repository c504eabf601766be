//! `bellbird meta-errors`: what each of Meta's codes makes us do.

use crate::Outcome;
use bellbird_core::providers::meta::errors_page;
use std::process::ExitCode;

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn run() -> Outcome {
    print!("{}", errors_page::page());
    Ok(ExitCode::SUCCESS)
}
