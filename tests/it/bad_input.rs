//! Bad input gets one clear line, a hint, and the right exit code, before anything expensive is done.

use fundtrail_model::{Amount, checksum};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::player::invented_address;
use serde_json::json;

use crate::faulty_server::FaultyServer;
use crate::live::Live;
use crate::sandbox::Sandbox;

/// A transaction that no node here knows.
const UNKNOWN: &str = "0x00000000000000000000000000000000000000000000000000000000000000aa";

/// What a run printed on stderr and its exit code, with the address of a test server made readable.
fn said(sandbox: &Sandbox, arguments: &[&str], host: &str) -> String {
    let outcome = sandbox.run(arguments);
    assert_eq!(outcome.stdout, "", "an error printed data");
    let stderr =
        if host.is_empty() { outcome.stderr } else { outcome.stderr.replace(host, "HOST") };
    let stderr = stderr.replace(&sandbox.folder().display().to_string(), "FOLDER");
    let errors = stderr.lines().filter(|line| line.starts_with("error: ")).count();
    assert_eq!(errors, 1, "not one clear line:\n{stderr}");
    format!("{}exit code {:?}", stderr, outcome.code)
}

#[test]
fn seeds_that_make_no_sense() {
    let sandbox = Sandbox::new();
    let check = |name: &str, arguments: &[&str]| {
        let mut all = vec!["trace", "--chain", "ethereum", "--rpc", "http://127.0.0.1:9"];
        all.extend_from_slice(arguments);
        insta::assert_snapshot!(format!("bad_seed_{name}"), said(&sandbox, &all, ""));
    };
    check("malformed_address", &["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA", "--from-block", "1"]);
    check("wrong_checksum", &["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeaeD", "--from-block", "1"]);
    check("short_hash", &[&UNKNOWN[..65]]);
    check("unknown_step", &[&format!("{UNKNOWN}:step4")]);
    check("unknown_chain", &[&format!("etherium:{UNKNOWN}")]);
    check("address_without_start", &["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"]);
    check("bad_day", &["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "--since", "29.3.2022"]);
    check("bad_until", &[UNKNOWN, "--until", "soon"]);
    check("bad_share", &[UNKNOWN, "--min-share", "101"]);
    check("unreachable_host", &[UNKNOWN]);
    check("bad_url", &[UNKNOWN, "--rpc", "ftp://node.example/SECRETKEY"]);
    check("labels_missing", &[UNKNOWN, "--labels", "no-such.csv"]);
    assert!(!sandbox.path("0x00000000.ftcase-wal").exists(), "a failed run left a journal");
}

#[test]
fn a_seed_without_a_chain() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(said(&sandbox, &["trace", UNKNOWN], ""));
}

#[test]
fn answers_that_are_no_answers() {
    let check = |name: &str, server: FaultyServer| {
        let sandbox = Sandbox::new();
        let url = server.url();
        let arguments = ["trace", "--chain", "ethereum", "--rpc", &url, UNKNOWN];
        insta::assert_snapshot!(
            format!("bad_answer_{name}"),
            said(&sandbox, &arguments, &server.host())
        );
    };
    check("wrong_chain", FaultyServer::saying(r#"{"jsonrpc":"2.0","id":1,"result":"0x89"}"#));
    check(
        "web_page",
        FaultyServer::answering(
            "200 OK",
            "content-type: text/html\r\n",
            b"<!doctype html><html><title>Welcome</title><p>Log in</p></html>".to_vec(),
        ),
    );
    check("truncated", FaultyServer::saying(r#"{"jsonrpc":"2.0","id":1,"res"#));
    check(
        "huge",
        FaultyServer::answering(
            "200 OK",
            "content-type: application/json\r\n",
            vec![b' '; 300 * 1024 * 1024],
        ),
    );
    check(
        "forbidden",
        FaultyServer::answering(
            "403 Forbidden",
            "content-type: text/plain\r\n",
            b"missing api key \x1b[31m".to_vec(),
        ),
    );
    check(
        "server_says_no",
        FaultyServer::saying(
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method eth_chainId does not exist"}}"#,
        ),
    );
}

#[test]
fn places_that_cannot_be_written_are_found_before_any_node_is_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("a-file", "");
    // Port 9 refuses: an attempt to ask a node would be another error.
    let trace = |out: &str| {
        let arguments =
            ["trace", "--chain", "1", "--rpc", "http://127.0.0.1:9", UNKNOWN, "--out", out];
        said(&sandbox, &arguments, "")
    };
    insta::assert_snapshot!("bad_place_missing_folder", trace("no/such/folder/report.html"));
    insta::assert_snapshot!("bad_place_below_a_file", trace("a-file/report.html"));
    insta::assert_snapshot!("bad_place_unknown_ending", trace("report.doc"));
}

#[test]
fn files_that_are_no_cases() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "notes.txt",
        "these are my notes, not a case, and they are long enough to be read as a header",
    );
    sandbox.write("empty.ftcase", "");
    sandbox.write("bookmarks.sqlite", foreign_database());
    let check = |name: &str, file: &str| {
        insta::assert_snapshot!(format!("bad_case_{name}"), said(&sandbox, &["report", file], ""));
    };
    check("missing", "missing.ftcase");
    check("text", "notes.txt");
    check("empty", "empty.ftcase");
    check("folder", ".");
    check("foreign", "bookmarks.sqlite");
    assert_eq!(
        sandbox.read("notes.txt").len(),
        79,
        "somebody's file was changed because it was taken for a case"
    );
}

/// An empty SQLite database of another program, byte by byte: its header and one page without a table.
fn foreign_database() -> Vec<u8> {
    let mut page = vec![0_u8; 4096];
    page[..16].copy_from_slice(b"SQLite format 3\0");
    page[16..24].copy_from_slice(&[0x10, 0, 1, 1, 0, 64, 32, 32]);
    // The numbers of changes and pages, the text encoding, an application id that is not ours.
    for (offset, value) in [(24, 1_u32), (28, 1), (44, 4), (56, 1), (68, 0x0bad_cafe), (92, 1)] {
        page[offset..offset + 4].copy_from_slice(&value.to_be_bytes());
    }
    page[100..108].copy_from_slice(&[0x0d, 0, 0, 0, 0, 0x10, 0, 0]);
    page
}

#[test]
fn labels_that_make_no_sense() {
    let check = |name: &str, text: &str| {
        let sandbox = Sandbox::new();
        sandbox.write("own.csv", text);
        let arguments =
            ["lists", "check", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "--labels", "own.csv"];
        insta::assert_snapshot!(format!("bad_labels_{name}"), said(&sandbox, &arguments, ""));
    };
    check(
        "no_source",
        "chain,address,name,category,source\n1,0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,Till,exchange,\n",
    );
    check(
        "unknown_category",
        "chain,address,name,category,source\n1,0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,Till,bank,us\n",
    );
    check("not_a_table", "hello\n");
}

#[test]
fn a_mistyped_flag() {
    let outcome = Sandbox::new().run(&["trace", "--rul", "fifo", UNKNOWN]);
    assert_eq!(outcome.code, Some(2));
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn a_transaction_that_the_node_does_not_know() {
    let live = Live::shared();
    let (ethereum, _) = live.urls();
    let sandbox = Sandbox::new();
    let arguments = ["trace", "--chain", "ethereum", "--rpc", &ethereum, UNKNOWN];
    let host = ethereum.strip_prefix("http://").unwrap();
    insta::assert_snapshot!(said(&sandbox, &arguments, host));
}

#[test]
fn a_node_without_old_state_gives_an_indicative_answer_and_says_so() {
    // anvil keeps 500 states in memory: the theft's is gone by the end.
    let node = Anvil::start(&{
        let mut options = AnvilOptions::new(31_337, 1_650_000_000);
        options.kept_states = 1;
        options.genesis.fund(invented_address("victim"), Amount::from(10_u128.pow(20)));
        options
    });
    let mine = |count: u32| node.rpc().expect("anvil_mine", &json!([format!("{count:#x}")]));
    let pay = |from: &str, to: &str, wei: u128| {
        let transaction = json!([{
            "from": checksum(invented_address(from)),
            "to": checksum(invented_address(to)),
            "value": format!("{wei:#x}"),
        }]);
        let hash = node.rpc().expect("eth_sendTransaction", &transaction);
        mine(1);
        hash.as_str().unwrap().to_owned()
    };
    mine(3);
    let theft = pay("victim", "thief", 9_000_000_000_000_000_000);
    pay("thief", "fence", 5_000_000_000_000_000_000);
    mine(700);

    let sandbox = Sandbox::new();
    let url = node.url();
    let trace = |more: &[&str]| {
        let mut arguments = vec!["trace", "--chain", "31337", "--rpc", &url, "--case", "c.ftcase"];
        arguments.extend_from_slice(more);
        arguments.push(&theft);
        sandbox.run(&arguments)
    };
    let outcome = trace(&["--rule", "fifo", "--out", "r.txt"]).success();
    assert!(sandbox.read("r.txt").contains("indicative"), "{}", outcome.stdout);
    let outcome = trace(&["--require-complete"]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    insta::assert_snapshot!(outcome.stderr);
}
