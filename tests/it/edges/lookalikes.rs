//! Texts that look like others, or like nothing.

use crate::support::app::both;
use crate::support::shop::phone;
use reqwest::Method;
use serde_json::json;

const STRANGE: [&str; 10] = [
    "аdmin",                      // a Cyrillic а
    "ａｄｍｉｎ",                 // full width
    "a\u{200b}dmin",              // a space of no width
    "\u{202e}nimda",              // right to left
    "e\u{301}",                   // two characters that are one
    "\u{1f468}\u{200d}\u{1f469}", // joined
    "\u{fffd}\u{10ffff}",
    "İ", // whose lower case is two characters
    "ß",
    "\u{7f}\u{80}\u{feff}",
];

both!(a_strange_name_comes_back_as_it_was_given_or_is_refused_in_words, |app| {
    let (_, api) = app.organization().await;
    for (n, text) in STRANGE.iter().enumerate() {
        let body =
            json!({"phone": phone(n), "name": text, "tags": [format!("t{text}")], "attributes": {"k": text}});
        let answer = api.send(Method::PUT, "/api/v1/customers", body).await;
        assert!([200, 201, 422].contains(&answer.status), "{text:?}: {answer:?}");
        if answer.status == 422 {
            continue;
        }
        let id = answer.json["id"].as_str().unwrap();
        let kept = api.get(&format!("/api/v1/customers/{id}")).await.ok();
        assert_eq!((&kept["name"], &kept["attributes"]["k"]), (&json!(text), &json!(text)));
        for query in ["search", "tag"] {
            let found = api.request(Method::GET, "/api/v1/customers").query(&[(query, text)]);
            assert_eq!(crate::support::client::Answer::of(found).await.status, 200, "{query} {text:?}");
        }
    }
});

both!(a_number_in_another_script_is_the_same_person, |app| {
    let (_, api) = app.organization().await;
    let mut ids = Vec::new();
    for spelling in
        ["+919876543210", "＋９１９８７６５４３２１０", "+91 ९८७६५ ४३२१०", "\u{202a}+919876543210\u{202c}"]
    {
        let body = json!({"phone": spelling});
        ids.push(api.send(Method::PUT, "/api/v1/customers", body).await.ok()["id"].clone());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
});
