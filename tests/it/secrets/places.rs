//! A secret opens where it was sealed and nowhere else, and its data key is there whenever it is.

use crate::support::app::{Setup, TestApp, both};
use bellbird_core::ids::OrganizationId;
use bellbird_core::secret::columns::SENDER_TOKEN;
use bellbird_core::secret::{Cipher, EnvironmentKeys, ExposeSecret, SecretString, entity};
use bellbird_core::senders::{self, apps};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::sync::Arc;

/// Another process on the same database, with the app's own key.
fn another(app: &TestApp) -> Cipher {
    let keys = EnvironmentKeys::of(&app.services.config.secrets).unwrap();
    let db = &app.services.db;
    Cipher::new(Arc::new(keys), (db.read().clone(), db.write().clone()), app.services.clock.clone())
}

async fn active(app: &TestApp, organization: OrganizationId) -> u64 {
    let keys = entity::Entity::find().filter(entity::Column::OrganizationId.eq(organization));
    let keys = keys.filter(entity::Column::RetiredAt.is_null());
    keys.count(app.services.db.read()).await.unwrap()
}

fn quiet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

both!(a_ciphertext_that_was_moved_does_not_open, quiet(), |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let find = async |id: &str| {
        let row = senders::Entity::find_by_id(id.parse::<bellbird_core::ids::SenderId>().unwrap());
        row.one(app.services.db.read()).await.unwrap().unwrap()
    };
    let (ours, theirs) = (find(&shop.sender).await, find(&other.sender).await);
    let cipher = &app.services.cipher;
    assert_eq!(ours.token(cipher).await.unwrap().expose_secret(), shop.token);
    assert!(!ours.access_token.contains(&shop.token));

    // into another organization's row
    let moved = senders::Sender { access_token: theirs.access_token.clone(), ..ours.clone() };
    assert!(moved.token(cipher).await.unwrap_err().to_string().contains("moved here from elsewhere"));
    // into another row of the same organization
    let moved = senders::Sender { id: theirs.id, ..ours.clone() };
    assert!(moved.token(cipher).await.is_err());
    // with its organization
    let moved = senders::Sender { organization_id: theirs.organization_id, ..ours.clone() };
    assert!(moved.token(cipher).await.is_err());
    // into another column
    let swap = "UPDATE apps SET verify_token = secret";
    app.services.db.write().execute_unprepared(swap).await.unwrap();
    let all = senders::AppEntity::find().all(app.services.db.read()).await.unwrap();
    for app in &all {
        assert!(apps::verify_token(cipher, app).await.is_err());
    }
    // under a data key that was made to stand for another
    let retold =
        "UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys k WHERE k.id <> data_keys.id LIMIT 1)";
    app.services.db.write().execute_unprepared(retold).await.unwrap();
    let refused = ours.token(&another(app)).await.unwrap_err().to_string();
    assert!(refused.contains("it is damaged"), "{refused}");
    assert!(!refused.contains(&shop.token));
});

both!(a_data_key_that_was_rolled_back_seals_nothing, quiet(), |app| {
    let (organization, _) = app.organization().await;
    let cipher = &app.services.cipher;
    let (place, secret) = (SENDER_TOKEN.place(organization, "snd_1"), SecretString::from("a token"));
    let tx = app.services.begin().await.unwrap();
    let lost = cipher.seal(tx.conn(), &place, &secret).await.unwrap();
    cipher.seal(tx.conn(), &place, &secret).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(active(app, organization).await, 0);
    assert!(another(app).open(&place, &lost).await.is_err());

    let tx = app.services.begin().await.unwrap();
    let kept = cipher.seal(tx.conn(), &place, &secret).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(active(app, organization).await, 1);
    assert_eq!(another(app).open(&place, &kept).await.unwrap().expose_secret(), "a token");
});

both!(many_who_seal_first_make_one_data_key, quiet(), |app| {
    let (organization, _) = app.organization().await;
    let ciphers: Vec<_> = (0..8).map(|_| another(app)).collect();
    let ready = ciphers.iter().map(|cipher| cipher.ready(organization));
    for done in futures::future::join_all(ready).await {
        done.unwrap();
    }
    assert_eq!(active(app, organization).await, 1);
    let place = SENDER_TOKEN.place(organization, "snd_1");
    for (one, next) in ciphers.iter().zip(ciphers.iter().skip(1)) {
        let sealed = one.seal(app.services.db.read(), &place, &"a token".into()).await.unwrap();
        assert_eq!(next.open(&place, &sealed).await.unwrap().expose_secret(), "a token");
    }
});
