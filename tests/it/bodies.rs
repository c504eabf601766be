//! What holds for the bodies of all operations: null counts as absent, and nothing is read as what it is not.

use crate::support::app::both;
use crate::support::client::Answer;
use crate::support::operations;
use crate::support::shop::Shop;
use reqwest::Method;
use serde_json::{Value, json};

/// One field of one operation's body, in a body with nothing else in it.
struct Case {
    method: Method,
    path: String,
    /// Where the field is: `cards[0].header.text`.
    field: String,
    /// The body with another value in the field.
    body: Box<dyn Fn(Value) -> Value>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A text, and whether the body needs it.
    Text { needed: bool },
    /// Something else, and whether the body needs it.
    Other { needed: bool },
    /// A text under a name of the caller's own.
    Entry,
}

type Wrap = std::rc::Rc<dyn Fn(Value) -> Value>;

struct Walk<'a> {
    schemas: &'a Value,
    /// What is being walked through: schemas may hold themselves.
    inside: Vec<&'a Value>,
    found: Vec<(String, Wrap, Kind)>,
}

impl<'a> Walk<'a> {
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
        match (name, schema["allOf"].as_array()) {
            (Some(name), _) => self.resolve(&self.schemas[name]),
            (None, Some(parts)) if parts.len() == 1 => self.resolve(&parts[0]),
            _ => schema,
        }
    }

    fn walk(&mut self, at: &str, schema: &'a Value, wrap: &Wrap) {
        let schema = self.resolve(schema);
        if self.inside.iter().any(|outer| std::ptr::eq(*outer, schema)) {
            return;
        }
        self.inside.push(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.walk(at, part, wrap);
        }
        let tag = schema["discriminator"]["propertyName"].as_str().unwrap_or_default().to_string();
        for (word, target) in schema["discriminator"]["mapping"].as_object().into_iter().flatten() {
            let name = target.as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
            let (wrap, tag, word) = (wrap.clone(), tag.clone(), word.clone());
            let tagged = move |mut value: Value| {
                value[tag.as_str()] = json!(word);
                wrap(value)
            };
            let target = &self.schemas[name];
            // the tag itself says which of the schemas counts
            self.walk(at, target, &(std::rc::Rc::new(tagged) as Wrap));
        }
        self.fields(at, schema, wrap);
        self.inside.pop();
    }

    fn fields(&mut self, at: &str, schema: &'a Value, wrap: &Wrap) {
        let below = |name: &str| if at.is_empty() { name.to_string() } else { format!("{at}.{name}") };
        let within = |name: &str| {
            let (wrap, name) = (wrap.clone(), name.to_string());
            std::rc::Rc::new(move |value: Value| wrap(json!({ name.as_str(): value }))) as Wrap
        };
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let needed = schema["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
            let (at, wrap, field) = (below(name), within(name), self.resolve(field));
            if field["enum"].as_array().is_some_and(|words| words.len() == 1) {
                continue; // says which of several parts it is
            }
            let kind = if field["type"] == "string" { Kind::Text { needed } } else { Kind::Other { needed } };
            self.found.push((at.clone(), wrap.clone(), kind));
            if field["type"] == "array" {
                let item = std::rc::Rc::new(move |value: Value| wrap(json!([value]))) as Wrap;
                if self.resolve(&field["items"])["type"] == "string" {
                    self.found.push((format!("{at}[0]"), item.clone(), Kind::Entry));
                }
                self.walk(&format!("{at}[0]"), &field["items"], &item);
            } else {
                self.walk(&at, field, &wrap);
            }
        }
        let entry = &schema["additionalProperties"];
        if entry.is_object() && self.resolve(entry)["type"] == "string" {
            self.found.push((below("x"), within("x"), Kind::Entry));
        } else if entry.is_object() {
            self.walk(&below("x"), entry, &within("x"));
        }
    }
}

/// Every field of every body of JSON in the document that a key may post.
fn cases(document: &Value) -> Vec<Case> {
    let schemas = &document["components"]["schemas"];
    let mut cases = Vec::new();
    for operation in operations::keyed() {
        let schema = &operation.said["requestBody"]["content"]["application/json"]["schema"];
        if !schema.is_object() {
            continue;
        }
        let mut walk = Walk { schemas, inside: Vec::new(), found: Vec::new() };
        walk.walk("", schema, &(std::rc::Rc::new(|value| value) as Wrap));
        assert!(!walk.found.is_empty(), "{} has no fields", operation.id);
        for (field, wrap, kind) in walk.found {
            let (method, path) = (operation.method.clone(), operation.nowhere.clone());
            cases.push(Case { method, path, field, body: Box::new(move |value| wrap(value)), kind });
        }
    }
    cases
}

async fn told(shop: &Shop, case: &Case, value: Value) -> (Answer, Vec<String>) {
    let answer = shop.api.send(case.method.clone(), &case.path, (case.body)(value)).await;
    let inside = |name: &str| {
        name.strip_prefix(case.field.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let codes = answer.fields().into_iter().filter(|(field, _)| inside(field));
    let codes = codes.map(|(_, code)| code.to_string()).collect();
    (answer, codes)
}

both!(in_every_body_null_is_absent_and_a_number_is_no_text, |app| {
    let shop = app.shop().await;
    let cases = cases(&operations::document());
    assert!(cases.len() > 200, "{} fields", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let (answer, codes) = told(&shop, case, Value::Null).await;
        let fits = match case.kind {
            // nothing is missed, or it is missed as if it had not been there
            Kind::Text { needed: false } | Kind::Other { needed: false } => {
                answer.status < 500
                    && codes.iter().all(|code| !["wrong_type", "invalid_value"].contains(&code.as_str()))
            }
            Kind::Text { needed: true } | Kind::Other { needed: true } => {
                answer.status == 422 && codes == ["missing"]
            }
            Kind::Entry => answer.status == 422 && codes == ["wrong_type"],
        };
        if !fits {
            wrong
                .push(format!("{}: null in `{}` → {} {}", case.path, case.field, answer.status, answer.text));
        }
        if matches!(case.kind, Kind::Text { .. } | Kind::Entry) {
            for value in [json!(5), json!(true)] {
                let (answer, codes) = told(&shop, case, value.clone()).await;
                if answer.status != 422 || codes != ["wrong_type"] {
                    let (status, text) = (answer.status, &answer.text);
                    wrong.push(format!("{}: {value} in `{}` → {status} {text}", case.path, case.field));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
});

both!(a_draft_with_nulls_is_the_draft_without_them, |app| {
    let shop = app.shop().await;
    let nulls = json!({"description": null, "rate_per_minute": null, "unknown_policy": null,
        "variables": {"1": {"value": null, "attribute": "name", "default": "friend"}}});
    let path = "/api/v1/campaigns";
    let first = shop.api.post_once(path, shop.draft(json!({})), "one").await.ok();
    let again = shop.api.post_once(path, shop.draft(nulls), "one").await;
    assert_eq!(again.header("idempotent-replayed"), "true", "the same request: {}", again.text);
    assert_eq!(again.ok(), first);

    // in a map null may mean something: here it takes an attribute away
    let customer = json!({"phone": "+919820000001", "attributes": {"city": "Pune", "orders": 3}});
    shop.api.send(Method::PUT, "/api/v1/customers", customer).await.ok();
    let without = json!({"phone": "+919820000001", "name": null, "attributes": {"city": null}});
    let left = shop.api.send(Method::PUT, "/api/v1/customers", without).await.ok();
    assert_eq!(left["attributes"], json!({"orders": 3}));
});

both!(a_field_that_a_part_does_not_have_is_unknown_in_every_kind_of_part, |app| {
    let shop = app.shop().await;
    let mut template = shop.template("strange_parts", "utility", "Hi {{1}}, this is for you.");
    template["header"] = json!({"type": "text", "text": "Hello", "txet": "?"});
    template["buttons"] = json!([{"type": "quick_reply", "text": "Yes", "url": "https://shop.example"}]);
    let answer = shop.api.post("/api/v1/templates", template).await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("buttons[0].url", "unknown_field"), ("header.txet", "unknown_field")]);
});
