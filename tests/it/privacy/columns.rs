//! The one list of where personal data lies is complete.

use crate::schema;
use crate::support::backend::Backend;
use bellbird_core::privacy::columns::TABLES;
use std::collections::BTreeSet;

#[tokio::test]
async fn every_column_is_known_as_personal_or_as_harmless() {
    let there = schema::migrated_tables(Backend::Embedded).await;
    let mut listed = BTreeSet::new();
    for table in TABLES {
        for column in
            table.personal.split(' ').chain(table.harmless.split(' ')).filter(|column| !column.is_empty())
        {
            let new = listed.insert((table.name.to_string(), column.to_string()));
            assert!(new, "{}.{column} is listed twice", table.name);
        }
        assert_eq!(table.personal.is_empty(), table.erased.is_empty(), "{}: what becomes of it?", table.name);
    }
    let forgotten: Vec<_> = there.difference(&listed).collect();
    assert!(
        forgotten.is_empty(),
        "say in core/src/privacy/columns.rs whether these say something about a person, and erase them if so: \
         {forgotten:?}"
    );
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(gone.is_empty(), "listed, but in no table: {gone:?}");
}

#[test]
fn operators_are_told_of_every_table_with_personal_data() {
    let text = include_str!("../../../docs/privacy.md");
    for table in TABLES.iter().filter(|table| !table.personal.is_empty()) {
        assert!(
            text.contains(&format!("`{}`", table.name)),
            "docs/privacy.md says nothing of {}",
            table.name
        );
    }
}
