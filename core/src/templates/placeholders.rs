//! Finds `{{…}}` in template texts.

/// A stretch of a template text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Stays as it is.
    Text(&'a str),
    /// A gap; the name without its braces.
    Variable(&'a str),
    /// Braces that make no gap, as `{{ name }}` or `{{name`.
    Broken(&'a str),
}

/// Takes a text apart, losing nothing.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let (before, from) = rest.split_at(start);
        push_text(&mut pieces, before);
        let Some(end) = from.find("}}") else {
            pieces.push(Piece::Broken(from));
            return pieces;
        };
        let (whole, after) = from.split_at(end + 2);
        let name = &whole[2..end];
        pieces.push(if is_name(name) { Piece::Variable(name) } else { Piece::Broken(whole) });
        rest = after;
    }
    push_text(&mut pieces, rest);
    pieces
}

/// The variables of a text, each once, in the order in which they first appear.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        if let Piece::Variable(name) = piece
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// Whether the name is a position (`1`, `2`, …) rather than a word. Positions have no leading zero.
pub(super) fn position(name: &str) -> Option<usize> {
    name.parse().ok().filter(|_| !name.starts_with('0') && !name.starts_with('+'))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn push_text<'a>(pieces: &mut Vec<Piece<'a>>, text: &'a str) {
    if text.contains("}}") {
        pieces.push(Piece::Broken(text));
    } else if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gaps_are_told_from_text_and_from_broken_braces() {
        use Piece::{Broken, Text, Variable};
        assert_eq!(pieces("Hi {{1}}!"), [Text("Hi "), Variable("1"), Text("!")]);
        assert_eq!(pieces("{{a_1}}{{b}}"), [Variable("a_1"), Variable("b")]);
        assert_eq!(pieces("{{ 1 }}"), [Broken("{{ 1 }}")]);
        assert_eq!(pieces("x {{Name}}"), [Text("x "), Broken("{{Name}}")]);
        assert_eq!(pieces("{{1} no"), [Broken("{{1} no")]);
        assert_eq!(pieces("a }} b"), [Broken("a }} b")]);
        assert_eq!(pieces("{one}"), [Text("{one}")]);
        assert_eq!(variables("{{2}} {{1}} {{2}}"), ["2", "1"]);
        assert_eq!(
            (position("10"), position("01"), position("0"), position("a")),
            (Some(10), None, None, None)
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[{}a1_ ü]{0,24}") {
            let back: String = pieces(&text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) | Piece::Broken(text) => text.to_owned(),
                    Piece::Variable(name) => format!("{{{{{name}}}}}"),
                })
                .collect();
            prop_assert_eq!(back, text);
        }
    }
}
