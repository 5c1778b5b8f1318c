//! What the glossary explains.

use fundtrail_model::{Category, Side, Standing};

use super::super::document;
use super::sample::{COIN, Sample, token};
use crate::html_document;
use crate::tests::words::check_words;

#[test]
fn every_term_of_art_that_a_page_shows_is_explained() {
    let mut sample = Sample::default();
    let categories = Category::ALL.into_iter().zip(2..);
    for (category, n) in categories {
        sample.label(n, "Somebody", category);
        sample.add(u64::from(n), (Side::In, Some(n)), (COIN, 7), Standing::Payment);
    }
    sample.list(3, "2022-08-08", Some("2023-01-01"));
    sample.add(40, (Side::Out, Some(3)), (COIN, 7), Standing::Payment);
    sample.add(41, (Side::In, Some(60)), (token(0xee), 7), Standing::Unvouched);
    let report = sample.report();
    check_words(&html_document(&document(&report)), &report.glossary, 20);
}
