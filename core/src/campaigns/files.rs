//! The stored files a campaign gives everyone, looked at when it is written and again when it is launched. Those that
//! people bring themselves are looked at with the rest of their values.

use super::audience::VariableSource;
use crate::error::{Problem, Result};
use crate::ids::OrganizationId;
use crate::templates::files::KnownFiles;
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;

/// What is wrong with the files these values and defaults name.
pub(super) async fn misfits(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    sources: &BTreeMap<String, VariableSource>,
) -> Result<Vec<Problem>> {
    let given = |pick: fn(&VariableSource) -> &Option<String>| {
        let given = sources.iter().filter_map(|(key, source)| Some((key.clone(), pick(source).clone()?)));
        given.collect::<BTreeMap<_, _>>()
    };
    let (values, defaults) = (given(|source| &source.value), given(|source| &source.default));
    let known = KnownFiles::of(conn, organization, [&values, &defaults]).await?;
    let mut problems = known.problems(&values);
    problems.extend(known.problems(&defaults));
    Ok(problems)
}
