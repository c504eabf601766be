//! Enums of which exactly one is given, written as an object with one field: `{"image": {…}}`.
//!
//! No tag beside the value: generated clients of every language can write an object with one optional field, while
//! most leave a discriminator to be set by hand.

/// Declares such an enum with the words of its variants: serde and (with feature `openapi`) the schema agree.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident($inner:ty) = $word:literal,)* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub enum $name {$(
            $(#[$vdoc])*
            #[serde(rename = $word)]
            $variant($inner),
        )*}

        impl $name {
            /// The word of what is given.
            pub const fn word(&self) -> &'static str {
                match self { $(Self::$variant(_) => $word),* }
            }
        }

        #[cfg(feature = "openapi")]
        crate::content::openapi::schema!(concat!($($doc, "\n"),*), $name { $($variant($inner) = $word,)* });
    };
}
pub(crate) use choice;

/// Declares structs that are parts of a content: kept as JSON, and shown by the API as they are.
macro_rules! parts {
    ($($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(
            feature = "openapi",
            derive(poem_openapi::Object),
            oai(deny_unknown_fields, skip_serializing_if_is_none)
        )]
        pub struct $name { $($fields)* }
    )*};
}
pub(crate) use parts;
