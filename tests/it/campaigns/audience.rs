//! Who is in a campaign, and who is left out and why.

use crate::support::app::both;
use crate::support::shop::{phone, phones, wa_id};
use bellbird_sandbox::{GateAt, GateRule, Match};
use serde_json::json;

both!(a_csv_brings_people_and_names_every_bad_row, |app| {
    let shop = app.shop().await;
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let file = format!(
        "\u{feff}Phone,Name,1,opt_in\n{},Bea,Bee,yes\n{},Cy,,\nnot a number,Di,,\n{},Bea again,,\n+91 22 2345 6789,Ed,,\n\n{},\"Fay, the first\",,no\n",
        phone(1),
        phone(2),
        phone(1),
        phone(3),
    );
    let path = format!("/api/v1/campaigns/{campaign}/recipients/import?consent_source=till%20slip");
    let imported = shop.api.post_csv(&path, file).await.ok();
    assert_eq!(
        (&imported["rows"], &imported["added"], &imported["updated"], &imported["rejected_count"]),
        (&json!(6), &json!(3), &json!(0), &json!(3)),
        "{imported:#}"
    );
    let rejected: Vec<_> = imported["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["line"].as_u64().unwrap(), row["code"].as_str().unwrap()))
        .collect();
    assert_eq!(rejected, [(4, "invalid_phone"), (5, "duplicate_recipient"), (6, "phone_not_mobile")]);

    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "two to be delivered", |stats| stats["funnel"]["delivered"] == 2).await;
    let taken = app.taken(&shop);
    assert_eq!(taken[&phone(1)][0].params, ["Bee"], "a value of her own");
    assert_eq!(taken[&phone(2)][0].params, ["Cy"], "his name");
    let refused = shop.recipient(&campaign, &phone(3)).await;
    assert_eq!((&refused["status"], &refused["reason_code"]), (&json!("skipped"), &json!("opted_out")));
    assert_eq!(refused["name"], "Fay, the first");
});

both!(a_file_that_cannot_be_read_adds_nobody, |app| {
    let shop = app.shop().await;
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let path = format!("/api/v1/campaigns/{campaign}/recipients/import");
    for (file, code) in [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "not_text"),
        (b"name,age\nAna,3\n".to_vec(), "no_phone_column"),
        (b"phone,name,name\n1,2,3\n".to_vec(), "duplicate_column"),
    ] {
        let answer = shop.api.post_csv(&path, file).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [("file", code)]);
    }
    assert_eq!(shop.recipients(&campaign).await.len(), 0);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0);
});

both!(adding_a_person_twice_keeps_one_with_the_new_values, |app| {
    let shop = app.shop().await;
    let campaign = shop.campaign(app, json!({}), &phones(2)).await;
    let path = format!("/api/v1/campaigns/{campaign}/recipients");
    let again = json!({"recipients": [
        {"phone": phone(1), "variables": {"1": "dear Bea"}}, {"phone": phone(2)},
    ]});
    assert_eq!(shop.api.post(&path, again).await.ok(), json!({"added": 1, "updated": 1}));
    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 2).await;
    app.assert_each_once(&shop, &phones(2));
    assert_eq!(app.taken(&shop)[&phone(1)][0].params, ["dear Bea"]);
    assert_eq!(shop.recipient(&campaign, &phone(2)).await["reason_code"], "no_consent");
});

both!(a_tag_is_read_when_the_campaign_is_launched, |app| {
    let shop = app.shop().await;
    let audience = json!({"audience": {"kind": "tag", "tag": "vip"}});
    let campaign = shop.created("/api/v1/campaigns", shop.draft(audience)).await;
    shop.steer(&campaign, "launch").await.refused(409, "empty_audience");
    for n in 0..6 {
        let word = [Some("opted_in"), Some("opted_out"), None][n % 3];
        shop.customer(app, &phone(n), word, &["vip", "more"]).await;
    }
    shop.customer(app, &phone(50), Some("opted_in"), &["other"]).await;
    let (other, _) = (app.shop().await, ());
    other.customer(app, &phone(60), Some("opted_in"), &["vip"]).await;

    shop.steer(&campaign, "launch").await.ok();
    let stats =
        shop.until_stats(&campaign, "two to be delivered", |stats| stats["funnel"]["delivered"] == 2).await;
    assert_eq!((&stats["funnel"]["total"], &stats["counts"]["skipped"]), (&json!(6), &json!(4)));
    app.assert_each_once(&shop, &[phone(0), phone(3)]);
    let reasons = stats["reasons"].as_array().unwrap();
    for (code, said) in [("no_consent", "not agreed to marketing"), ("opted_out", "stopped such messages")] {
        let reason = reasons.iter().find(|reason| reason["reason_code"] == code).unwrap();
        assert_eq!((&reason["status"], &reason["count"]), (&json!("skipped"), &json!(2)));
        assert!(reason["reason"].as_str().is_some_and(|words| words.contains(said)), "{reason}");
    }
});

both!(all_opted_in_means_just_those, |app| {
    let shop = app.shop().await;
    for n in 0..9 {
        let word = [Some("opted_in"), Some("opted_out"), None][n % 3];
        shop.customer(app, &phone(n), word, &[]).await;
    }
    let audience = json!({"audience": {"kind": "opted_in"}});
    let campaign = shop.created("/api/v1/campaigns", shop.draft(audience)).await;
    let add = format!("/api/v1/campaigns/{campaign}/recipients");
    shop.api
        .post(&add, json!({"recipients": [{"phone": phone(1)}]}))
        .await
        .refused(409, "audience_not_listed");
    shop.steer(&campaign, "launch").await.ok();
    let stats =
        shop.until_stats(&campaign, "three to be delivered", |stats| stats["funnel"]["delivered"] == 3).await;
    assert_eq!(stats["funnel"]["total"], 3);
    app.assert_each_once(&shop, &[phone(0), phone(3), phone(6)]);
});

both!(a_large_audience_is_expanded_page_by_page, |app| {
    let shop = app.shop().await;
    let people = phones(2_300);
    let file: String = people.iter().map(|phone| format!("{phone}\n")).collect();
    let utility = json!({"template_id": shop.utility});
    let campaign = shop.created("/api/v1/campaigns", shop.draft(utility)).await;
    let path = format!("/api/v1/campaigns/{campaign}/recipients/import");
    assert_eq!(shop.api.post_csv(&path, format!("phone\n{file}")).await.ok()["added"], 2_300);
    // nobody is sent to: what is looked at is the expansion
    let gate = app.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
    shop.steer(&campaign, "launch").await.ok();
    let stats = shop.until(&campaign, "running").await;
    assert_eq!((&stats["funnel"]["total"], &stats["counts"]["planned"]), (&json!(2_300), &json!(0)));
    shop.steer(&campaign, "cancel").await.ok();
    gate.release();
    shop.until_stats(&campaign, "nothing to be open", |stats| {
        let counts = &stats["counts"];
        counts["cancelled"].as_i64().unwrap() + counts["delivered"].as_i64().unwrap() == 2_300
    })
    .await;
});

both!(marketing_needs_consent_and_utility_does_not, |app| {
    let shop = app.shop().await;
    let person = json!({"recipients": [{"phone": phone(1), "name": "Ana"}]});
    let mut answers = Vec::new();
    for template in [&shop.marketing, &shop.utility] {
        let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({"template_id": template}))).await;
        shop.api.post(&format!("/api/v1/campaigns/{campaign}/recipients"), person.clone()).await.ok();
        shop.steer(&campaign, "launch").await.ok();
        shop.until(&campaign, "completed").await;
        answers.push(shop.recipient(&campaign, &phone(1)).await);
    }
    assert_eq!(
        (&answers[0]["status"], &answers[0]["reason_code"]),
        (&json!("skipped"), &json!("no_consent"))
    );
    assert_eq!(answers[0]["reason"], "This person has not agreed to marketing messages.");
    assert_eq!(answers[0]["attempt"], 0);
    assert_ne!(answers[1]["status"], "skipped");
    app.assert_each_once(&shop, &[phone(1)]);
});

both!(consent_withdrawn_after_the_launch_is_seen_at_the_claim, |app| {
    let (shop, people) = (app.shop().await, phones(60));
    let gate = app.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
    let campaign = shop.launched(app, json!({}), &people).await;
    gate.wait_for(16).await; // every hand of the worker: nobody else is claimed until the gate opens
    let recipients = shop.recipients(&campaign).await;
    let waiting = recipients.iter().find(|person| person["status"] == "queued").expect("somebody waits");
    let phone = waiting["phone"].as_str().unwrap();
    let word = json!({"phone": phone, "opt_in": {"state": "opted_out", "source": "on the phone"}});
    shop.api.send(reqwest::Method::PUT, "/api/v1/customers", word).await.ok();
    gate.release();
    shop.until_stats(&campaign, "all others to be delivered", |stats| stats["funnel"]["delivered"] == 59)
        .await;
    let skipped = shop.recipient(&campaign, phone).await;
    assert_eq!((&skipped["status"], &skipped["attempt"]), (&json!("skipped"), &json!(0)), "{skipped:#}");
    assert!(skipped["reason"].as_str().is_some_and(|words| words.contains("marketing")));
    assert!(!app.taken(&shop).contains_key(&format!("+{}", wa_id(phone))));
});

both!(missing_values_are_found_before_the_launch_for_the_whole_audience, |app| {
    let shop = app.shop().await;
    shop.customer(app, &phone(1), Some("opted_in"), &["vip"]).await;
    let draft = shop.draft(json!({
        "audience": {"kind": "tag", "tag": "vip"},
        "variables": {"1": {"attribute": "favourite"}},
    }));
    let campaign = shop.created("/api/v1/campaigns", draft).await;
    let answer = shop.steer(&campaign, "launch").await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("variables.1", "missing_variable")]);
    assert!(answer.text.contains(&phone(1)), "an example is named: {}", answer.text);
    let known = json!({"phone": phone(1), "attributes": {"favourite": "plum cake"}});
    shop.api.send(reqwest::Method::PUT, "/api/v1/customers", known).await.ok();
    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "it to be delivered", |stats| stats["funnel"]["delivered"] == 1).await;
    assert_eq!(app.taken(&shop)[&phone(1)][0].params, ["plum cake"]);
});

both!(a_word_from_the_future_is_refused_wherever_it_comes_from, |app| {
    let shop = app.shop().await;
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let next_year = (app.services.now().to_utc() + chrono::TimeDelta::days(365)).to_rfc3339();
    let word = json!({"state": "opted_in", "source": "checkout", "at": next_year});
    let path = format!("/api/v1/campaigns/{campaign}/recipients");
    let answer = shop.api.post(&path, json!({"recipients": [{"phone": phone(1), "opt_in": word}]})).await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("recipients[0].opt_in.at", "time_in_future")]);
});

both!(an_export_can_be_opened_in_a_spreadsheet_and_imported_again, |app| {
    let shop = app.shop().await;
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let path = format!("/api/v1/campaigns/{campaign}/recipients");
    let names = ["=cmd()", "+1", "-1", "@x", "a \"quoted\", name", "two\nlines", "Zoë"];
    let people = names.iter().enumerate().map(|(n, name)| json!({"phone": phone(n), "name": name}));
    shop.api.post(&path, json!({"recipients": people.collect::<Vec<_>>()})).await.ok();
    let export = shop.api.get(&format!("{path}/export")).await;
    for harmless in ["'=cmd()", "'+1", "'-1", "'@x", "Zoë"] {
        assert!(export.text.contains(harmless), "{harmless}: {}", export.text);
    }
    assert!(export.text.contains(&format!("\"{}\"", phone(0))), "numbers stay as they are: {}", export.text);
    let again = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let import = format!("/api/v1/campaigns/{again}/recipients/import");
    let imported = shop.api.post_csv(&import, export.text).await.ok();
    assert_eq!((&imported["added"], &imported["rejected_count"]), (&json!(7), &json!(0)), "{imported:#}");
});
