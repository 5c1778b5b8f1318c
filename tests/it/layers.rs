//! The star of crates, read from the manifests.

use std::path::Path;

fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The crates of this workspace that a manifest's `[dependencies]` name.
fn own_dependencies(folder: &str) -> Vec<String> {
    let manifest = std::fs::read_to_string(workspace().join(folder).join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("\n[").find(|table| table.starts_with("dependencies]"));
    dependencies
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| name.starts_with("fundtrail"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn leaves_know_the_model_and_not_each_other() {
    assert_eq!(own_dependencies("crates/model"), [""; 0]);
    for leaf in ["fetch", "store", "labels", "graph", "report"] {
        assert_eq!(own_dependencies(&format!("crates/{leaf}")), ["fundtrail-model"], "{leaf}");
    }
    assert_eq!(
        own_dependencies("crates/cli"),
        [
            "fundtrail-fetch",
            "fundtrail-graph",
            "fundtrail-labels",
            "fundtrail-model",
            "fundtrail-report",
            "fundtrail-store"
        ]
    );
}

#[test]
fn heavy_tools_stay_in_their_crate() {
    for (tool, owner) in [
        ("tokio", "fetch"),
        ("reqwest", "fetch"),
        ("rusqlite", "store"),
        ("petgraph", "graph"),
        ("askama", "report"),
    ] {
        for folder in ["model", "fetch", "store", "labels", "graph", "report"] {
            let path = workspace().join("crates").join(folder).join("Cargo.toml");
            let manifest = std::fs::read_to_string(path).unwrap();
            let is_named = manifest.lines().any(|line| line.starts_with(&format!("{tool}.")));
            assert_eq!(is_named, folder == owner, "{tool} in {folder}");
        }
    }
}

#[test]
fn domain_types_are_not_serializable() {
    let manifest = std::fs::read_to_string(workspace().join("crates/model/Cargo.toml")).unwrap();
    assert!(!manifest.contains("serde"), "model must not know serde");
}

#[test]
fn every_test_file_is_in_the_table_of_contents() {
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(workspace().join("tests/it")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") {
            assert!(main.contains(&format!("\nmod {module};")), "{name} is not compiled");
        }
    }
}
