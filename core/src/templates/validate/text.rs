//! Texts and the gaps in them.

use super::super::components::ParameterFormat;
use super::super::placeholders::{Piece, pieces, position, variables};
use super::Check;

impl Check<'_> {
    pub(super) fn body(&mut self, body: &str, most: usize) {
        self.length("body", body, most);
        self.gaps("body", body, str::to_owned);
        let pieces = pieces(body.trim());
        let is_gap = |piece: Option<&Piece<'_>>| matches!(piece, Some(Piece::Variable(_)));
        if is_gap(pieces.first()) || is_gap(pieces.last()) {
            self.report("body", "variable_at_edge", "The text cannot begin or end with a variable.");
        }
        let solid: Vec<_> = pieces
            .iter()
            .filter(|piece| !matches!(piece, Piece::Text(text) if text.trim().is_empty()))
            .collect();
        if solid.windows(2).any(|pair| is_gap(Some(pair[0])) && is_gap(Some(pair[1]))) {
            self.report("body", "variables_adjacent", "Put some text between two variables.");
        }
    }

    /// Checks the gaps of a text, and says how many there are.
    pub(super) fn gaps(&mut self, path: &str, text: &str, key: impl Fn(&str) -> String) -> usize {
        for piece in pieces(text) {
            if let Piece::Broken(_) = piece {
                let message = "Write variables in double braces, without spaces: {{1}} or {{first_name}}.";
                self.report(path, "variable_malformed", message);
            }
        }
        let names = variables(text);
        let numbered: Vec<usize> = names.iter().filter_map(|name| position(name)).collect();
        match self.model.parameter_format {
            ParameterFormat::Positional if numbered.len() < names.len() => {
                self.report(path, "variable_format", "This template numbers its variables: {{1}}, {{2}}.");
            }
            ParameterFormat::Positional if numbered.iter().max().is_some_and(|last| *last != names.len()) => {
                self.report(
                    path,
                    "variable_gap",
                    "Number the variables {{1}}, {{2}}, {{3}} without leaving one out.",
                );
            }
            ParameterFormat::Named if !numbered.is_empty() => {
                self.report(path, "variable_format", "This template names its variables: {{first_name}}.");
            }
            _ => {}
        }
        for name in &names {
            self.example(path, &key(name));
        }
        names.len()
    }

    pub(super) fn no_gaps(&mut self, path: &str, text: &str, message: &str) {
        if pieces(text).iter().any(|piece| !matches!(piece, Piece::Text(_))) {
            self.report(path, "variables_too_many", message);
        }
    }

    pub(super) fn example(&mut self, path: &str, key: &str) {
        let key = format!("{}{key}", self.prefix.replace("cards.", "card."));
        if self.model.examples.get(&key).is_none_or(|example| example.trim().is_empty()) {
            self.report(path, "example_missing", format!("Give an example for {key}."));
        }
    }

    pub(super) fn line(&mut self, path: &str, text: &str, most: usize) {
        self.length(path, text, most);
        if text.contains(['\n', '\r', '\t']) {
            self.report(path, "line_break", "Keep this on one line.");
        }
    }

    pub(super) fn length(&mut self, path: &str, text: &str, most: usize) {
        if text.trim().is_empty() {
            self.report(path, "empty", "This cannot be empty.");
        } else if text.chars().count() > most {
            self.report(path, "too_long", format!("This can have {most} characters at most."));
        }
    }
}
