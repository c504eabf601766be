//! Making plain what people paste: digits of other scripts, fullwidth signs, special spaces and dashes, and the
//! invisible marks that come along when a number is copied out of a contact or a web page.

/// The zeros of the scripts whose digits people write numbers with (Unicode's category Nd); nine more follow each.
const ZEROS: [u32; 37] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

/// A text with plain digits, spaces, dashes, plus signs and brackets, and without marks nobody sees. Everything else
/// stays as it is.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !is_mark(*c)).map(plain_char).collect()
}

fn plain_char(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    if let Some(digit) = digit(c) {
        return digit;
    }
    match c {
        c if c.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{ff0b}' | '\u{fe62}' => '+',
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        '\u{ff0e}' => '.',
        '\u{ff0f}' | '\u{2044}' => '/',
        c => c,
    }
}

fn digit(c: char) -> Option<char> {
    let of = |zero: &u32| u32::from(c).checked_sub(*zero).filter(|n| *n < 10);
    // five alphabets of mathematical digits stand one behind the other
    let mathematical = u32::from(c).checked_sub(0x1D7CE).filter(|n| *n < 50).map(|n| n % 10);
    ZEROS.iter().find_map(of).or(mathematical).and_then(|n| char::from_digit(n, 10))
}

/// Says which way text runs, joins or parts letters, or how the one before is drawn: nothing a number is made of.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_become_plain() {
        for (text, becomes) in [
            ("９８７６５４３２１０", "9876543210"),
            ("९८७६५४३२१०", "9876543210"),
            ("٩٨٧٦٥٤٣٢١٠", "9876543210"),
            ("۹۸۷۶۵۴۳۲۱۰", "9876543210"),
            ("৯৮৭৬৫৪৩২১০", "9876543210"),
            ("௯௮௭௬௫௪௩௨௧௦", "9876543210"),
            ("𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎", "9876543210"),
            ("＋９１（９８）－７", "+91(98)-7"),
            ("\u{202a}+91\u{a0}98765\u{2013}43210\u{202c}\u{200e}", "+91 98765-43210"),
            ("plain, as it was", "plain, as it was"),
        ] {
            assert_eq!(plain(text), becomes, "{text}");
        }
    }
}
