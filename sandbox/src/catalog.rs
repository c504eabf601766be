//! Catalogs: products by the id their seller gave them, and the batches that change them.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::template::string;

/// Batches remembered per catalog.
const BATCHES: usize = 1_000;

/// A catalog of products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The business account it belongs to.
    pub waba_id: String,
}

#[derive(Debug, Default)]
pub(crate) struct Catalogs(Mutex<HashMap<String, Live>>);

#[derive(Debug)]
struct Live {
    spec: Catalog,
    products: BTreeMap<String, Value>,
    batches: HashMap<String, Batch>,
    order: VecDeque<String>,
}

/// A batch, and how it went.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    pub(crate) finished: bool,
    pub(crate) errors: Vec<Value>,
    pub(crate) invalid: Vec<String>,
}

impl Catalogs {
    pub(crate) fn put(&self, spec: Catalog) {
        self.with(|all| match all.get_mut(&spec.id) {
            Some(live) => live.spec = spec,
            None => {
                let (products, batches, order) = Default::default();
                all.insert(spec.id.clone(), Live { spec, products, batches, order });
            }
        });
    }

    pub(crate) fn find(&self, id: &str) -> Option<Catalog> {
        self.with(|all| all.get(id).map(|live| live.spec.clone()))
    }

    pub(crate) fn all(&self) -> Vec<Catalog> {
        let mut all: Vec<_> = self.with(|all| all.values().map(|live| live.spec.clone()).collect());
        all.sort_by(|a: &Catalog, b| a.id.cmp(&b.id));
        all
    }

    /// Products after this id, in order, at most so many.
    pub(crate) fn products(&self, id: &str, after: &str, limit: usize) -> Vec<Value> {
        self.with(|all| {
            let products = all.get(id).map(|live| &live.products);
            let later =
                products.into_iter().flatten().filter(|(retailer_id, _)| retailer_id.as_str() > after);
            later.take(limit).map(|(_, product)| product.clone()).collect()
        })
    }

    pub(crate) fn has_product(&self, id: &str, retailer_id: &str) -> bool {
        self.with(|all| all.get(id).is_some_and(|live| live.products.contains_key(retailer_id)))
    }

    pub(crate) fn open_batch(&self, id: &str, handle: &str, batch: Batch) {
        self.with(|all| {
            let Some(live) = all.get_mut(id) else { return };
            live.batches.insert(handle.to_owned(), batch);
            live.order.push_back(handle.to_owned());
            if live.order.len() > BATCHES
                && let Some(oldest) = live.order.pop_front()
            {
                live.batches.remove(&oldest);
            }
        });
    }

    pub(crate) fn batch(&self, id: &str, handle: &str) -> Option<Batch> {
        self.with(|all| all.get(id)?.batches.get(handle).cloned())
    }

    /// Does what a batch asked for, and closes it.
    pub(crate) fn finish(&self, id: &str, handle: &str, requests: Vec<Request>, upsert: bool) {
        self.with(|all| {
            let Some(live) = all.get_mut(id) else { return };
            let mut failed = Vec::new();
            for Request { method, data } in requests {
                let retailer_id = string(&data, "id").to_owned();
                let known = live.products.contains_key(&retailer_id);
                match method.as_str() {
                    "DELETE" => drop(live.products.remove(&retailer_id)),
                    "UPDATE" if !known && !upsert => failed.push(retailer_id),
                    _ => {
                        let product = live.products.entry(retailer_id).or_insert_with(|| json!({}));
                        merge(product, data);
                    }
                }
            }
            if let Some(batch) = live.batches.get_mut(handle) {
                let unknown = |id: &String| json!({"id": id, "message": "The product does not exist"});
                batch.errors.extend(failed.iter().map(unknown));
                batch.invalid.extend(failed);
                batch.finished = true;
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Live>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn merge(product: &mut Value, data: Value) {
    if let (Some(product), Value::Object(data)) = (product.as_object_mut(), data) {
        product.extend(data);
    }
}

/// One request of a batch.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) data: Value,
}

impl Request {
    /// What is wrong with it.
    pub(crate) fn problem(&self) -> Option<String> {
        let id = string(&self.data, "id");
        if id.is_empty() || id.len() > 100 {
            return Some("id must have 1 to 100 characters".to_owned());
        }
        match self.method.as_str() {
            "DELETE" => None,
            "CREATE" | "UPDATE" => self.field_problem(),
            other => Some(format!("method {other} is unknown")),
        }
    }

    /// An update may name some fields only; a creation names them all.
    fn field_problem(&self) -> Option<String> {
        let given = |name: &str| self.data.get(name).is_some_and(|value| !value.is_null() && value != "");
        if self.method == "CREATE" {
            let needed = ["title", "description", "availability", "condition", "price", "link", "brand"];
            if let Some(name) = needed.iter().find(|name| !given(name)) {
                return Some(format!("A required field is missing: {name}"));
            }
            if !given("image") && !given("image_link") {
                return Some("A required field is missing: image_link".to_owned());
            }
        }
        let price_is_wrong = |price: &str| {
            let (amount, currency) = price.split_once(' ').unwrap_or((price, ""));
            let letters = currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_uppercase());
            !letters
                || amount.parse::<f64>().is_ok_and(|amount| amount < 0.0)
                || amount.parse::<f64>().is_err()
        };
        if ["price", "sale_price"].iter().any(|name| given(name) && price_is_wrong(string(&self.data, name)))
        {
            return Some("price must look like \"9.99 USD\"".to_owned());
        }
        let long = |name: &str, most: usize| string(&self.data, name).chars().count() > most;
        if long("title", 200) || long("description", 5_000) {
            return Some("title or description is too long".to_owned());
        }
        let stock = ["in stock", "out of stock", "preorder", "available for order", "discontinued"];
        if given("availability") && !stock.contains(&string(&self.data, "availability")) {
            return Some(format!("availability must be one of {}", stock.join(", ")));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_checked_as_meta_does() {
        let problem = |method: &str, data: Value| Request { method: method.to_owned(), data }.problem();
        let whole = json!({"id": "1", "title": "T", "description": "D", "availability": "in stock", "condition": "new",
            "price": "9.99 USD", "link": "https://e.com", "brand": "B", "image_link": "https://e.com/1.jpg"});
        assert_eq!(problem("CREATE", whole.clone()), None);
        assert!(problem("CREATE", json!({"id": "1"})).unwrap().contains("title"));
        assert_eq!(problem("UPDATE", json!({"id": "1", "price": "5 USD"})), None);
        for price in ["9.99", "x USD", "-1 USD", "1 usd"] {
            assert!(problem("UPDATE", json!({"id": "1", "price": price})).is_some(), "{price}");
        }
        assert_eq!(problem("DELETE", json!({"id": "1"})), None);
        assert!(problem("DELETE", json!({"id": "x".repeat(101)})).is_some());
        assert!(problem("PATCH", whole).is_some());
    }
}
