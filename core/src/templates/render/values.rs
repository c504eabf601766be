//! Values that mean something: read strictly, refused with a sentence that says what would be right.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::ids::MediaId;
use crate::senders::port::{Meaning, MediaRef, ProductSection};

/// Longest address; Meta's limit for a button's.
const LINK: usize = 2_000;
/// Longest id of a file at the provider.
const FILE_ID: usize = 64;
/// Longest JSON text. Meta takes no payload near it.
const JSON: usize = 64 * 1_024;
/// Meta's limits for a list of products.
const SECTIONS: usize = 10;
const PRODUCTS: usize = 30;
const SECTION_TITLE: usize = 24;

/// A file: kept by us, by a public address, or by the provider's id of an upload. The one place that decides which.
pub(super) fn file(value: &str) -> Result<MediaRef, String> {
    if let Ok(id) = value.parse::<MediaId>() {
        return Ok(MediaRef::Stored(id));
    }
    if value.len() <= FILE_ID && value.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(MediaRef::Id(value.to_owned()));
    }
    link(value).map(MediaRef::Link).map_err(|_| {
        "give the id of a file of yours (med_…), a public address that begins with https://, or the provider's id of \
         an uploaded file"
            .into()
    })
}

/// A page.
pub(super) fn link(value: &str) -> Result<String, String> {
    let host = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let odd = |c: char| c.is_whitespace() || c.is_control();
    match host {
        Some(host) if !host.is_empty() && value.len() <= LINK && !value.contains(odd) => Ok(value.to_owned()),
        _ => Err("give a full address that begins with https://".into()),
    }
}

/// `12.50 EUR`, to a thousandth.
pub(super) fn currency(value: &str) -> Result<Meaning, String> {
    let read = || {
        let (amount, code) = value.split_once(' ')?;
        let code = code.trim();
        let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let valid = code.len() == 3
            && code.bytes().all(|b| b.is_ascii_uppercase())
            && (1..=12).contains(&whole.len())
            && part.len() <= 3
            && digits(whole)
            && digits(part);
        let amount_1000 = format!("{whole}{part:0<3}").parse().ok().filter(|_| valid)?;
        Some(Meaning::Currency { code: code.to_owned(), amount_1000 })
    };
    read().ok_or_else(|| "write an amount and a currency: 12.50 EUR".into())
}

/// `2026-11-30T18:30` as the customer's calendar and clock show it; `text` for no calendar at all.
pub(super) fn date_time(value: &str) -> Result<Meaning, String> {
    if value == "text" {
        return Ok(Meaning::DateTime(None));
    }
    let given = value.replacen(' ', "T", 1);
    let moment = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&given, format).ok())
        .or_else(|| NaiveDate::parse_from_str(&given, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0));
    match moment {
        Some(moment) => Ok(Meaning::DateTime(Some(moment))),
        None => Err("write a date and a time: 2026-11-30T18:30".into()),
    }
}

/// RFC 3339, or milliseconds since 1970.
pub(super) fn moment(value: &str) -> Result<i64, String> {
    let milliseconds = value.parse::<i64>().ok().filter(|ms| *ms > 0);
    let written = || DateTime::parse_from_rfc3339(value).ok().map(|at| at.timestamp_millis());
    milliseconds.or_else(written).ok_or_else(|| "write a moment: 2026-11-30T18:30:00Z".into())
}

/// Degrees north.
pub(super) fn latitude(value: &str) -> Result<f64, String> {
    degrees(value, 90.0)
}

/// Degrees east.
pub(super) fn longitude(value: &str) -> Result<f64, String> {
    degrees(value, 180.0)
}

fn degrees(value: &str, most: f64) -> Result<f64, String> {
    let degrees = value.parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
    degrees.ok_or_else(|| format!("write degrees between -{most} and {most}, with a point: 52.52"))
}

/// Minutes a call button works: to 30 days.
pub(super) fn minutes(value: &str) -> Result<u32, String> {
    let minutes = value.parse::<u32>().ok().filter(|minutes| (1..=43_200).contains(minutes));
    minutes.ok_or_else(|| "write a number of minutes from 1 to 43200".into())
}

/// A JSON object.
pub(super) fn object(value: &str) -> Result<Value, String> {
    if value.len() > JSON {
        return Err(format!("this can have {JSON} bytes at most"));
    }
    match serde_json::from_str::<Value>(value) {
        Ok(object) if object.is_object() => Ok(object),
        Ok(_) => Err("write a JSON object: {\"key\": \"value\"}".into()),
        Err(error) => Err(format!("this is not valid JSON: {error}")),
    }
}

/// Products under titles.
pub(super) fn sections(value: &str) -> Result<Vec<ProductSection>, String> {
    const EXAMPLE: &str = r#"[{"title": "Popular", "products": ["sku-1", "sku-2"]}]"#;
    if value.len() > JSON {
        return Err(format!("this can have {JSON} bytes at most"));
    }
    let sections: Vec<ProductSection> =
        serde_json::from_str(value).map_err(|error| format!("write {EXAMPLE} ({error})"))?;
    let products: usize = sections.iter().map(|section| section.products.len()).sum();
    let title =
        |section: &ProductSection| (1..=SECTION_TITLE).contains(&section.title.trim().chars().count());
    if !(1..=SECTIONS).contains(&sections.len()) || !(1..=PRODUCTS).contains(&products) {
        Err(format!("give 1 to {SECTIONS} sections with 1 to {PRODUCTS} products altogether"))
    } else if sections.iter().any(|section| section.products.iter().any(|id| id.trim().is_empty())) {
        Err("a product's id is empty".into())
    } else if !sections.iter().all(|section| title(section) && !section.products.is_empty()) {
        Err(format!("every section needs a title of up to {SECTION_TITLE} characters, and a product"))
    } else {
        Ok(sections)
    }
}

/// An order, as WhatsApp's payments API has it. The sum is checked because the provider refuses a wrong one.
pub(super) fn order(value: &str) -> Result<Value, String> {
    let order = object(value)?;
    let text = |key: &str| order.get(key).and_then(Value::as_str).unwrap_or_default();
    let reference = text("reference_id");
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if !(1..=35).contains(&reference.len()) || !reference.bytes().all(plain) {
        return Err("reference_id needs 1 to 35 letters, digits, points, dashes and underscores".into());
    }
    if text("currency").len() != 3 {
        return Err("currency is missing, such as INR".into());
    }
    let amount = |pointer: &str| order.pointer(pointer)?.get("value")?.as_i64();
    let (Some(total), Some(subtotal)) = (amount("/total_amount"), amount("/order/subtotal")) else {
        return Err("total_amount and order.subtotal need a value each".into());
    };
    let more = |pointer: &str| amount(pointer).unwrap_or_default();
    let sum = subtotal
        .saturating_add(more("/order/tax"))
        .saturating_add(more("/order/shipping"))
        .saturating_sub(more("/order/discount"));
    if sum != total {
        return Err(format!("total_amount is {total}, but subtotal + tax + shipping - discount is {sum}"));
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_links_or_ids() {
        let stored = "med_01kawz1m4cf0tr2v6x8yab3c5d";
        assert_eq!(file(stored), Ok(MediaRef::Stored(stored.parse().unwrap())));
        assert_eq!(file("1558081531584829"), Ok(MediaRef::Id("1558081531584829".into())));
        assert_eq!(file("https://a.example/x.jpg"), Ok(MediaRef::Link("https://a.example/x.jpg".into())));
        for bad in [
            "x.jpg",
            "med_1",
            "cmp_01kawz1m4cf0tr2v6x8yab3c5d",
            "ftp://a",
            "https://",
            "https://a b",
            "javascript:alert(1)",
        ] {
            assert!(file(bad).is_err(), "{bad}");
        }
        assert!(link(&format!("https://a.example/{}", "x".repeat(2_000))).is_err());
    }

    #[test]
    fn amounts_and_moments() {
        let money = |code: &str, amount_1000| Ok(Meaning::Currency { code: code.into(), amount_1000 });
        assert_eq!(currency("100.99 USD"), money("USD", 100_990));
        assert_eq!(currency("25 JPY"), money("JPY", 25_000));
        assert_eq!(currency("0.005 BHD"), money("BHD", 5));
        for bad in
            ["", "12", "EUR", "12,50 EUR", "-1 EUR", "1.2345 EUR", "1 eur", "1e3 EUR", "9999999999999 EUR"]
        {
            assert!(currency(bad).is_err(), "{bad}");
        }
        for same in ["2026-11-30T18:30", "2026-11-30 18:30", "2026-11-30T18:30:00"] {
            let Ok(Meaning::DateTime(Some(at))) = date_time(same) else { panic!("{same}") };
            assert_eq!(at.to_string(), "2026-11-30 18:30:00");
        }
        assert_eq!(date_time("text"), Ok(Meaning::DateTime(None)));
        assert!(date_time("tomorrow").is_err() && date_time("2026-02-30").is_err());
        assert_eq!(moment("1791000000000"), Ok(1_791_000_000_000));
        assert_eq!(moment("1970-01-01T00:00:01+00:00"), Ok(1_000));
        assert!(moment("-5").is_err() && moment("soon").is_err());
    }

    #[test]
    fn places_on_earth() {
        assert_eq!(latitude("-33.86"), Ok(-33.86));
        for bad in ["91", "NaN", "inf", "north", ""] {
            assert!(latitude(bad).is_err(), "{bad}");
        }
        assert!(longitude("181").is_err() && longitude("180").is_ok());
    }

    #[test]
    fn structured_values_are_checked() {
        assert!(object("{\"a\": 1}").is_ok());
        assert!(object("[1]").is_err() && object("{").is_err());
        assert!(object(&format!("{{\"a\": \"{}\"}}", "x".repeat(70_000))).is_err());
        assert!(object(&"[".repeat(10_000)).is_err(), "deep nesting does not panic");

        assert_eq!(sections(r#"[{"title": "A", "products": ["x"]}]"#).unwrap()[0].products, ["x"]);
        let long = format!(r#"[{{"title": "{}", "products": ["x"]}}]"#, "a".repeat(25));
        let many = format!(r#"[{{"title": "A", "products": [{}]}}]"#, vec!["\"x\""; 31].join(","));
        for bad in ["[]", r#"[{"title": "A"}]"#, r#"[{"title": "A", "products": []}]"#, &long, &many, "{}"] {
            assert!(sections(bad).is_err(), "{bad}");
        }

        let good = r#"{"reference_id": "a-1", "currency": "INR", "total_amount": {"value": 165, "offset": 100},
            "order": {"subtotal": {"value": 150}, "tax": {"value": 10}, "shipping": {"value": 20},
            "discount": {"value": 15}}}"#;
        assert!(order(good).is_ok());
        let wrong = order(&good.replace("165", "166")).unwrap_err();
        assert_eq!(wrong, "total_amount is 166, but subtotal + tax + shipping - discount is 165");
        assert!(order(&good.replace("a-1", "a b")).is_err());
    }
}
