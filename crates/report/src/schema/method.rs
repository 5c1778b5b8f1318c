//! How it was found out.

use schemars::JsonSchema;
use serde::Serialize;

use super::ListLine;

/// How it was found out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Method {
    /// The method, a sentence each.
    pub statements: Vec<String>,
    /// Settings, name and value.
    pub settings: Vec<Setting>,
    /// The lists that labels and listings came from.
    pub lists: Vec<ListLine>,
    /// Hosts that were asked.
    pub endpoints: Vec<String>,
}

/// A setting of the run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A word and what it means here.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Term {
    /// The word.
    pub word: &'static str,
    /// What it means.
    pub means: &'static str,
}
