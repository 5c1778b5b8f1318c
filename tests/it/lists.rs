//! Sanctions and labels from the command line.

use crate::sandbox::Sandbox;

/// The Tornado Cash pool for 100 ETH.
const POOL: &str = "0xA160cdAB225685dA1d56aa342Ad8841c3b53f291";

#[test]
fn a_listing_is_judged_by_the_day() {
    let sandbox = Sandbox::new();
    for (day, verdict) in [
        ("2022-03-30", "not listed yet on 2022-03-30"),
        ("2022-09-01", "SANCTIONED on 2022-09-01"),
        ("2025-04-01", "no longer listed on 2025-04-01"),
    ] {
        let said = sandbox.run(&["lists", "check", POOL, "--as-of", day]).success().stdout;
        assert!(said.contains(verdict), "{said}");
    }
    insta::assert_snapshot!(
        sandbox.run(&["lists", "check", POOL, "--as-of", "2022-09-01"]).success().stdout
    );
}

#[test]
fn a_finding_ends_with_its_own_code_only_where_that_is_asked_for() {
    let sandbox = Sandbox::new();
    let semenov = "0xdcbEfFBECcE100cCE9E4b153C4e15cB885643193";
    let stranger = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    let code = |arguments: &[&str]| sandbox.run(arguments).code;
    assert_eq!(code(&["lists", "check", semenov]), Some(0));
    assert_eq!(code(&["lists", "check", semenov, "--fail-on", "listed"]), Some(3));
    assert_eq!(code(&["lists", "check", stranger, "--fail-on", "listed"]), Some(0));
    // The pool was delisted: whether that counts is a setting.
    let pool =
        |more: &[&str]| code(&[&["lists", "check", POOL, "--fail-on", "listed"], more].concat());
    assert_eq!(pool(&["--as-of", "2026-11-23"]), Some(3));
    assert_eq!(pool(&["--as-of", "2026-11-23", "--flag", "now"]), Some(0));
    assert_eq!(pool(&["--as-of", "2022-09-01", "--flag", "now"]), Some(3));
    sandbox.write("fundtrail.toml", "flag = 'then'\n");
    assert_eq!(pool(&["--as-of", "2022-03-30"]), Some(0));
}

#[test]
fn own_lists_are_added() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "own.csv",
        "chain,address,name,category,source\n\
         137,0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,Till 4,exchange,our own books\n",
    );
    let stranger = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    let said = sandbox.run(&["lists", "check", stranger, "--labels", "own.csv"]).success().stdout;
    assert!(said.contains("Till 4 (exchange"), "{said}");
    assert!(said.contains("source our own books"), "{said}");
    // Sources that contradict each other are both shown, with the one that counts.
    sandbox.write(
        "other.csv",
        "chain,address,name,category,source,confidence\n\
         *,0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,Mixer M,mixer,a page,certain\n",
    );
    let both = ["lists", "check", stranger, "--labels", "own.csv", "--labels", "other.csv"];
    let said = sandbox.run(&both).success().stdout;
    let conflict =
        "these contradict each other: Mixer M (mixer) counts, Till 4 (exchange) does not";
    assert!(said.contains(conflict), "{said}");
    let elsewhere = ["lists", "check", stranger, "--chain", "ethereum", "--labels", "own.csv"];
    assert!(sandbox.run(&elsewhere).success().stdout.contains("in none of the lists"));

    // The same through the file that holds where nothing is typed.
    sandbox.write("fundtrail.toml", "labels = ['own.csv']\n");
    let said = sandbox.run(&["lists", "check", stranger]).success().stdout;
    assert!(said.contains("Till 4 (exchange"), "{said}");
}

#[test]
fn lists_say_their_date_and_source() {
    let said = Sandbox::new().run(&["lists", "show"]).success().stdout;
    assert!(said.contains("OFAC SDN"), "{said}");
    assert!(said.contains("as of   "), "{said}");
    assert_eq!(said.matches("sha-256 ").count(), 3, "{said}");
}
