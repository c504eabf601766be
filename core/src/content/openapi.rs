//! How a choice looks in the OpenAPI document: an object with one of several optional fields.

/// Implements poem-openapi's traits for a choice.
macro_rules! schema {
    ($doc:expr, $name:ident { $($variant:ident($inner:ty) = $word:literal,)* }) => {
        const _: () = {
            use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
            use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
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
                    registry.create_schema::<Self, _>(stringify!($name).to_string(), |registry| {
                        $(<$inner as Type>::register(registry);)*
                        let mut schema = MetaSchema::new("object");
                        const DOC: &str = $doc;
                        schema.description = Some(DOC.trim_ascii());
                        schema.properties = vec![$(($word, <$inner as Type>::schema_ref())),*];
                        schema.min_properties = Some(1);
                        schema.max_properties = Some(1);
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
                    let serde_json::Value::Object(fields) = value else {
                        return Err(ParseError::expected_type(value));
                    };
                    let mut given = fields.into_iter().filter(|(_, value)| !value.is_null());
                    let words = [$($word),*].join(", ");
                    let (Some((word, value)), None) = (given.next(), given.next()) else {
                        return Err(ParseError::custom(format!("give exactly one of: {words}")));
                    };
                    match word.as_str() {
                        $($word => <$inner as ParseFromJSON>::parse_from_json(Some(value))
                            .map(Self::$variant)
                            .map_err(ParseError::propagate),)*
                        _ => Err(ParseError::custom(format!("`{word}` is none of: {words}"))),
                    }
                }
            }

            impl ToJSON for $name {
                fn to_json(&self) -> Option<serde_json::Value> {
                    let value = match self { $(Self::$variant(inner) => inner.to_json()),* };
                    let fields = [(self.word().to_string(), value.unwrap_or_default())];
                    Some(serde_json::Value::Object(fields.into_iter().collect()))
                }
            }
        };
    };
}
pub(crate) use schema;
