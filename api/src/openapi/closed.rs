//! Requests are closed: a field we do not know is refused (`unknown_field`), so their schemas say so. Answers stay
//! open, because they may get new fields; what is in both stays open, too.

use serde_json::{Value, json};
use std::collections::BTreeSet;

const SCHEMAS: &str = "#/components/schemas/";

/// Closes every object that is found in requests only.
pub(super) fn close(document: &mut Value) {
    let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for operation in super::describe::operations(document).map(|operation| Value::Object(operation.clone())) {
        refer(&operation["requestBody"], &mut asked);
        refer(&operation["responses"], &mut answered);
    }
    for found in [&mut asked, &mut answered] {
        follow(document, found);
    }
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return };
    for name in asked.difference(&answered) {
        // a schema of several parts would refuse in each what the others know
        if let Some(Value::Object(schema)) = schemas.get_mut(name)
            && schema.contains_key("properties")
        {
            schema.entry("additionalProperties").or_insert(json!(false));
        }
    }
}

/// Adds what these schemas are made of, to the last.
fn follow(document: &Value, found: &mut BTreeSet<String>) {
    let mut open: Vec<String> = found.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let mut parts = BTreeSet::new();
        refer(&document["components"]["schemas"][&name], &mut parts);
        open.extend(parts.into_iter().filter(|part| found.insert(part.clone())));
    }
}

/// The names of the schemas that are referred to.
fn refer(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| refer(item, found)),
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(SCHEMAS));
            found.extend(name.map(str::to_string));
            object.values().for_each(|below| refer(below, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_never_answered_is_closed() {
        let reference = |name: &str| json!({ "$ref": format!("{SCHEMAS}{name}") });
        let object = |part: &str| json!({ "type": "object", "properties": { "part": reference(part) } });
        let mut document = json!({
            "paths": { "/a": { "post": { "requestBody": reference("Draft"), "responses": reference("Thing") } } },
            "components": { "schemas": {
                "Draft": object("Both"), "Thing": object("Both"), "Both": object("Union"),
                "Union": { "oneOf": [reference("Draft")] },
            } },
        });
        close(&mut document);
        let closed = |name: &str| document["components"]["schemas"][name]["additionalProperties"] == false;
        assert_eq!(["Thing", "Both", "Union"].map(closed), [false; 3]);
        // in an answer through the union
        assert!(!closed("Draft"));
        let mut document = json!({
            "paths": { "/a": { "post": { "requestBody": reference("Draft"), "responses": {} } } },
            "components": { "schemas": { "Draft": object("Part"), "Part": object("Draft") } },
        });
        close(&mut document);
        for name in ["Draft", "Part"] {
            assert_eq!(document["components"]["schemas"][name]["additionalProperties"], false, "{name}");
        }
    }
}
