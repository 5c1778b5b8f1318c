//! The HTML report in a real browser.

use std::path::{Path, PathBuf};

use fundtrail_testkit::browser::{PageReport, Visit};

use crate::sandbox::Sandbox;

fn demo_page(sandbox: &Sandbox) -> PathBuf {
    sandbox.run(&["demo", "--as-of", "2026-11-23"]).success();
    sandbox.path("fundtrail-demo/report.html")
}

#[track_caller]
fn assert_quiet(page: &PageReport) {
    assert_eq!(page.console_errors, [""; 0]);
    assert_eq!(page.requests, [""; 0], "the page asked for something");
}

fn visit(page: &Path, count: &[&str]) -> Visit {
    let mut visit = Visit::new(page);
    visit.count = count.iter().map(|selector| (*selector).to_owned()).collect();
    visit
}

#[test]
fn the_demo_page_opens_without_a_request_or_an_error() {
    let sandbox = Sandbox::new();
    let path = demo_page(&sandbox);
    let page = visit(&path, &["svg", "svg path", "table", "h1"]).open();
    assert_quiet(&page);
    assert_eq!(page.lang, "en");
    assert_eq!(page.counts["h1"], 1);
    // A flow diagram for each of the two chains, with payments in it.
    assert!(2 <= page.counts["svg"], "{:?}", page.counts);
    assert!(20 <= page.counts["svg path"], "{:?}", page.counts);
    assert!(5 <= page.counts["table"], "{:?}", page.counts);
    for words in ["How much was stolen?", "60 ETH", "406,618", "invented", "delisted 2025-03-21"] {
        assert!(page.text.contains(words), "`{words}` is missing");
    }
}

#[test]
fn it_is_readable_on_a_phone_in_the_dark_and_without_scripts() {
    let sandbox = Sandbox::new();
    let path = demo_page(&sandbox);
    for (width, dark, script) in [(390, false, true), (1400, true, true), (1400, false, false)] {
        let mut visit = visit(&path, &["svg"]);
        (visit.width, visit.dark, visit.script) = (width, dark, script);
        let page = visit.open();
        assert_quiet(&page);
        assert_eq!(page.overflow, 0, "wider than a window of {width} pixels");
        assert!(2 <= page.counts["svg"], "no diagram at {width}, dark {dark}, script {script}");
    }
}
