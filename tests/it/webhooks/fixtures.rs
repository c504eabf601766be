//! Every webhook we have ever seen documented: posted, acknowledged, applied, none an error.

use crate::support::app::both;
use bellbird_core::webhooks::WebhookStatus;
use bellbird_sandbox::sign;
use std::path::Path;

/// The collection beside the repository; not everybody who builds Bellbird has it.
fn collection() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures/meta/webhooks");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let files = entries.map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read(&path).expect("a readable file"))
    };
    files.filter(|path| path.is_file()).map(read).collect()
}

both!(every_documented_webhook_is_taken_and_applied, |app| {
    let shop = app.shop().await;
    let mut bodies = collection();
    let whole = bodies.len();
    // the same ones about a number of ours, where they name one
    let number = format!("\"phone_number_id\": \"{}\"", shop.number);
    for n in 0..whole {
        let (name, bytes) = &bodies[n];
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let mut ours = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("\"phone_number_id\"") {
            ours.push_str(&rest[..at]);
            ours.push_str(&number);
            let after = &rest[at + "\"phone_number_id\"".len()..];
            let value = after.find([',', '}']).unwrap_or(after.len());
            rest = &after[value..];
        }
        ours.push_str(rest);
        bodies.push((format!("{name}, about our number"), ours.into_bytes()));
    }
    bodies.push(("empty".into(), b"{}".to_vec()));
    for (name, bytes) in &bodies {
        let signature = sign(&shop.secret, bytes);
        let answer = shop.hear_signed(bytes.clone(), Some(&signature)).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    }
    app.heard_everything().await;
    assert_eq!(app.webhooks(WebhookStatus::Failed).await, 0);
    assert_eq!(app.webhooks(WebhookStatus::Handled).await, bodies.len() as u64);
});
