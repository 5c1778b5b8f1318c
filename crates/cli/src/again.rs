//! The command that was typed, to give again.

use std::ffi::OsString;

use fundtrail_fetch::Endpoint;

/// What stands in place of a part of an address that may be a key.
const HIDDEN: &str = "…";

/// What was typed, as a shell would take it again. Of the addresses of nodes only scheme and host are
/// repeated: the rest may hold keys.
pub(crate) fn command(arguments: &[OsString]) -> String {
    let mut words = vec!["fundtrail".to_owned()];
    let mut is_node = false;
    for argument in arguments.iter().skip(1).map(|argument| argument.to_string_lossy()) {
        let shown = match argument.strip_prefix("--rpc=") {
            Some(node) => format!("--rpc={}", node_without_key(node)),
            None if is_node || argument.contains("://") => node_without_key(&argument),
            None => argument.clone().into_owned(),
        };
        is_node = argument == "--rpc";
        words.push(quoted(&shown));
    }
    words.join(" ")
}

/// `[CHAIN=]URL` with nothing of the URL but where it leads.
fn node_without_key(text: &str) -> String {
    let (chain, url) = match text.split_once('=') {
        Some((chain, url)) if is_name(chain) => (format!("{chain}="), url),
        _ => (String::new(), text),
    };
    let Ok(endpoint) = Endpoint::parse(url) else { return format!("{chain}{HIDDEN}") };
    let origin = endpoint.origin();
    let is_all = url.trim().trim_end_matches('/') == origin;
    format!("{chain}{origin}{}", if is_all { String::new() } else { format!("/{HIDDEN}") })
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+…".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::command;

    #[test]
    fn a_command_can_be_given_again_and_tells_no_keys() {
        let check = |typed: &[&str], expected: &str| {
            let arguments: Vec<OsString> = std::iter::once("/usr/bin/fundtrail")
                .chain(typed.iter().copied())
                .map(Into::into)
                .collect();
            assert_eq!(command(&arguments), expected);
        };
        check(
            &["trace", "eth:0x12", "--case", "my case"],
            "fundtrail trace eth:0x12 --case 'my case'",
        );
        check(&["trace", "it's", ""], r"fundtrail trace 'it'\''s' ''");
        check(
            &["trace", "--rpc", "eth=https://u:p@node.example/v3/KEY?k=KEY", "0x12"],
            "fundtrail trace --rpc eth=https://node.example/… 0x12",
        );
        check(
            &["trace", "--rpc=https://node.example/KEY"],
            "fundtrail trace --rpc=https://node.example/…",
        );
        check(
            &["trace", "--rpc", "http://127.0.0.1:8545/"],
            "fundtrail trace --rpc http://127.0.0.1:8545",
        );
        // Without a scheme all of it may be a key.
        check(&["trace", "--rpc", "node.example/KEY"], "fundtrail trace --rpc …");
        check(&["trace", "--rpc", "node.example/KEY?k=KEY"], "fundtrail trace --rpc …");
    }
}
