//! Cases as text, as those of [`typology`](crate::typology).

use crate::tests::files;
use crate::typology::tests::stage::{Stage, render_links};

macro_rules! case_files {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            let file = concat!("entity/cases/", stringify!($name), ".txt");
            let text = include_str!(concat!("cases/", stringify!($name), ".txt"));
            files::check(file, text, |facts| render_links(&Stage::parse(facts).find().1));
        })+
    };
}

case_files!(authorised, delegate, deposit, gas);
