//! Whole outputs, and what must hold for all of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fundtrail_model::{H256, LotMade, OpenTransaction, Reservation};
use sha2::{Digest as _, Sha256};

use super::sample::{demo, generated, small};
use super::tables::csv;
use crate::{TableName, html, terminal, terminal_summary};

#[test]
fn the_demo_as_terminal_text() {
    insta::assert_snapshot!(terminal(&demo().report(), 100, false));
}

#[test]
fn the_demo_as_a_summary() {
    insta::assert_snapshot!(terminal_summary(&demo().report(), 100, false));
}

#[test]
fn a_summary_stays_short_and_says_where_the_rest_is() {
    for sample in [small(), demo(), generated(200, 3), generated(5_000, 7)] {
        let text = terminal_summary(&sample.report(), 100, false);
        assert!(text.lines().count() <= 150, "{}", text.lines().count());
        assert!(text.lines().last().unwrap().contains("--out report.html"));
    }
}

#[test]
fn the_demo_as_csv() {
    insta::assert_snapshot!(csv(&demo().report(), TableName::Hops).replace("\r\n", "\n"));
}

#[test]
fn a_small_trail_in_every_format() {
    let report = small().report();
    insta::assert_snapshot!("small_terminal_narrow_colour", terminal(&report, 60, true));
    insta::assert_snapshot!("small_json", super::json_text(&report));
    insta::assert_snapshot!("small_csv", csv(&report, TableName::Hops).replace("\r\n", "\n"));
    // The style and the script are files of their own.
    let page = html(&report).unwrap();
    let page = without(&page, "<style>", "</style>");
    let page = without(&page, "<script>", "</script>");
    insta::assert_snapshot!("small_html", without(&page, "sha256-", "; img-src"));
}

fn without(text: &str, open: &str, close: &str) -> String {
    let start = text.find(open).unwrap() + open.len();
    let end = start + text[start..].find(close).unwrap();
    format!("{}…{}", &text[..start], &text[end..])
}

#[test]
fn the_page_allows_only_its_own_style_and_script() {
    for sample in [small(), demo()] {
        let page = html(&sample.report()).unwrap();
        let inner = |open: &str, close: &str| {
            assert_eq!(page.matches(open).count(), 1, "{open}");
            let start = page.find(open).unwrap() + open.len();
            page[start..start + page[start..].find(close).unwrap()].to_owned()
        };
        let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        let policy = format!(
            "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; \
             form-action 'none'",
            hash(&inner("<style>", "</style>")),
            hash(&inner("<script>", "</script>")),
        );
        let escaped = policy.replace('\'', "&#39;").replace('+', "&#43;");
        let shown = inner("http-equiv=\"Content-Security-Policy\" content=\"", "\"");
        assert_eq!(shown.replace("&#43;", "+"), escaped.replace("&#43;", "+"));
        assert!(!page.contains(" style=\"") && !page.contains(" onclick"));
    }
}

#[test]
fn the_page_loads_nothing() {
    let page = html(&demo().report()).unwrap();
    for load in [
        "src=", "@import", "url(", "<link", "<iframe", "<object", "<embed", "<base", "fetch(",
        "XMLHttp",
    ] {
        assert!(!page.contains(load), "{load}");
    }
    for (at, _) in page.match_indices("http") {
        let before = &page[at.saturating_sub(40)..at];
        let is_link = before.ends_with("rel=\"noopener noreferrer\" href=\"");
        let is_known = page[at..].starts_with("http-equiv")
            || page[at..].starts_with("http://www.w3.org/2000/svg\"")
            || page[at..].starts_with("https://polygon.example")
            || page[at..].starts_with("https://eth.example");
        assert!(is_link || is_known, "{}", &page[at..at + 60]);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let all = |sample: &super::sample::Sample| {
        let report = sample.report();
        (
            super::json_text(&report),
            TableName::ALL.map(|name| csv(&report, name)),
            html(&report).unwrap(),
            terminal(&report, 80, true),
            terminal_summary(&report, 80, true),
        )
    };
    assert_eq!(all(&demo()), all(&demo()));
    assert_eq!(all(&generated(200, 4)), all(&generated(200, 4)));
}

#[test]
fn every_link_inside_the_page_has_its_target() {
    for sample in [small(), demo(), generated(200, 3)] {
        let page = html(&sample.report()).unwrap();
        for (at, _) in page.match_indices("href=\"#") {
            let rest = &page[at + 7..];
            let target = &rest[..rest.find('"').unwrap()];
            // In the rows that the page shows, or in those that its script can show.
            let is_there = page.contains(&format!("id=\"{target}\""))
                || page.contains(&format!("[\"{target}\",["));
            assert!(is_there, "{target}");
        }
    }
}

#[test]
fn json_has_every_amount_exactly_and_names_its_schema() {
    let value: serde_json::Value =
        serde_json::from_str(&super::json_text(&demo().report())).unwrap();
    assert_eq!(value["schema"], "fundtrail.report");
    assert_eq!(value["version"], 1);
    assert!(value["invented"].is_string());
    let sold = &value["hops"][9];
    assert_eq!(sold["received"][0]["base_units"], "21345678901234567000000");
    assert_eq!(sold["received"][0]["decimal"], "21345.678901234567");
    let nameless = &value["seeds"][2]["money"];
    assert_eq!(nameless["base_units"], "129463000000");
    assert!(nameless["decimal"].is_null());
}

#[test]
fn a_reconstruction_says_so_in_every_section() {
    let report = demo().report();
    let page = html(&report).unwrap();
    assert_eq!(page.matches("<h2>").count(), page.matches("<p class=\"recon\">").count());
    assert!(page.contains("class=\"banner\" role=\"note\">Reconstruction: amounts"));
    for plain in [terminal(&report, 80, false), terminal_summary(&report, 80, false)] {
        let headings = plain.lines().filter(|line| line.starts_with("──")).count();
        assert_eq!(plain.matches("(reconstruction: see the top)").count(), headings);
        assert!(plain.contains("RECONSTRUCTION: amounts"));
    }
    let table = csv(&report, TableName::Hops);
    assert!(table.lines().skip(1).all(|row| row.contains("is invented.\"")));
    assert!(!html(&small().report()).unwrap().contains("Reconstruction"));
}

#[test]
fn large_trails_stay_small_enough_to_send() {
    let page = html(&generated(5_000, 3).report()).unwrap();
    assert!(page.len() < 6_000_000, "{}", page.len());
    // A row of 5,000 wallets, one after the other, has paths of 5,000 hops.
    let row = html(&generated(5_000, 1).report()).unwrap();
    assert!(row.len() < 6_000_000, "{}", row.len());
    assert!(terminal(&generated(5_000, 3).report(), 80, false).len() < 200_000);
}

#[test]
fn pictures_of_large_trails_stay_readable() {
    for (count, fan) in [(200, 3), (200, 40), (200, 1), (5_000, 7)] {
        let page = html(&generated(count, fan).report()).unwrap();
        let nodes = page.matches("data-n=\"").count();
        assert!((3..=130).contains(&nodes), "{count} by {fan}: {nodes} nodes");
    }
}

#[test]
fn what_is_invented_says_so_in_the_picture_too() {
    let page = html(&demo().report()).unwrap();
    let picture = &page[page.find("<svg xmlns").unwrap()..page.rfind("</svg>").unwrap()];
    let nodes = picture.split("<g class=\"n n-").skip(1);
    let mut count = 0;
    for node in nodes {
        let node = &node[..node.find("</g>").unwrap()];
        assert!(node.contains(", invented</text>"), "{node}");
        count += 1;
    }
    assert_eq!(count, 15);
}

/// What was bought for others, what was not read for it, and what cannot be known, in every format that people
/// read.
#[test]
fn what_contracts_gave_to_others_is_said() {
    let mut sample = small();
    let seed = sample.trail.seeds[0].clone();
    let (chain, position) = (seed.asset.chain(), seed.position);
    let receivers = vec![(super::sample::address(77), seed.asset, seed.amount)];
    sample.trail.open_transactions.push(OpenTransaction {
        chain,
        block: 1_234_567,
        index: 3,
        hash: H256::repeat_byte(0xee),
        at_stake: vec![LotMade { seed: seed.id, asset: seed.asset, amount: seed.amount }],
        depth: 1,
    });
    let address = seed.holder;
    sample.trail.reservations = vec![
        Reservation::OtherReceivers { chain, address, position, receivers: receivers.clone() },
        Reservation::Delivered {
            chain,
            address,
            position,
            receivers: receivers.clone(),
            is_divided: false,
        },
        Reservation::Delivered { chain, address, position, receivers, is_divided: true },
        Reservation::UnseenFrames { chain, block: 1_234_567, index: 3, is_read: true },
        Reservation::UnseenFrames { chain, block: 1_234_567, index: 4, is_read: false },
    ];
    let report = sample.report();
    let plain = terminal(&report, 4_000, false);
    let (page, data) = (html(&report).unwrap(), super::json_text(&report));
    let hash = fundtrail_model::hash_hex(H256::repeat_byte(0xee));
    let said = [
        hash.as_str(),
        "contracts gave to others, which is not followed:",
        "Nobody else paid for it",
        "divided in proportion to what each paid",
        "transaction 3 of block 1234567",
        "no endpoint tells its internal transfers",
        "no endpoint has its receipt",
    ];
    for words in said {
        for format in [&plain, &page, &data] {
            let lines = format.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(lines.contains(words), "{words}: {format}");
        }
    }
}
