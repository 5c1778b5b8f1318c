//! Every help page, so that a changed flag shows up in review as a changed page.

use crate::sandbox::Sandbox;

#[test]
fn help_pages() {
    let sandbox = Sandbox::new();
    let commands: [&[&str]; 20] = [
        &[],
        &["demo"],
        &["trace"],
        &["fetch"],
        &["screen"],
        &["report"],
        &["case"],
        &["case", "show"],
        &["lists"],
        &["lists", "show"],
        &["lists", "check"],
        &["lists", "import"],
        &["lists", "update"],
        &["lists", "diff"],
        &["lists", "history"],
        &["lists", "export"],
        &["rpc"],
        &["rpc", "check"],
        &["chains"],
        &["completions"],
    ];
    for command in commands {
        let mut arguments = command.to_vec();
        arguments.push("--help");
        let page = sandbox.run(&arguments).success().stdout;
        let name = format!("help_{}", command.join("_"));
        insta::assert_snapshot!(name, page);
    }
}

#[test]
fn completions_name_the_commands() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.run(&["completions", shell]).success().stdout;
        for command in ["trace", "demo", "lists"] {
            assert!(script.contains(command), "{shell} lacks {command}");
        }
    }
}

#[test]
fn chains_are_listed_with_their_endpoints() {
    let listed = Sandbox::new().run(&["chains"]).success().stdout;
    for name in
        ["ethereum", "polygon", "bnb", "arbitrum", "optimism", "base", "avalanche", "gnosis"]
    {
        assert!(listed.lines().any(|line| line.starts_with(name)), "{name}");
    }
    insta::assert_snapshot!(listed);
}
