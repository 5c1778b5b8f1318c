//! Cases: what is known, and what is found in it. The files in `cases/` are read as
//!
//! ```text
//! ## title
//! # why
//! lines of a stage
//! =
//! patterns
//! ```

use super::stage::{Stage, render};
use crate::tests::files;

macro_rules! case_files {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            let file = concat!("typology/tests/cases/", stringify!($name), ".txt");
            let text = include_str!(concat!("cases/", stringify!($name), ".txt"));
            files::check(file, text, |facts| render(&Stage::parse(facts).find().0));
        })+
    };
}

case_files!(
    counterfeit,
    cycle,
    dormant,
    fan,
    gather,
    general,
    pass,
    peel,
    poisoning,
    round,
    structuring,
);
