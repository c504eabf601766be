//! How ids look in the OpenAPI document: one string schema per kind, checked when a request is read.

/// Implements poem-openapi's traits for an id type.
macro_rules! schema {
    ($name:ident, $prefix:literal) => {
        const _: () = {
            use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
            use poem_openapi::types::{
                ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type,
            };
            use std::borrow::Cow;

            impl Type for $name {
                const IS_REQUIRED: bool = true;
                type RawValueType = Self;
                type RawElementValueType = Self;
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
                fn schema_ref() -> MetaSchemaRef {
                    MetaSchemaRef::Reference(stringify!($name).to_string())
                }
                fn register(registry: &mut Registry) {
                    registry.create_schema::<Self, _>(stringify!($name).to_string(), |_| {
                        let mut schema = MetaSchema::new("string");
                        schema.pattern =
                            Some(concat!("^", $prefix, "[0-7][0-9a-hjkmnp-tv-z]{25}$").to_string());
                        schema.example = Some(concat!($prefix, "01kawz1m4cf0tr2v6x8yab3c5d").into());
                        schema
                    });
                }
                fn as_raw_value(&self) -> Option<&Self> {
                    Some(self)
                }
                fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                    Box::new(std::iter::once(self))
                }
            }

            impl ParseFromJSON for $name {
                fn parse_from_json(value: Option<serde_json::Value>) -> ParseResult<Self> {
                    let value = value.ok_or_else(ParseError::expected_input)?;
                    let text = value.as_str().ok_or_else(|| ParseError::expected_type(value.clone()))?;
                    text.parse().map_err(ParseError::custom)
                }
            }

            impl ParseFromParameter for $name {
                fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                    value.parse().map_err(ParseError::custom)
                }
            }

            impl ToJSON for $name {
                fn to_json(&self) -> Option<serde_json::Value> {
                    Some(serde_json::Value::String(self.to_string()))
                }
            }
        };
    };
}
pub(crate) use schema;
