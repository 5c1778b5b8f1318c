//! Reads a PDF with Poppler and QPDF.

use std::process::Command;

use tempfile::NamedTempFile;

/// A file that others read.
pub(super) struct Reading {
    file: NamedTempFile,
}

impl Reading {
    /// The file must be sound to be read at all.
    #[track_caller]
    pub(super) fn of(bytes: &[u8]) -> Self {
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let reading = Self { file };
        let says = reading.run("qpdf", &["--check"], &[]);
        assert!(says.contains("No syntax or stream encoding errors"), "{says}");
        reading
    }

    #[track_caller]
    fn run(&self, tool: &str, before: &[&str], after: &[&str]) -> String {
        let mut command = Command::new(tool);
        let outcome = command.args(before).arg(self.file.path()).args(after).output();
        let output = outcome.unwrap_or_else(|error| {
            panic!("{tool} cannot be run ({error}): tests/support/setup.sh installs it")
        });
        let says = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{tool}: {says}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The text of each page, in the order in which it is written.
    pub(super) fn pages(&self) -> Vec<String> {
        let text = self.run("pdftotext", &["-raw"], &["-"]);
        let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
        assert_eq!(pages.pop().as_deref(), Some(""));
        pages
    }

    /// What the file says of itself, a line each.
    pub(super) fn info(&self) -> String {
        self.run("pdfinfo", &[], &[])
    }

    /// The structure: each part with what is said of it, in their order.
    pub(super) fn structure(&self) -> Vec<String> {
        let lines = self.run("pdfinfo", &["-struct"], &[]);
        lines.lines().map(|line| line.trim().to_owned()).collect()
    }

    /// How many parts of a kind the structure has.
    pub(super) fn count(&self, kind: &str) -> usize {
        let is_kind = |line: &&String| line.split([' ', ':']).next() == Some(kind);
        self.structure().iter().filter(is_kind).count()
    }

    /// The addresses that links lead to.
    pub(super) fn urls(&self) -> Vec<String> {
        let says = self.run("pdfinfo", &["-url"], &[]);
        let urls = says.lines().skip(1).filter_map(|line| line.split_whitespace().nth(2));
        urls.map(str::to_owned).collect()
    }

    /// Bookmarks, each with its depth and its page from 1 on.
    pub(super) fn bookmarks(&self) -> Vec<(usize, String, usize)> {
        let json = self.run("qpdf", &["--json=2", "--json-key=outlines"], &[]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let mut found = Vec::new();
        collect(&json["outlines"], 0, &mut found);
        found
    }
}

fn collect(nodes: &serde_json::Value, depth: usize, found: &mut Vec<(usize, String, usize)>) {
    for node in nodes.as_array().unwrap() {
        let page = usize::try_from(node["destpageposfrom1"].as_u64().unwrap()).unwrap();
        found.push((depth, node["title"].as_str().unwrap().to_owned(), page));
        collect(&node["kids"], depth + 1, found);
    }
}
