//! The stored files among a template's values. A header's file is a value like any other (`header.image`,
//! `card.0.header.video`); an id of ours there names a file that is copied to the provider before the message goes.

use super::TemplateModel;
use crate::error::{Problem, Result};
use crate::ids::{MediaId, OrganizationId};
use crate::media::fit::Named;
use crate::media::{Medium, queries};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, BTreeSet};

/// The stored files that values name, with their places (`variables.header.image`).
pub fn named(values: &BTreeMap<String, String>) -> Vec<Named> {
    named_in("variables", values)
}

/// The same for values that stand elsewhere in a request.
pub(super) fn named_in(place: &str, values: &BTreeMap<String, String>) -> Vec<Named> {
    let name = |(key, value): (&String, &String)| {
        let (id, kind) = file(key, value)?;
        Some(Named { field: format!("{place}.{key}"), id, kind })
    };
    values.iter().filter_map(name).collect()
}

/// The stored file that a value is, and the kind of file that belongs there.
pub(super) fn file(key: &str, value: &str) -> Option<(MediaId, &'static str)> {
    let kind = kind(key)?;
    Some((value.trim().parse().ok()?, kind))
}

/// The keys of a template that take a file.
pub fn keys(model: &TemplateModel) -> Vec<String> {
    model.keys().into_iter().filter(|key| kind(key).is_some()).collect()
}

/// The kind of file that is given under a key.
fn kind(key: &str) -> Option<&'static str> {
    let of_card = key.strip_prefix("card.").and_then(|rest| rest.split_once('.'));
    match of_card.map_or(key, |(_, rest)| rest) {
        "header.image" => Some("image"),
        "header.video" => Some("video"),
        "header.document" => Some("document"),
        _ => None,
    }
}

/// What is known of the files that many people's values name: asked once for all of them.
#[derive(Debug, Default)]
pub struct KnownFiles(Vec<Medium>);

impl KnownFiles {
    /// Reads them.
    pub async fn of<'a>(
        conn: &impl ConnectionTrait,
        organization: OrganizationId,
        values: impl IntoIterator<Item = &'a BTreeMap<String, String>>,
    ) -> Result<Self> {
        let ids: BTreeSet<MediaId> = values.into_iter().flat_map(named).map(|one| one.id).collect();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self(queries::some(conn, organization, ids.into_iter().collect()).await?))
    }

    /// What is wrong with the files that these values name.
    pub fn problems(&self, values: &BTreeMap<String, String>) -> Vec<Problem> {
        named(values).iter().filter_map(|one| one.misfit(&self.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_ours_where_a_file_belongs_are_files() {
        let id = "med_01kawz1m4cf0tr2v6x8yab3c5d";
        let values = [
            ("1", id),
            ("header.1", id),
            ("header.image", "https://shop.example/a.jpg"),
            ("header.document", id),
            ("header.document.filename", id),
            ("card.0.header.image", id),
            ("card.1.header.video", " med_01kawz1m4cf0tr2v6x8yab3c5d "),
            ("card.1.header.product", id),
            ("card.2.1", id),
        ];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let found: Vec<_> = named(&values).into_iter().map(|one| (one.field, one.kind)).collect();
        let wanted = [
            ("variables.card.0.header.image", "image"),
            ("variables.card.1.header.video", "video"),
            ("variables.header.document", "document"),
        ];
        assert_eq!(found, wanted.map(|(field, kind)| (field.to_owned(), kind)));
    }
}
