//! The world as it stands now, ready to be asked by every request.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use reqwest::Url;

use crate::{
    SandboxError,
    graph::GraphError,
    number::LiveNumber,
    people::People,
    template::{LiveTemplate, Template, TemplateKey},
    world::{App, Subscription, Waba, World},
};

#[derive(Debug, Default)]
pub(crate) struct Registry {
    maps: RwLock<Maps>,
    pub(crate) people: People,
}

#[derive(Debug, Default)]
struct Maps {
    apps: HashMap<String, Arc<App>>,
    wabas: HashMap<String, Arc<Waba>>,
    numbers: HashMap<String, Arc<LiveNumber>>,
    /// By account, then name, then language.
    templates: HashMap<String, HashMap<String, Vec<Arc<LiveTemplate>>>>,
    /// When an approved template of an account and name was deleted last.
    deleted: HashMap<(String, String), i64>,
    expired_tokens: HashSet<String>,
}

/// Where a webhook goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) app_id: Arc<str>,
    pub(crate) override_url: Option<Arc<str>>,
}

impl Registry {
    /// Adds or replaces; nothing at all if any address is not loopback.
    pub(crate) fn apply(&self, world: World) -> Result<(), SandboxError> {
        let overrides = world.wabas.iter().flat_map(|waba| &waba.subscriptions);
        let urls = overrides.filter_map(|s| s.override_callback_uri.as_deref());
        for url in urls.chain(world.apps.iter().filter_map(|app| app.callback_url.as_deref())) {
            loopback_url(url)?;
        }
        self.write(|maps| {
            maps.apps.extend(world.apps.into_iter().map(|app| (app.id.clone(), Arc::new(app))));
            maps.wabas.extend(world.wabas.into_iter().map(|waba| (waba.id.clone(), Arc::new(waba))));
            for number in world.numbers {
                maps.numbers.insert(number.id.clone(), Arc::new(LiveNumber::new(number)));
            }
            for template in world.templates {
                maps.put_template(template);
            }
        });
        for window in world.windows {
            self.people.open_window(&window.phone_number_id, &window.wa_id, window.opened_at_ms);
        }
        Ok(())
    }

    pub(crate) fn world(&self) -> World {
        let mut world = self.read(|maps| World {
            apps: maps.apps.values().map(|app| (**app).clone()).collect(),
            wabas: maps.wabas.values().map(|waba| (**waba).clone()).collect(),
            numbers: maps.numbers.values().map(|number| number.spec.clone()).collect(),
            templates: maps.all_templates().map(|template| template.spec.clone()).collect(),
            ..World::default()
        });
        world.windows = self.people.windows();
        world.apps.sort_by(|a, b| a.id.cmp(&b.id));
        world.wabas.sort_by(|a, b| a.id.cmp(&b.id));
        world.numbers.sort_by(|a, b| a.id.cmp(&b.id));
        world.templates.sort_by(|a, b| (&a.name, &a.language, &a.id).cmp(&(&b.name, &b.language, &b.id)));
        world
    }

    pub(crate) fn app(&self, id: &str) -> Option<Arc<App>> {
        self.read(|maps| maps.apps.get(id).cloned())
    }

    pub(crate) fn number(&self, id: &str) -> Option<Arc<LiveNumber>> {
        self.read(|maps| maps.numbers.get(id).cloned())
    }

    /// The number a token may use, or the error Meta answers with.
    pub(crate) fn authorised(
        &self,
        method: &str,
        id: &str,
        token: Option<&str>,
    ) -> Result<Arc<LiveNumber>, GraphError> {
        self.read(|maps| {
            let number = maps.numbers.get(id).filter(|number| Some(number.spec.token.as_str()) == token);
            // Every send comes this way: only a token that does not fit is sought among all.
            if number.is_none() || !maps.expired_tokens.is_empty() {
                maps.known_token(token)?;
            }
            number.cloned().ok_or_else(|| GraphError::unknown_object(method, id))
        })
    }

    /// The business account a token may use, with one of its numbers the token belongs to.
    pub(crate) fn authorised_waba(
        &self,
        method: &str,
        id: &str,
        token: Option<&str>,
    ) -> Result<(Arc<Waba>, Arc<LiveNumber>), GraphError> {
        self.read(|maps| {
            let token = maps.known_token(token)?;
            let number = maps.numbers.values().find(|n| n.spec.waba_id == id && n.spec.token == token);
            let found = maps.wabas.get(id).cloned().zip(number.cloned());
            found.ok_or_else(|| GraphError::unknown_object(method, id))
        })
    }

    /// All numbers of an account, by id.
    pub(crate) fn numbers_of(&self, waba_id: &str) -> Vec<Arc<LiveNumber>> {
        let mut numbers: Vec<_> =
            self.read(|maps| maps.numbers.values().filter(|n| n.spec.waba_id == waba_id).cloned().collect());
        numbers.sort_by(|a, b| a.id.cmp(&b.id));
        numbers
    }

    /// A number this token opens, and whether the token has expired.
    pub(crate) fn token(&self, token: &str) -> Option<(Arc<LiveNumber>, bool)> {
        self.read(|maps| {
            let number = maps.numbers.values().find(|number| number.spec.token == token)?;
            Some((Arc::clone(number), maps.expired_tokens.contains(token)))
        })
    }

    /// A number this token opens, or the error Meta answers with.
    pub(crate) fn opened_by(&self, token: Option<&str>) -> Result<Arc<LiveNumber>, GraphError> {
        self.read(|maps| {
            let token = maps.known_token(token)?;
            let number = maps.numbers.values().find(|number| number.spec.token == token);
            number.cloned().ok_or_else(GraphError::bad_token)
        })
    }

    pub(crate) fn expire_token(&self, token: &str) {
        self.write(|maps| maps.expired_tokens.insert(token.to_owned()));
    }

    pub(crate) fn template(&self, waba_id: &str, name: &str, language: &str) -> Option<Arc<LiveTemplate>> {
        self.read(|maps| {
            let languages = maps.templates.get(waba_id)?.get(name)?;
            languages.iter().find(|template| template.spec.language == language).cloned()
        })
    }

    pub(crate) fn templates_of(&self, waba_id: &str) -> Vec<Arc<LiveTemplate>> {
        let place = |template: &LiveTemplate| format!("{}/{}", template.spec.name, template.spec.language);
        let mut found: Vec<_> =
            self.read(|maps| maps.all_templates().filter(|t| t.spec.waba_id == waba_id).cloned().collect());
        found.sort_by_cached_key(|template| place(template));
        found
    }

    pub(crate) fn template_by_id(&self, id: &str) -> Option<Arc<LiveTemplate>> {
        self.read(|maps| maps.all_templates().find(|template| template.spec.id == id).cloned())
    }

    /// When an approved template of that name was deleted last.
    pub(crate) fn deleted_at(&self, waba_id: &str, name: &str) -> Option<i64> {
        self.read(|maps| maps.deleted.get(&(waba_id.to_owned(), name.to_owned())).copied())
    }

    pub(crate) fn remove_template(&self, key: &TemplateKey, now_ms: i64) {
        self.write(|maps| {
            let names = maps.templates.get_mut(&key.waba_id);
            let Some(languages) = names.and_then(|names| names.get_mut(&key.name)) else { return };
            let was_approved = |t: &Arc<LiveTemplate>| {
                t.spec.language == key.language && ["APPROVED", "PAUSED"].contains(&t.spec.status.as_str())
            };
            let blocks = languages.iter().any(was_approved);
            languages.retain(|template| template.spec.language != key.language);
            if blocks {
                maps.deleted.insert((key.waba_id.clone(), key.name.clone()), now_ms);
            }
        });
    }

    pub(crate) fn put_template(&self, template: Template) {
        self.write(|maps| maps.put_template(template));
    }

    pub(crate) fn subscribe(&self, waba_id: &str, subscription: Subscription) -> Result<(), SandboxError> {
        if let Some(url) = &subscription.override_callback_uri {
            loopback_url(url)?;
        }
        self.write(|maps| {
            if let Some(waba) = maps.wabas.get_mut(waba_id) {
                let waba = Arc::make_mut(waba);
                waba.subscriptions.retain(|known| known.app_id != subscription.app_id);
                waba.subscriptions.push(subscription);
            }
        });
        Ok(())
    }

    pub(crate) fn unsubscribe(&self, waba_id: &str, app_id: &str) {
        self.write(|maps| {
            if let Some(waba) = maps.wabas.get_mut(waba_id) {
                Arc::make_mut(waba).subscriptions.retain(|known| known.app_id != app_id);
            }
        });
    }

    /// The same for one number, whose own address goes before the account's and the app's.
    pub(crate) fn targets_of(&self, number: &LiveNumber) -> Vec<Target> {
        let mut targets = self.targets(&number.spec.waba_id);
        if let Some(url) = number.webhook() {
            for target in targets.iter_mut().filter(|target| *target.app_id == *number.spec.app_id) {
                target.override_url = Some(Arc::clone(&url));
            }
        }
        targets
    }

    /// Everybody who listens to an account and has an address.
    pub(crate) fn targets(&self, waba_id: &str) -> Vec<Target> {
        self.read(|maps| {
            let Some(waba) = maps.wabas.get(waba_id) else { return Vec::new() };
            let target = |subscription: &Subscription| {
                let app = maps.apps.get(&subscription.app_id)?;
                let override_url = subscription.override_callback_uri.as_deref().map(Arc::from);
                let reachable = override_url.is_some() || app.callback_url.is_some();
                reachable.then(|| Target { app_id: app.id.as_str().into(), override_url })
            };
            waba.subscriptions.iter().filter_map(target).collect()
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Maps) -> T) -> T {
        work(&self.maps.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, work: impl FnOnce(&mut Maps) -> T) -> T {
        work(&mut self.maps.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Maps {
    fn known_token<'a>(&self, token: Option<&'a str>) -> Result<&'a str, GraphError> {
        let token = token.ok_or_else(GraphError::bad_token)?;
        if self.expired_tokens.contains(token) {
            return Err(GraphError::expired_token());
        }
        let known = self.numbers.values().any(|number| number.spec.token == token);
        known.then_some(token).ok_or_else(GraphError::bad_token)
    }

    fn all_templates(&self) -> impl Iterator<Item = &Arc<LiveTemplate>> {
        self.templates.values().flat_map(HashMap::values).flatten()
    }

    fn put_template(&mut self, template: Template) {
        let names = self.templates.entry(template.waba_id.clone()).or_default();
        let languages = names.entry(template.name.clone()).or_default();
        languages.retain(|known| known.spec.language != template.language);
        languages.push(Arc::new(LiveTemplate::new(template)));
    }
}

/// The sandbox must not be able to reach anybody but this machine.
pub(crate) fn loopback_url(text: &str) -> Result<Url, SandboxError> {
    let refused = || SandboxError::NotLoopback(text.to_owned());
    let url = Url::parse(text).map_err(|_| refused())?;
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    if host == "localhost" || address.is_ok_and(|ip| ip.is_loopback()) { Ok(url) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_pass() {
        for good in ["http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:9/"] {
            assert!(loopback_url(good).is_ok(), "{good}");
        }
        for bad in ["http://example.com/", "http://10.0.0.1/", "nonsense", "http://127.0.0.1.example.com/"] {
            assert!(loopback_url(bad).is_err(), "{bad}");
        }
    }
}
