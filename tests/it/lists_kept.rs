//! Lists that are kept: imported, updated, compared, and used by every later command.
//!
//! The excerpts are facts of OFAC's list, written here in the shape of its files.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::live::Live;
use crate::sandbox::{Outcome, Sandbox};

/// Listed with Suex on 2021-09-21, and still so.
const SUEX: &str = "0x2f389ce8bd8ff92de3402ffce4691d17fc4f6535";
/// Listed with Lifshits on 2020-09-10, and still so.
const LIFSHITS: &str = "0x901bb9583b24d97e995513c6778dc6888ab6870e";
/// A Tornado Cash pool: listed on 2022-08-08, delisted on 2025-03-21.
const POOL: &str = "0xA160cdAB225685dA1d56aa342Ad8841c3b53f291";
const STRANGER: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const BITCOIN: &str = "12udabs2TkX7NXCSj6KpqXfakjE52ZPLhz";

/// Remarks that begin in the middle of a word, as in the overflow of OFAC's CSV.
fn comments(addresses: &[&str]) -> String {
    let lines = (30_000..).zip(addresses).map(|(number, address)| {
        format!("{number},\"s - ETH {address}; alt. Digital Currency Address - XBT {BITCOIN}; Linked To: X.\"\r\n")
    });
    lines.collect::<String>() + "\u{1a}\r\n"
}

fn enhanced(day: &str, addresses: &[&str]) -> String {
    let features: String = addresses
        .iter()
        .map(|address| {
            format!("<feature id=\"1\"><type featureTypeId=\"345\">Digital Currency Address - ETH</type><value>{address}</value></feature>")
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><sanctionsData><publicationInfo><dataAsOf>{day}T00:00:00</dataAsOf></publicationInfo><entities><entity id=\"7\"><sanctionsLists><sanctionsList>SDN List</sanctionsList></sanctionsLists><sanctionsPrograms><sanctionsProgram>CYBER2</sanctionsProgram></sanctionsPrograms><names><name><isPrimary>true</isPrimary><translations><translation><isPrimary>true</isPrimary><formattedFullName>SUEX OTC, S.R.O.</formattedFullName></translation></translations></name></names><features>{features}</features></entity></entities></sanctionsData>"
    )
}

fn said(outcome: Outcome, words: &[&str]) -> String {
    let outcome = outcome.success();
    for words in words {
        assert!(outcome.stdout.contains(words), "{words}:\n{}", outcome.stdout);
    }
    outcome.stdout
}

fn refused(outcome: &Outcome, words: &str) {
    assert!(matches!(outcome.code, Some(1 | 2)), "{outcome:?}");
    assert!(outcome.stderr.contains(words), "{words}:\n{}", outcome.stderr);
}

#[test]
fn versions_are_kept_compared_and_told_of() {
    let sandbox = Sandbox::new();
    let run = |arguments: &[&str]| sandbox.run(&[&["lists"], arguments].concat());
    sandbox.write("sdn_comments_2025-02-27.csv", comments(&[SUEX, POOL, STRANGER]));
    sandbox.write("sdn_comments_2025-12-24.csv", comments(&[SUEX, LIFSHITS]));
    // The newer one first: versions are ordered by their days.
    let text = said(run(&["import", "sdn_comments_2025-12-24.csv"]), &["2 sanctioned addresses"]);
    assert!(!text.contains("since version"), "{text}");
    said(
        run(&["import", "sdn_comments_2025-02-27.csv"]),
        &["OFAC SDN, part (sdn-comments), version 2", "day     2025-02-27 (as was given)", "XBT 3"],
    );
    said(run(&["import", "sdn_comments_2025-02-27.csv"]), &["version 2: kept already"]);
    said(
        run(&["show"]),
        &[
            "OFAC SDN, part (sdn-comments), version 1 (in force)",
            "OFAC SDN, part (sdn-comments), version 2 (replaced)",
        ],
    );
    said(
        run(&["diff", "2", "1"]),
        &["1 came, 2 went, 1 changed", "- 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed OFAC SDN"],
    );
    said(
        run(&["history", STRANGER]),
        &[
            "listed 2025-02-27 or earlier, delisted 2025-12-24 or earlier",
            "2025-02-27  OFAC SDN, part (sdn-comments), version 2: sanctioned by OFAC SDN",
            "2025-12-24  OFAC SDN, part (sdn-comments), version 1: not in it",
        ],
    );
    // What another copy knows better stays: the day of the action, and that Suex never left.
    said(run(&["history", POOL]), &["TORNADO CASH", "listed 2022-08-08, delisted 2025-03-21"]);
    said(run(&["history", SUEX]), &["listed 2021-09-21, still listed by the newest copy"]);
    let day = |day| run(&["check", STRANGER, "--as-of", day]);
    said(
        day("2025-03-01"),
        &["sanctioned, perhaps delisted already on 2025-03-01: SDN entry 30002"],
    );
    said(day("2026-01-01"), &["no longer listed on 2026-01-01"]);
    said(
        run(&["check", BITCOIN]),
        &["sanctioned by OFAC SDN", "chains of this kind are not followed"],
    );
    let flagged = run(&["check", STRANGER, "--fail-on", "listed"]);
    assert_eq!(flagged.code, Some(3));
}

#[test]
fn many_addresses_are_checked_from_a_file() {
    let sandbox = Sandbox::new();
    sandbox.write("comments.csv", comments(&[STRANGER]));
    let import = ["lists", "import", "comments.csv", "--published", "2025-02-27"];
    sandbox.run(&import).success();
    let mut file = format!("# wallets\n{POOL}\n\n{STRANGER}\n");
    file.extend((0..1_000).map(|n| format!("0x{n:040x}\n")));
    sandbox.write("wallets.txt", &file);
    let check = |as_of: &str| {
        sandbox.run(&["lists", "check", "--from", "wallets.txt", "--as-of", as_of]).success().stdout
    };
    let text = check("2025-03-01");
    // The zero address is a known one.
    assert!(text.contains("999 of 1002 addresses of the file are in none of the lists"), "{text}");
    for words in
        ["SANCTIONED on 2025-03-01: TORNADO CASH", "SANCTIONED on 2025-03-01: SDN entry 30000"]
    {
        assert!(text.contains(words), "{text}");
    }
    sandbox.write("wallets.txt", format!("{POOL}\nnonsense\n"));
    refused(&sandbox.run(&["lists", "check", "--from", "wallets.txt"]), "wallets.txt, line 2: ");
}

#[test]
fn a_bad_file_leaves_the_version_before_it_in_force() {
    let sandbox = Sandbox::new();
    sandbox.write("SDN_ENHANCED.XML", enhanced("2026-07-01", &[SUEX, STRANGER]));
    sandbox.run(&["lists", "import", "SDN_ENHANCED.XML"]).success();
    let before = sandbox.run(&["lists", "show"]).success().stdout;
    let whole = enhanced("2026-08-01", &[SUEX]);
    for (bad, words) in [
        (whole[..whole.len() - 9].to_owned(), "byte "),
        (whole.replace("<entities>", "<entities>&boom;"), "the entity `boom`"),
        (whole.replace("<?xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><?xml"), "byte "),
        (whole.replace(SUEX, &STRANGER.replace("0x5aAeb", "0x5aaeb")), "checksum"),
        ("<html>Access denied</html>".to_owned(), "say it with --kind"),
    ] {
        sandbox.write("bad.xml", &bad);
        refused(&sandbox.run(&["lists", "import", "bad.xml"]), words);
        assert_eq!(sandbox.run(&["lists", "show"]).success().stdout, before);
    }
    let text = sandbox.run(&["lists", "check", STRANGER, "--as-of", "2026-07-02"]).success().stdout;
    assert!(
        text.contains("SANCTIONED on 2026-07-02: SUEX OTC, S.R.O. by OFAC SDN (CYBER2)"),
        "{text}"
    );
}

#[test]
fn a_version_that_lost_most_of_its_entries_is_taken_only_on_demand() {
    let sandbox = Sandbox::new();
    let row = |number: u32| {
        format!("{number},\"X {number}\",-0- ,\"CYBER2\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n")
    };
    let import = |n: u32, day: &str, more: &[&str]| {
        sandbox.write("SDN.CSV", (1..=n).map(row).collect::<String>());
        sandbox.run(&[&["lists", "import", "SDN.CSV", "--published", day], more].concat())
    };
    import(2_000, "2026-07-01", &[]).success();
    refused(&import(999, "2026-07-02", &[]), "it looks cut off. Version 1 stays in force");
    import(1_000, "2026-07-03", &[]).success();
    import(10, "2026-07-04", &["--allow-shrunk"]).success();
}

#[test]
fn the_store_is_where_it_is_said_to_be() {
    let sandbox = Sandbox::new();
    sandbox.write("a.csv", comments(&[STRANGER]));
    let import = |more: &[&str]| {
        let arguments = [&["lists", "import", "a.csv", "--published", "2025-02-27"], more].concat();
        sandbox.run(&arguments).success();
    };
    let knows = |more: &[&str], environment: &[(&str, &str)]| {
        let arguments = [&["lists", "check", STRANGER], more].concat();
        sandbox.run_with(&arguments, environment).success().stdout.contains("OFAC SDN")
    };
    import(&["--store", "here.sqlite"]);
    assert!(!knows(&[], &[]));
    assert!(knows(&["--store", "here.sqlite"], &[]));
    assert!(knows(&[], &[("FUNDTRAIL_LISTS", "here.sqlite")]));
    assert!(!knows(&["--store", "none"], &[("FUNDTRAIL_LISTS", "here.sqlite")]));
    sandbox.write("fundtrail.toml", "lists = 'here.sqlite'\n");
    assert!(knows(&[], &[]));
    assert!(!knows(&[], &[("FUNDTRAIL_LISTS", "none")]));
    std::fs::remove_file(sandbox.path("fundtrail.toml")).unwrap();
    import(&[]);
    assert!(knows(&[], &[]));
    let folder =
        if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
    assert!(sandbox.path(folder).join("fundtrail/lists.sqlite").is_file());
    let elsewhere = sandbox.path("data");
    assert!(
        !knows(&[], &[("XDG_DATA_HOME", elsewhere.to_str().unwrap())]) || cfg!(target_os = "macos")
    );
    sandbox.write("text", "this is no list store, whatever its name may say of it");
    refused(
        &sandbox.run(&["lists", "show", "--store", "text"]),
        "the list store `text` is not a list store",
    );
}

#[test]
fn what_is_known_is_exported_and_reads_back() {
    let sandbox = Sandbox::new();
    sandbox.write("a.csv", comments(&[STRANGER]));
    sandbox.run(&["lists", "import", "a.csv", "--published", "2025-02-27"]).success();
    let listings = sandbox.run(&["lists", "export"]).success().stdout;
    assert!(listings.contains(
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,SDN entry 30000,OFAC SDN,2025-02-27"
    ));
    assert_eq!(listings.lines().count(), 1 + 189 + 1);
    sandbox.write("own.csv", &listings);
    let check = [
        "lists",
        "check",
        STRANGER,
        "--as-of",
        "2025-03-01",
        "--labels",
        "own.csv",
        "--store",
        "none",
    ];
    said(sandbox.run(&check), &["SANCTIONED on 2025-03-01: SDN entry 30000"]);
    for what in ["labels", "tokens"] {
        assert!(sandbox.run(&["lists", "export", what]).success().stdout.lines().count() > 100);
    }
}

#[test]
fn other_label_sets_are_imported() {
    let sandbox = Sandbox::new();
    let import = |name: &str, text: &str, more: &[&str]| {
        sandbox.write(name, text);
        sandbox.run(&[&["lists", "import", name], more].concat())
    };
    let pack = format!(
        "title: A pack\nsource: https://example.org\ncurrency: ETH\ntags:\n- address: '{STRANGER}'\n  label: Somewhere\n  category: exchange\n"
    );
    import("pack.yaml", &pack, &[]).success();
    said(
        sandbox.run(&["lists", "check", STRANGER]),
        &["Somewhere (exchange, claimed), on Ethereum"],
    );
    let labels =
        format!("{{\"{STRANGER}\": {{\"name\": \"Elsewhere\", \"labels\": [\"bridge\"]}}}}");
    refused(&import("labels.json", &labels, &[]), "--source");
    import("labels.json", &labels, &["--source", "https://example.org/json"]).success();
    let text = said(sandbox.run(&["lists", "check", STRANGER]), &["Elsewhere (bridge, claimed)"]);
    assert!(text.contains("source https://example.org/json"), "{text}");
    let plain =
        ["--source", "our own", "--name", "Watch list", "--category", "scam", "--list", "watched"];
    import("plain.txt", &format!("{SUEX}\n"), &plain).success();
    said(sandbox.run(&["lists", "check", SUEX]), &["Watch list (scam, claimed), on every chain"]);
    // The next version lacks it: the label is no longer in force, and the history tells of it.
    let plain = [&plain[..], &["--published", "2999-01-01"]].concat();
    refused(&import("plain.txt", &format!("{LIFSHITS}\n"), &plain), "after today");
}

/// Answers each request with the next of these.
fn serve(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/KEY/SDN.XML", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 4_096];
            let n = stream.read(&mut bytes).unwrap();
            let asked = String::from_utf8_lossy(&bytes[..n]).to_lowercase();
            let is_known =
                asked.contains("if-none-match: \"v1\"") && answer.contains("ETag: \"v1\"");
            let unchanged = "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n";
            let answer = if is_known { unchanged } else { &answer };
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

#[test]
fn update_downloads_what_is_new_and_nothing_else() {
    let answer = |etag: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nETag: \"{etag}\"\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    };
    let first = answer("v1", &enhanced("2026-07-01", &[SUEX, STRANGER]));
    let second = answer("v2", &enhanced("2026-08-01", &[SUEX]));
    let broken = answer("v3", "<sanctionsData><entities>");
    let url = serve(vec![first.clone(), first, second, broken]);
    let sandbox = Sandbox::new();
    let update = || sandbox.run(&["lists", "update", "--url", &url]);
    said(
        update(),
        &["OFAC SDN, part (sdn-enhanced), version 1", "day     2026-07-01 (as it says itself)"],
    );
    said(update(), &["OFAC SDN, part (sdn-enhanced), version 1 of 2026-07-01: unchanged"]);
    said(update(), &["since version 1 (2026-07-01): 0 came, 1 went, 0 changed"]);
    refused(&update(), "2 elements are still open");
    said(
        sandbox.run(&["lists", "history", STRANGER]),
        &["listed 2026-07-01 or earlier, delisted 2026-08-01 or earlier"],
    );
    let shown = sandbox.run(&["lists", "show"]).success();
    assert!(!(shown.stdout + &shown.stderr).contains("KEY"));
    // Nobody answers any more.
    let outcome = update();
    refused(&outcome, "cannot reach http://127.0.0.1:");
    assert!(outcome.stderr.contains("fundtrail lists import"), "{}", outcome.stderr);
    let folder = sandbox.path(".local/share/fundtrail");
    if folder.is_dir() {
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "the download is left over");
    }
}

#[test]
fn a_trace_uses_the_lists_that_are_kept_and_says_so() {
    let live = Live::shared();
    let (ethereum, _) = live.urls();
    let seeds = live.seeds();
    let seed = seeds.iter().find(|seed| seed.starts_with("ethereum:")).unwrap();
    let rpc = format!("ethereum={ethereum}");
    let sandbox = Sandbox::new();
    let report = |case: &str| -> serde_json::Value {
        let arguments = [
            "trace",
            seed,
            "--rpc",
            &rpc,
            "--case",
            case,
            "--out",
            "report.json",
            "--as-of",
            "2026-11-23",
        ];
        sandbox.run(&arguments).success();
        serde_json::from_str(&sandbox.read("report.json")).unwrap()
    };
    let before = report("before.ftcase");
    let places = before["endings"].as_array().unwrap();
    let place = places.iter().find(|ending| ending["at"]["address"].is_string()).unwrap();
    let address = place["at"]["address"].as_str().unwrap();
    sandbox.write(
        "test.csv",
        format!(
            "# name: TEST list\n# as of: 2026-01-01\naddress,entity,authority,listed_on,source,invented\n\
             {address},TEST ENTITY,TEST AUTHORITY,2022-01-01,made up for this test,yes\n"
        ),
    );
    sandbox.run(&["lists", "import", "test.csv"]).success();
    let after = report("after.ftcase");
    let text = after.to_string();
    assert!(!before.to_string().contains("TEST ENTITY"));
    for words in ["TEST ENTITY", "TEST list", "list store"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // A report comes from the case alone, whatever became of the store.
    std::fs::remove_dir_all(sandbox.path(".local")).unwrap();
    sandbox.run(&["report", "after.ftcase", "--out", "again.json"]).success();
    assert_eq!(sandbox.read("again.json"), sandbox.read("report.json"));
}
