//! The table of permissions, asked at every operation of the document with every role.

use crate::support::app::both;
use crate::support::operations;
use bellbird_core::identity::{Grants, Permission, Role};
use serde_json::{Value, json};
use std::collections::BTreeMap;

both!(every_role_may_do_what_the_table_says_and_nothing_else, |app| {
    let (_, api) = app.organization().await;
    let mut counts: BTreeMap<Role, [usize; 2]> = BTreeMap::new();
    for role in Role::ALL {
        let grants = Grants::of_role(*role);
        let scopes: Vec<&str> = grants.iter().map(Permission::as_str).collect();
        let made = api.post("/api/v1/api-keys", json!({"name": role.as_str(), "scopes": scopes})).await.ok();
        let member = api.with_key(made["key"].as_str());
        for operation in operations::keyed() {
            let needed: Permission = operation.permission().parse().expect("a known permission");
            // nothing of this name is here: only the permission is asked
            let answer = member.send(operation.method.clone(), &operation.nowhere(), Value::Null).await;
            let refused = answer.status == 403 && answer.code() == "missing_permission";
            assert_eq!(refused, !grants.has(needed), "{role} {}: {}", operation.id, answer.text);
            assert!(answer.status < 500 && answer.status != 401, "{role} {}: {}", operation.id, answer.text);
            counts.entry(*role).or_default()[usize::from(refused)] += 1;
        }
    }
    let told = |(role, [may, refused]): (&Role, &[usize; 2])| format!("{role}: {may} may, {refused} refused");
    eprintln!("permissions: {}", counts.iter().map(told).collect::<Vec<_>>().join("; "));
    assert!(counts[&Role::Viewer][1] > counts[&Role::Agent][1] && counts[&Role::Owner][1] == 0);
});
