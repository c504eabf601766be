//! Enums that are one word each in the database, on the wire and in the documents.

/// A word that is none of an enum's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is none of: {known}")]
pub struct UnknownWord {
    /// What was read.
    pub word: String,
    /// What would have been understood.
    pub known: String,
}

/// Declares an enum with its words: text, serde, database value and (with feature `openapi`) schema agree.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, sea_orm::DeriveValueType,
        )]
        #[sea_orm(value_type = "String")]
        #[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
        pub enum $name {$(
            $(#[$vdoc])*
            #[serde(rename = $word)]
            #[cfg_attr(feature = "openapi", oai(rename = $word))]
            $variant,
        )*}

        impl $name {
            /// Every one of them, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|w| w.as_str() == word).ok_or_else(|| $crate::words::UnknownWord {
                    word: word.to_string(),
                    known: Self::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}
pub(crate) use words;
