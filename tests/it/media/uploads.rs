//! Files the organization gives us.

use super::{PNG, upload};
use crate::support::app::both;
use crate::support::client::Answer;
use reqwest::Method;
use serde_json::Value;

const PATH: &str = "/api/v1/media";

both!(a_file_is_kept_described_downloaded_and_deleted, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let media = upload(&shop, "../../Menü \"1\".png", PNG).await.ok();
    let id = media["id"].as_str().unwrap();
    assert_eq!(media["mime_type"], "image/png");
    assert_eq!((&media["file_name"], &media["size"]), (&"Menü \"1\".png".into(), &PNG.len().into()));
    assert_eq!((&media["status"], &media["origin"]), (&"stored".into(), &"uploaded".into()));
    assert_eq!(media["sha256"], bellbird_core::secret::sha256_hex(PNG));
    assert_eq!(shop.api.get(&format!("{PATH}/{id}")).await.ok(), media);
    assert_eq!(shop.all(PATH).await, std::slice::from_ref(&media));

    let request = shop.api.request(Method::GET, &format!("{PATH}/{id}/content"));
    let file = request.send().await.unwrap();
    let header = |name: &str| file.headers()[name].to_str().unwrap().to_string();
    assert_eq!((file.status().as_u16(), header("content-type")), (200, "application/octet-stream".into()));
    assert!(header("content-disposition").starts_with("attachment; "), "{}", header("content-disposition"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(file.bytes().await.unwrap(), PNG);

    for path in [format!("{PATH}/{id}"), format!("{PATH}/{id}/content")] {
        stranger.api.get(&path).await.refused(404, "not_found");
    }
    stranger.api.send(Method::DELETE, &format!("{PATH}/{id}"), Value::Null).await.refused(404, "not_found");
    assert_eq!(stranger.all(PATH).await.len(), 0);
    assert_eq!(shop.api.send(Method::DELETE, &format!("{PATH}/{id}"), Value::Null).await.status, 204);
    shop.api.get(&format!("{PATH}/{id}/content")).await.refused(404, "not_found");
});

both!(an_upload_repeated_with_its_key_is_one_file, |app| {
    let shop = app.shop().await;
    let mut ids = Vec::new();
    for bytes in [PNG, PNG, b"%PDF-1.4"] {
        let request = shop.api.request(Method::POST, PATH).header("Idempotency-Key", "one");
        ids.push(Answer::of(request.header("content-type", "application/octet-stream").body(bytes)).await);
    }
    assert_eq!((ids[0].status, ids[1].status), (201, 201), "{}", ids[0].text);
    assert_eq!(ids[0].json, ids[1].json);
    ids[2].refused(422, "idempotency_key_reused");
    assert_eq!(shop.all(PATH).await.len(), 1);
});

both!(a_file_that_lies_or_is_too_large_is_refused_in_words, |app| {
    let shop = app.shop().await;
    let sized = |head: &[u8], size: usize| {
        let mut file = head.to_vec();
        file.resize(size, 0);
        file
    };
    let webp = b"RIFF\0\0\0\0WEBPVP8 ";
    for (name, bytes, field, code) in [
        ("photo.jpg", PNG.to_vec(), "file_name", "misnamed_file"),
        ("report.pdf.exe", b"%PDF-1.4".to_vec(), "file_name", "misnamed_file"),
        ("photo.png", b"MZ\x90\0 this is a program".to_vec(), "file", "unknown_file_type"),
        ("page.html", b"<html>\0".to_vec(), "file", "unknown_file_type"),
        ("photo.gif", b"GIF89a\x01\0\x01\0\0\0\0".to_vec(), "file", "unknown_file_type"),
        ("nothing.txt", Vec::new(), "file", "empty_file"),
        ("photo.png", sized(PNG, (5 << 20) + 1), "file", "file_too_large"),
        ("sticker.webp", sized(webp, (100 << 10) + 1), "file", "file_too_large"),
    ] {
        let answer = upload(&shop, name, &bytes).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)], "{name}: {}", answer.text);
    }
    assert_eq!(shop.all(PATH).await.len(), 0);
    upload(&shop, "photo.png", &sized(PNG, 5 << 20)).await.ok();
    let told = shop.api.announce(PATH, 200 << 20).await.answer().await;
    assert!(told.starts_with("HTTP/1.1 413"), "{told}");
});
