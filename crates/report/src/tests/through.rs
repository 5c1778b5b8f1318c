//! Following that went on where it stops otherwise is said, in the answers and in the method.

use super::sample::{POLYGON, address, small};
use crate::{ThroughLine, html, terminal};

#[test]
fn what_was_gone_through_is_said_and_named() {
    let said = |lines: &[(&str, &[u64])]| {
        let mut sample = small();
        let line = |(what, reached): &(&str, &[u64])| ThroughLine {
            what: (*what).to_owned(),
            reached: reached.iter().map(|who| ((POLYGON, address(*who)), 26_498_042)).collect(),
        };
        sample.through = lines.iter().map(line).collect();
        let report = sample.report();
        let texts = [report.certainty.statements.join(" "), report.method.statements.join(" ")];
        // Whatever a label is called, it is no markup.
        assert!(!html(&report).unwrap().contains("<b>bold"));
        assert!(!terminal(&report, 80, false).contains('\u{202e}'));
        texts
    };
    let [certainty, method] = said(&[]);
    assert!(!certainty.contains("BY SETTING") && !method.to_lowercase().contains("by setting"));

    let [certainty, method] =
        said(&[("Exchange A", &[4]), ("<b>bold\u{202e}", &[]), ("both", &[3, 4])]);
    assert!(certainty.contains("BY SETTING, nothing stops following at 2 places"), "{certainty}");
    assert!(
        method.contains("NOTHING STOPS FOLLOWING AT “Exchange A”: labelled “Exchange A”"),
        "{method}"
    );
    assert!(method.contains("1506) on Polygon; wallet 3 ("), "{method}");
    assert!(method.contains("it may be other people's money"), "{method}");
    assert!(method.contains("no stolen value came there"), "{method}");

    // A name that many addresses have does not fill the page.
    let many: Vec<u64> = (100..140).collect();
    let [_, method] = said(&[("crowd", &many)]);
    assert!(method.contains("; 32 more. No label"), "{method}");
}
