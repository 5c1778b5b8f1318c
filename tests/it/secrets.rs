//! Keys in URLs show up nowhere: not in what is printed, not in any file.

use crate::faulty_server::{FaultyServer, forwarding_to};
use crate::live::Live;
use crate::sandbox::Sandbox;

const SECRETS: [&str; 4] = ["s3cretUser", "s3cretPassword", "s3cretPath", "s3cretQuery"];

fn with_secrets(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    format!("http://s3cretUser:s3cretPassword@{rest}/v3/s3cretPath?key=s3cretQuery")
}

#[track_caller]
fn assert_clean(place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} shows up in {place}");
    }
}

#[track_caller]
fn assert_sandbox_is_clean(sandbox: &Sandbox) {
    for entry in std::fs::read_dir(sandbox.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            assert_clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn errors_do_not_tell_keys() {
    let unknown = format!("0x{}", "0".repeat(64));
    let web_page = FaultyServer::answering("200 OK", "", b"<html>".to_vec());
    let forbidden = FaultyServer::answering("403 Forbidden", "", b"no".to_vec());
    for url in ["http://127.0.0.1:9".to_owned(), web_page.url(), forbidden.url()] {
        let sandbox = Sandbox::new();
        let url = with_secrets(&url);
        for arguments in
            [vec!["trace", "--chain", "1", "--rpc", &url, &unknown], vec!["rpc", "check", &url]]
        {
            let outcome = sandbox.run(&arguments);
            assert_eq!(outcome.code, Some(1));
            assert_clean("stdout", outcome.stdout.as_bytes());
            assert_clean("stderr", outcome.stderr.as_bytes());
        }
        // A URL that is no URL, as when the scheme was forgotten.
        let outcome = sandbox.run(&["rpc", "check", url.strip_prefix("http://").unwrap()]);
        assert_eq!(outcome.code, Some(2));
        assert_clean("stderr", outcome.stderr.as_bytes());
        assert_sandbox_is_clean(&sandbox);
    }
}

#[test]
fn cases_and_reports_do_not_tell_keys() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let (ethereum, polygon) = live.urls();
    // anvil knows one path only, so something in front of it has to take the path away.
    let ethereum = format!("ethereum={}", with_secrets(&forwarding_to(&ethereum)));
    let polygon = format!("polygon={}", with_secrets(&forwarding_to(&polygon)));
    let mut arguments = vec!["trace", "--case", "c.ftcase", "--rpc", &ethereum, "--rpc", &polygon];
    arguments.extend(["--out", "r.html", "--out", "r.json", "--out", "r.csv", "--out", "r.txt"]);
    let seeds = live.seeds();
    arguments.extend(seeds.iter().map(String::as_str));
    let outcome = sandbox.run(&arguments).success();
    assert_clean("stdout", outcome.stdout.as_bytes());
    assert_clean("stderr", outcome.stderr.as_bytes());
    assert_sandbox_is_clean(&sandbox);
    assert!(sandbox.path("r.html").exists());

    // The same through the environment, where keys belong.
    let environment = [("FUNDTRAIL_RPC", format!("{ethereum} {polygon}"))];
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut arguments = vec!["trace", "--case", "d.ftcase"];
    arguments.extend(seeds.iter().map(String::as_str));
    sandbox.run_with(&arguments, &environment).success();
    assert_sandbox_is_clean(&sandbox);
}

#[test]
fn an_interrupted_run_does_not_tell_keys() {
    // A server that takes the question and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = with_secrets(&format!("http://{}", silent.local_addr().unwrap()));
    let sandbox = Sandbox::new();
    let unknown = format!("0x{}", "0".repeat(64));
    let child = sandbox.start_listening(&["trace", "--chain", "1", "--rpc", &url, &unknown]);
    // It has to be asked first: only then is anybody listening for Ctrl-C.
    let _asked = silent.accept().unwrap();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_clean("stderr", &output.stderr);
    let said = String::from_utf8(output.stderr).unwrap();
    let host = silent.local_addr().unwrap();
    let again = format!("\n  fundtrail trace --chain 1 --rpc http://{host}/… {unknown}\n");
    assert!(said.ends_with(&again), "{said}");
}
