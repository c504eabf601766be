//! A filter of statuses in a query string.

use super::objects::MessageStatus;
use bellbird_core::messages::state::MessageStatus as Standing;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromParameter, ParseResult, Type};
use std::borrow::Cow;

/// Some statuses, repeated or with commas: `status=failed&status=skipped`, `status=failed,skipped`. None: all.
#[derive(Debug, Default)]
pub struct StatusFilter(Vec<MessageStatus>);

impl StatusFilter {
    /// The ledger's words for them.
    pub fn standings(&self) -> Vec<Standing> {
        self.0.iter().flat_map(|status| status.standings()).collect()
    }
}

impl Type for StatusFilter {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = MessageStatus;
    fn name() -> Cow<'static, str> {
        Vec::<MessageStatus>::name()
    }
    fn schema_ref() -> MetaSchemaRef {
        Vec::<MessageStatus>::schema_ref()
    }
    fn register(registry: &mut Registry) {
        MessageStatus::register(registry);
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a MessageStatus> + 'a> {
        Box::new(self.0.iter())
    }
}

impl ParseFromParameter for StatusFilter {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        // not `word.is_empty()`: on a `&&str` that is the method of `Type`, which is never true
        let words = value.split(',').map(str::trim).filter(|word| !str::is_empty(word));
        let read = |word| MessageStatus::parse_from_parameter(word).map_err(|_| unknown(word));
        words.map(read).collect::<Result<_, _>>().map(Self)
    }

    fn parse_from_parameters<I: IntoIterator<Item = A>, A: AsRef<str>>(values: I) -> ParseResult<Self> {
        let mut all = Self::default();
        for value in values {
            all.0.extend(Self::parse_from_parameter(value.as_ref())?.0);
        }
        Ok(all)
    }
}

fn unknown(word: &str) -> ParseError<StatusFilter> {
    let known = Standing::ALL.iter().filter(|standing| **standing != Standing::Accepted);
    let known: Vec<_> = known.map(|standing| standing.as_str()).collect();
    ParseError::custom(format!("`{word}` is none of: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_repeated_or_listed_and_sent_covers_what_the_provider_took() {
        let read = |values: &[&str]| StatusFilter::parse_from_parameters(values).map(|list| list.standings());
        assert_eq!(
            read(&["failed,skipped", "sent"]).unwrap(),
            [Standing::Failed, Standing::Skipped, Standing::Accepted, Standing::Sent]
        );
        assert_eq!(read(&[""]).unwrap(), []);
        assert!(read(&["failed,accepted"]).is_err(), "`accepted` is no word of the API");
    }
}
