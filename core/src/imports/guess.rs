//! What people call their columns.

use super::mapping::{Mapping, Use};

/// The better the name says that messages arrive there, the earlier it stands: of a landline, a mobile and a WhatsApp
/// number in one row the last is meant. Compared without spaces, signs and case.
const PHONES: [&[&str]; 3] = [
    &["whatsapp", "whatsappnumber", "whatsappno", "whatsappphone", "whatsappid", "waid", "wanumber", "nowa"],
    &[
        "mobile",
        "mobilenumber",
        "mobileno",
        "mobilephone",
        "mobilephonenumber",
        "cell",
        "cellphone",
        "cellnumber",
        "celular",
        "movil",
        "móvil",
        "telefonomovil",
        "teléfonomóvil",
        "handy",
        "handynummer",
        "portable",
        "gsm",
        "nohp",
        "nomorhp",
        "मोबाइल",
        "मोबाइलनंबर",
        "جوال",
        "الجوال",
        "手机",
        "手机号",
    ],
    &[
        "phone",
        "phonenumber",
        "phoneno",
        "phonee164",
        "tel",
        "telephone",
        "telephonenumber",
        "contactnumber",
        "contactno",
        "number",
        "msisdn",
        "telefon",
        "telefonnummer",
        "rufnummer",
        "telefono",
        "teléfono",
        "telefone",
        "téléphone",
        "numero",
        "número",
        "numéro",
        "nomor",
        "nomortelepon",
        "फ़ोन",
        "फोन",
        "फ़ोननंबर",
        "फोननंबर",
        "هاتف",
        "الهاتف",
        "رقمالهاتف",
        "电话",
    ],
];
const NAMES: [&[&str]; 2] = [
    &[
        "name",
        "fullname",
        "customername",
        "contactname",
        "customer",
        "displayname",
        "nombre",
        "nombrecompleto",
        "nom",
        "nome",
        "nomecompleto",
        "nama",
        "नाम",
        "الاسم",
        "اسم",
        "姓名",
    ],
    &["firstname", "givenname", "vorname", "prenom", "prénom"],
];
const ZONES: &[&str] = &["timezone", "tz", "zeitzone", "zonahoraria", "fusohorário", "fuseauhoraire"];
const TAGS: &[&str] = &["tags", "tag", "labels", "label", "groups", "group"];
const OPT_INS: &[&str] = &[
    "optin",
    "optedin",
    "consent",
    "marketingconsent",
    "marketingoptin",
    "whatsappoptin",
    "subscribed",
    "einwilligung",
    "consentimiento",
    "consentimento",
    "consentement",
];
const OPT_IN_PURPOSES: &[&str] = &["optinpurpose", "consentpurpose", "consenttype", "optintype"];
const OPT_IN_TIMES: &[&str] = &[
    "optinat",
    "optindate",
    "optintime",
    "optedinat",
    "optedindate",
    "consentat",
    "consentdate",
    "consenttime",
    "dateofconsent",
    "subscribedat",
    "whatsappoptindate",
    "einwilligungsdatum",
    "fechadeconsentimiento",
];
const OPT_IN_SOURCES: &[&str] =
    &["optinsource", "consentsource", "optinmethod", "consentmethod", "sourceofconsent", "optinchannel"];
/// Our own columns: of a report and of an export, either of which may come back corrected.
const OURS: &[&str] = &["import_line", "import_code", "import_message", "message_id", "customer_id"];
const OF_AN_EXPORT: &[&str] = &[
    "status",
    "reason",
    "code",
    "attempt",
    "sent_at",
    "delivered_at",
    "read_at",
    "failed_at",
    "responded_at",
];

/// The proposal for these columns. Two columns that look equally like the phone number both are it, so that a person
/// is asked.
pub(super) fn mapping(columns: &[String], variables: &[String]) -> Mapping {
    let plain: Vec<String> = columns.iter().map(|name| bare(name)).collect();
    let (phones, names) = (best(&PHONES, &plain), best(&NAMES, &plain));
    let exported = columns.iter().any(|column| column == "message_id");
    let uses = columns.iter().zip(&plain).map(|(column, name)| {
        let mut uses = Vec::new();
        let is = |spellings: &[&str]| spellings.contains(&name.as_str());
        for (fits, use_) in [
            (is(phones), Use::Phone),
            (is(names), Use::Name),
            (is(ZONES), Use::TimeZone),
            (is(TAGS), Use::Tags),
            (is(OPT_INS), Use::OptIn),
            (is(OPT_IN_PURPOSES), Use::OptInPurpose),
            (is(OPT_IN_TIMES), Use::OptInAt),
            (is(OPT_IN_SOURCES), Use::OptInSource),
        ] {
            if fits {
                uses.push(use_);
            }
        }
        if let Some(key) = variables.iter().find(|key| key.to_lowercase() == column.to_lowercase()) {
            uses.push(Use::Variable(key.clone()));
        }
        let ours = OURS.contains(&column.as_str()) || (exported && OF_AN_EXPORT.contains(&column.as_str()));
        if uses.is_empty() && !ours {
            uses.push(Use::Attribute(key(column)));
        }
        (column.clone(), uses)
    });
    Mapping(uses.collect())
}

/// The first of these lists of which one name is there.
fn best(spellings: &[&'static [&'static str]], names: &[String]) -> &'static [&'static str] {
    let found = |which: &&&[&str]| names.iter().any(|name| which.contains(&name.as_str()));
    spellings.iter().find(found).copied().unwrap_or_default()
}

/// A name without what people spell differently. The number behind a repeated name goes too: it is ours.
fn bare(column: &str) -> String {
    let name = match column.rsplit_once(" (") {
        Some((name, n)) if n.trim_end_matches(')').bytes().all(|b| b.is_ascii_digit()) => name,
        _ => column,
    };
    let word = |c: &char| c.is_alphanumeric() || ('\u{0900}'..='\u{097f}').contains(c);
    name.to_lowercase().chars().filter(word).collect()
}

/// A column's name as an attribute's: `Order ID` is `order_id`; at most 64 bytes.
fn key(column: &str) -> String {
    let mut key = String::new();
    for c in column.to_lowercase().chars().map(|c| if c.is_whitespace() { '_' } else { c }) {
        if key.len() + c.len_utf8() > 64 {
            break;
        }
        key.push(c);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(columns: &[&str], variables: &[&str]) -> Vec<String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect::<Vec<_>>();
        let mapping = mapping(&owned(columns), &owned(variables));
        let uses = |column: &&str| mapping.0[*column].iter().map(ToString::to_string).collect::<Vec<_>>();
        columns.iter().map(|column| uses(column).join("+")).collect()
    }

    #[test]
    fn columns_are_known_in_many_spellings() {
        for phone in
            ["Phone", "Phone Number", "phone_no.", "MOBILE", "Mobile No", "WhatsApp #", "Teléfono", "फ़ोन नंबर"]
        {
            assert_eq!(guessed(&[phone, "Full Name"], &[]), ["phone", "name"], "{phone}");
        }
        assert_eq!(
            guessed(&["Phone", "Mobile", "WhatsApp No"], &[]),
            ["attribute:phone", "attribute:mobile", "phone"]
        );
        assert_eq!(
            guessed(&["phone", "Order ID", "Opt-in", "Tags"], &[]),
            ["phone", "attribute:order_id", "opt_in", "tags"]
        );
        assert_eq!(
            guessed(&["phone", "Consent", "Consent Date", "opt_in_source", "Opt-in purpose"], &[]),
            ["phone", "opt_in", "opt_in_at", "opt_in_source", "opt_in_purpose"]
        );
        assert_eq!(guessed(&["phone", "First name", "Name"], &[]), ["phone", "attribute:first_name", "name"]);
        assert_eq!(guessed(&["phone", "First name"], &["first name"]), ["phone", "name+variable:first name"]);
        assert_eq!(
            guessed(&["phone", "1", "Header.1"], &["1", "header.1"]),
            ["phone", "variable:1", "variable:header.1"]
        );
        assert_eq!(guessed(&["Phone", "phone (2)", "Name"], &[]), ["phone", "phone", "name"]);
        assert_eq!(
            guessed(&["import_line", "import_code", "phone", "status"], &[]),
            ["", "", "phone", "attribute:status"]
        );
        assert_eq!(guessed(&["message_id", "phone", "status"], &[]), ["", "phone", ""]);
    }

    #[test]
    fn an_attribute_fits_into_its_name() {
        assert_eq!(key(&"é".repeat(40)).len(), 64);
        assert_eq!(key("Fun\u{a0}Fact"), "fun_fact");
    }
}
