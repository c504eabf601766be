//! The words people write when they mean "stop", "start", "yes" or "no": the whole text, not a word inside a sentence.

use serde::{Deserialize, Serialize};

/// What a short message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// No offers any more.
    Stop,
    /// No messages of any kind that can be stopped.
    StopAll,
    /// Offers again.
    Start,
    /// Yes; means something only after a question.
    Yes,
    /// No; means something only after a question.
    No,
}

/// What a quick reply under the question sends back for yes.
pub const YES_PAYLOAD: &str = "bellbird.consent.yes";
/// What a quick reply under the question sends back for no.
pub const NO_PAYLOAD: &str = "bellbird.consent.no";

/// Lists of words; compared without case, signs around them and double spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Keywords {
    /// No offers any more.
    pub stop: Vec<String>,
    /// No messages at all.
    pub stop_all: Vec<String>,
    /// Offers again.
    pub start: Vec<String>,
    /// Yes, to the question.
    pub yes: Vec<String>,
    /// No, to the question.
    pub no: Vec<String>,
}

const STOP: &[&str] = &[
    // English
    "stop",
    "unsubscribe",
    "opt out",
    "optout",
    "opt-out",
    "stop promotions",
    "stop offers",
    "remove me",
    // Spanish, Portuguese, French, German, Italian, Dutch
    "baja",
    "darme de baja",
    "cancelar suscripción",
    "parar",
    "sair",
    "descadastrar",
    "cancelar inscrição",
    "arrêt",
    "arrêter",
    "arret",
    "se désabonner",
    "désabonner",
    "stopp",
    "abmelden",
    "abbestellen",
    "annulla iscrizione",
    "disiscrivi",
    "afmelden",
    // Hindi, Indonesian, Turkish, Arabic, Russian, Chinese
    "बंद",
    "बंद करो",
    "रोकें",
    "berhenti",
    "dur",
    "iptal",
    "إيقاف",
    "توقف",
    "إلغاء الاشتراك",
    "стоп",
    "отписаться",
    "退订",
    "停止",
];
const STOP_ALL: &[&str] = &[
    "stop all",
    "stopall",
    "stop everything",
    "parar todo",
    "parar tudo",
    "tout arrêter",
    "alles stoppen",
    "सब बंद करो",
    "berhenti semua",
    "إيقاف الكل",
    "стоп все",
];
const START: &[&str] = &[
    "start",
    "unstop",
    "subscribe",
    "opt in",
    "optin",
    "opt-in",
    "alta",
    "suscribirme",
    "inscrever",
    "s'abonner",
    "anmelden",
    "शुरू",
    "शुरू करो",
    "mulai",
    "başla",
    "اشتراك",
    "старт",
    "订阅",
];
const YES: &[&str] = &[
    "yes",
    "y",
    "ok",
    "okay",
    "yes please",
    "confirm",
    "i agree",
    "sí",
    "si",
    "sim",
    "oui",
    "ja",
    "हाँ",
    "हां",
    "ya",
    "evet",
    "نعم",
    "да",
    "是",
];
const NO: &[&str] = &[
    "no",
    "n",
    "no thanks",
    "não",
    "nao",
    "non",
    "nein",
    "nee",
    "नहीं",
    "tidak",
    "hayır",
    "hayir",
    "لا",
    "нет",
    "不",
];

impl Default for Keywords {
    fn default() -> Self {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_string()).collect();
        Self { stop: own(STOP), stop_all: own(STOP_ALL), start: own(START), yes: own(YES), no: own(NO) }
    }
}

impl Keywords {
    /// What a text or a button's payload asks for. Where a word stands in several lists, the stricter one counts.
    pub fn wish(&self, text: &str) -> Option<Wish> {
        let said = plain(text);
        let among = |words: &[String]| words.iter().any(|word| plain(word) == said);
        match said.as_str() {
            "" => None,
            YES_PAYLOAD => Some(Wish::Yes),
            NO_PAYLOAD => Some(Wish::No),
            _ if among(&self.stop_all) => Some(Wish::StopAll),
            _ if among(&self.stop) => Some(Wish::Stop),
            _ if among(&self.start) => Some(Wish::Start),
            _ if among(&self.no) => Some(Wish::No),
            _ if among(&self.yes) => Some(Wish::Yes),
            _ => None,
        }
    }
}

/// A text as keywords are compared: lower case, single spaces, without the signs people put around a word.
pub(super) fn plain(text: &str) -> String {
    let signs = |c: char| c.is_whitespace() || ".!?,;:\"'«»“”‘’()*_~`।。！¡¿".contains(c);
    let words = text.trim_matches(signs).to_lowercase();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_message_is_a_wish() {
        let words = Keywords::default();
        for text in
            ["STOP", " Stop. ", "Unsubscribe!", "Stop  promotions", "बंद", "*BAJA*", "«Стоп»", "¡Parar!"]
        {
            assert_eq!(words.wish(text), Some(Wish::Stop), "{text}");
        }
        for text in ["", "!", "don't stop", "bus stop 7", "please stop by the shop", "yes but later"] {
            assert_eq!(words.wish(text), None, "{text}");
        }
        assert_eq!(words.wish("stop all"), Some(Wish::StopAll));
        assert_eq!(words.wish("Sí"), Some(Wish::Yes));
        assert_eq!(words.wish(YES_PAYLOAD), Some(Wish::Yes));
    }

    #[test]
    fn no_default_stands_in_two_lists_and_each_is_found_by_itself() {
        let words = Keywords::default();
        for (list, wish) in [
            (&words.stop, Wish::Stop),
            (&words.stop_all, Wish::StopAll),
            (&words.start, Wish::Start),
            (&words.yes, Wish::Yes),
            (&words.no, Wish::No),
        ] {
            for word in list {
                assert_eq!(words.wish(&word.to_uppercase()), Some(wish), "{word}");
            }
        }
    }
}
