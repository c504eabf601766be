//! Everything about one person, in one document.

use super::plant::{NAME, PHONE, WAMID, WORD, WRITTEN, other, plant};
use crate::support::app::both;
use crate::support::shop::phone;
use serde_json::{Value, json};

both!(an_export_holds_everything_about_one_person_and_nothing_of_others, |app| {
    let shop = app.shop().await;
    let planted = plant(app, &shop).await;
    let path = format!("/api/v1/customers/{}/export", planted.customer);
    let answer = shop.api.get(&path).await;
    assert!(answer.header("content-disposition").contains(&planted.customer));
    assert!(!answer.text.contains(&other()), "nobody else is in it");
    let export = answer.ok();
    let customer = &export["customer"];
    assert_eq!((&customer["phone"], &customer["name"]), (&json!(PHONE), &json!(NAME)));
    assert_eq!(
        (&customer["tags"], &customer["attributes"]["note"]),
        (&json!([WORD]), &json!("likes heliotrope"))
    );
    let words: Vec<_> =
        export["consent_events"].as_array().unwrap().iter().map(|word| &word["state"]).collect();
    assert_eq!(words, ["opted_in", "opted_out"], "{export:#}");
    let messages = export["messages"].as_array().unwrap();
    let of = |campaign: &str| messages.iter().filter(|message| message["campaign_id"] == campaign).count();
    assert_eq!([of(&planted.campaign), of(&planted.waiting), of(&planted.draft)], [1, 1, 1]);
    let heard = messages.iter().find(|message| message["wamid"] == WAMID).unwrap();
    assert_eq!(heard["received"]["text"]["body"], format!("do you have {WORD}?"));
    let sent = messages.iter().find(|message| message["id"] == planted.message.as_str()).unwrap();
    assert_eq!((&sent["variables"]["1"], &sent["attempts"][0]["number"]), (&json!(NAME), &json!(1)));
    let campaigns: Vec<_> = export["campaigns"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(campaigns, [&planted.campaign, &planted.waiting, &planted.draft]);
    let files = export["files"].as_array().unwrap();
    assert_eq!(files.len(), 1, "{files:#?}");
    let content = shop.api.get(files[0]["content"].as_str().unwrap()).await;
    assert_eq!(content.status, 200);
    let rejects = export["import_rejects"].as_array().unwrap();
    assert_eq!((rejects.len(), &rejects[0]["cells"][0]), (1, &json!(WRITTEN)), "{rejects:#?}");
    shop.api.post(&format!("/api/v1/failed-webhooks/{}/replay", planted.failed), Value::Null).await.ok();
    app.heard_everything().await;
});

both!(an_export_of_many_pages_is_whole, |app| {
    let (shop, person) = (app.shop().await, phone(1));
    let customer = shop.customer(app, &person, None, &[]).await;
    let said: Vec<_> = (0..450)
        .map(|n| {
            let at = app.services.now().0;
            let wamid = format!("wamid.{n}");
            shop.change(crate::support::post::text_from("919820000001", &wamid, &format!("no. {n}"), at))
        })
        .collect();
    let said: Vec<_> = said
        .into_iter()
        .map(|change| {
            let text = change.to_string().replace("919820000001", person.trim_start_matches('+'));
            serde_json::from_str::<Value>(&text).unwrap()
        })
        .collect();
    for some in said.chunks(150) {
        assert_eq!(shop.hear(&shop.webhook(some)).await.status, 200);
    }
    app.heard_everything().await;
    let path = format!("/api/v1/customers/{}/export", customer["id"].as_str().unwrap());
    let export = shop.api.get(&path).await.ok();
    let messages = export["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 450);
    let wamids: std::collections::BTreeSet<_> = messages.iter().map(|one| one["wamid"].to_string()).collect();
    assert_eq!(wamids.len(), 450, "each once");
    for empty in ["consent_events", "campaigns", "files", "import_rejects"] {
        assert_eq!(export[empty], json!([]), "{empty}");
    }
});
