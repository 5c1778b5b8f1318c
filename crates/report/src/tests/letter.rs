//! Letters: what they quote, what they leave open, and what they never say.

use std::collections::BTreeSet;

use fundtrail_model::{Direction, Ending};

use super::hostile::{HOSTILE, report as hostile_report};
use super::markdown::check as read_again;
use super::sample::{demo, generated, small};
use crate::document::{Block, plain};
use crate::{Addressee, letters, markdown};

const ALL: [(Addressee, &str); 3] = [
    (Addressee::Exchange, "service"),
    (Addressee::Issuer, "issuer"),
    (Addressee::Bridge, "bridge"),
];

#[test]
fn letters_of_the_demo() {
    let report = demo().report();
    let exchange = letters(&report, Addressee::Exchange);
    insta::assert_snapshot!("letter_to_an_exchange", markdown(&exchange[0].document));
    let issuer = letters(&report, Addressee::Issuer);
    insta::assert_snapshot!("letter_to_an_issuer", plain(&issuer[0].document, 100));
    let bridge = letters(&report, Addressee::Bridge);
    insta::assert_snapshot!("letter_to_a_bridge", markdown(&bridge[0].document));
}

#[test]
fn there_is_a_letter_for_each_that_the_requests_name() {
    for sample in [small(), demo(), generated(200, 3)] {
        let report = sample.report();
        for (addressee, kind) in ALL {
            let letters = letters(&report, addressee);
            let actions: Vec<_> =
                report.actions.iter().filter(|action| action.kind == kind).collect();
            assert_eq!(letters.len(), actions.len());
            let names: BTreeSet<_> = letters.iter().map(|letter| letter.name.as_str()).collect();
            assert_eq!(names.len(), letters.len());
            for (letter, action) in letters.iter().zip(actions) {
                let text = markdown(&letter.document);
                let plain = plain(&letter.document, 100);
                for item in &action.items {
                    for said in [
                        item.place.transaction_text(),
                        &item.at.address,
                        &item.money.text(),
                        item.place.time_text(),
                    ] {
                        // Wrapped, an amount may stand on two lines.
                        let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
                        assert!(words.contains(said), "{said}: {plain}");
                    }
                    assert!(text.contains(item.place.transaction_text()));
                }
            }
        }
    }
}

#[test]
fn the_steps_of_a_letter_lead_back_to_what_was_stolen() {
    for sample in [demo(), generated(200, 3)] {
        let report = sample.report();
        for letter in letters(&report, Addressee::Exchange) {
            let steps =
                letter.document.sections.iter().find(|of| of.anchor.ends_with("-steps")).unwrap();
            let Some(Block::Grid(grid)) = steps.blocks.last() else { panic!("no steps") };
            let ids: BTreeSet<String> = grid.rows.iter().map(|row| row[0].plain()).collect();
            let quoted =
                letter.document.sections.iter().find(|of| of.anchor.ends_with("-transactions"));
            let Block::Grid(quoted) = &quoted.unwrap().blocks[1] else { panic!("no quotes") };
            for row in &quoted.rows {
                let ending = report.endings.iter().find(|ending| *ending.id == *row[0].plain());
                let ending = ending.unwrap();
                assert!(ids.contains(ending.origin.as_str()) || ending.origin == ending.seed);
                assert!(ending.path.iter().all(|hop| ids.contains(hop.as_str())), "{ids:?}");
                for hop in report.hops.iter().filter(|hop| ids.contains(hop.id.as_str())) {
                    for lot in hop.taken.iter().filter(|lot| lot.seed == ending.seed) {
                        let from = lot.from.as_ref().unwrap();
                        assert!(
                            ids.contains(from.as_str()) || *from == lot.seed,
                            "{from} of {}",
                            hop.id
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_letter_says_once_and_on_every_page_that_it_is_a_draft_and_only_people_fill_in_who_asks() {
    for sample in [small(), demo()] {
        let report = sample.report();
        let all = ALL.into_iter().flat_map(|(addressee, _)| letters(&report, addressee));
        for letter in all {
            let text = markdown(&letter.document);
            let sections = letter.document.sections.len();
            assert_eq!(text.matches("DRAFT").count(), 1, "{text}");
            assert!(text.contains("> **DRAFT, not sent"));
            assert!(letter.document.mark.as_ref().unwrap().starts_with("DRAFT, not sent"));
            let count = |words: &str| text.matches(words).count();
            let of_each = if report.invented.is_some() { [1, sections] } else { [0, 0] };
            assert_eq!([count("Not to be sent to anybody"), count("> Reconstruction:")], of_each);
            for place in ["\\[who asks", "\\[Legal basis", "\\[day of sending", "\\[Who answers"] {
                assert!(text.contains(place), "{place}: {text}");
            }
            for accusation in ["guilty", "criminal", "launder", "thief"] {
                assert!(!text.to_lowercase().contains(accusation), "{accusation}: {text}");
            }
        }
    }
}

#[test]
fn back_letters_ask_whose_account_paid() {
    let mut sample = small();
    sample.trail.direction = Direction::In;
    let report = sample.report();
    for letter in letters(&report, Addressee::Exchange) {
        let text = markdown(&letter.document);
        assert!(text.contains("which account was debited"), "{text}");
        assert!(!text.contains("were credited"), "{text}");
    }
}

#[test]
fn strangers_names_make_no_markup_and_no_path() {
    for text in HOSTILE.into_iter().chain(["../../etc/passwd", "CON", "..", "\\\\host\\share"]) {
        let report = hostile_report(text);
        for (addressee, _) in ALL {
            for letter in letters(&report, addressee) {
                read_again(&letter.document);
                let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                assert!(letter.name.chars().all(is_safe), "{}", letter.name);
                assert!((1..=60).contains(&letter.name.len()), "{}", letter.name);
                let plain = plain(&letter.document, 80);
                assert!(!plain.chars().any(|c| c.is_control() && c != '\n'), "{plain}");
            }
        }
    }
}

/// Several letters may be written into one file, whose links must still lead somewhere.
#[test]
fn letters_in_one_file_have_anchors_of_their_own() {
    let mut report = demo().report();
    // A second addressee of each kind.
    report.actions.extend(report.actions.clone());
    let mut known = BTreeSet::new();
    for letter in ALL.into_iter().flat_map(|(addressee, _)| letters(&report, addressee)) {
        let text = markdown(&letter.document);
        for section in &letter.document.sections {
            assert!(known.insert(section.anchor.clone()), "{} twice", section.anchor);
            assert!(text.contains(&format!("](#{})", section.anchor)), "{text}");
        }
    }
    assert!(6 * 8 <= known.len(), "{known:?}");
}

/// Whoever is asked about a transaction must find it among many: who sent it stands beside it, as a whole address.
#[test]
fn a_letter_names_who_paid_whom() {
    let report = demo().report();
    let action = report.actions.iter().find(|action| action.kind == "service").unwrap();
    let letter = &letters(&report, Addressee::Exchange)[0];
    let quotes = letter.document.sections.iter().find(|of| of.anchor.ends_with("-transactions"));
    let Block::Grid(quotes) = &quotes.unwrap().blocks[1] else { panic!("no quotes") };
    let titles: Vec<&str> = quotes.columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(titles[3..5], ["From", "To (yours)"]);
    for (row, item) in quotes.rows.iter().zip(&action.items) {
        let ending = report.endings.iter().find(|of| of.id == item.ending).unwrap();
        let hop = report.hops.iter().find(|hop| hop.id == ending.origin).unwrap();
        assert_eq!(
            [row[3].plain(), row[4].plain()],
            [&hop.from, &item.at].map(|of| of.address.to_string())
        );
    }
}

/// Who gets a letter has nothing else: it has every row, and its sum is the sum of its rows.
#[test]
fn nothing_is_left_out_of_a_letter() {
    let sample = generated(4_000, 3);
    let report = sample.report();
    let action = report.actions.iter().find(|action| action.kind == "service").unwrap();
    assert!(400 < action.items.len());
    for letter in letters(&report, Addressee::Exchange) {
        for section in &letter.document.sections {
            for block in &section.blocks {
                let Block::Grid(grid) = block else { continue };
                assert_eq!(grid.left_out, None, "{}", section.title);
                if section.anchor.ends_with("-transactions") {
                    assert_eq!(grid.rows.len(), action.items.len());
                }
            }
        }
        let text = markdown(&letter.document);
        assert!(!text.contains("JSON report"), "{}", letter.name);
        for item in &action.items {
            assert!(text.contains(item.place.transaction_text()));
        }
    }
}

/// What two seeds count stands in two rows, and the second says that the sum leaves it out.
#[test]
fn the_same_coins_in_two_rows_are_said_to_be_the_same() {
    let mut sample = demo();
    sample.trail.rule = fundtrail_model::Rule::Poison;
    let seed = fundtrail_model::SeedId(77);
    let endings = sample.trail.endings.clone();
    sample.paths.extend(sample.paths.clone());
    sample.trail.endings.extend(endings.into_iter().map(|ending| Ending { seed, ..ending }));
    let report = sample.report();
    let action = report.actions.iter().find(|action| action.kind == "service").unwrap();
    let repeated: Vec<_> = action.items.iter().filter(|item| item.is_repeated).collect();
    assert_eq!((action.items.len(), repeated.len()), (4, 2));
    let text = markdown(&letters(&report, Addressee::Exchange)[0].document);
    let row = text.lines().find(|line| line.contains(&format!("| {} |", repeated[0].ending)));
    assert!(row.unwrap().contains("the sum leaves this one out"), "{text}");
    assert!(text.contains("Together counts the same coins once"));
    // Where every row counts there is nothing to say.
    let report = demo().report();
    let text = markdown(&letters(&report, Addressee::Exchange)[0].document);
    assert!(!text.contains("the same coins"), "{text}");
}
