//! A page in a real browser: headless Chromium, driven through Node.js.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::place;

/// Something that a reader does.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// Clicks what a CSS selector finds.
    Click(String),
    /// Writes a text into the field that a CSS selector finds.
    Fill(String, String),
    /// Chooses a value of the list that a CSS selector finds.
    Choose(String, String),
    /// Presses a key, as `Escape`.
    Press(String),
    /// Goes to what a CSS selector finds.
    Focus(String),
}

/// How a page is opened, and what is asked of it.
#[derive(Clone, Debug, Serialize)]
pub struct Visit {
    page: PathBuf,
    /// What follows the address, `#` included; or nothing.
    pub hash: String,
    /// Width of the window in pixels.
    pub width: u32,
    /// Height of the window in pixels.
    pub height: u32,
    /// Whether the reader prefers dark colours.
    pub dark: bool,
    /// Whether scripts run.
    pub script: bool,
    /// What the reader does, in order.
    pub acts: Vec<Act>,
    /// What is counted after that, as CSS selectors.
    pub count: Vec<String>,
    /// What is read after that, as CSS selectors.
    pub texts: Vec<String>,
    /// Whether axe looks for what keeps people from using the page.
    pub audit: bool,
    /// Where the page goes as it is printed, as PDF.
    pub pdf: Option<PathBuf>,
    /// Where a picture of the page goes, as PNG.
    pub screenshot: Option<PathBuf>,
    /// Whether the picture shows the whole page and not only the window.
    pub full_page: bool,
}

/// What happened.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct PageReport {
    /// The page's title.
    pub title: String,
    /// The language it says it is in.
    pub lang: String,
    /// Its headings of the first three levels, in order.
    pub headings: Vec<String>,
    /// Its visible text.
    pub text: String,
    /// Errors and warnings of the console, script errors and broken content policies among them.
    pub console_errors: Vec<String>,
    /// Addresses of everything it asked for beside itself.
    pub requests: Vec<String>,
    /// How many elements each selector of [`Visit::count`] found.
    pub counts: BTreeMap<String, u32>,
    /// The visible texts of what each selector of [`Visit::texts`] found.
    pub texts: BTreeMap<String, Vec<String>>,
    /// By how many pixels it is wider than the window.
    pub overflow: u32,
    /// What follows its address after all acts, `#` included.
    pub hash: String,
    /// The name of what has the focus.
    pub focus: String,
    /// What axe found, a line each; empty where it was not asked.
    pub violations: Vec<String>,
    /// Milliseconds until it was loaded and painted.
    pub open_ms: u64,
    /// Milliseconds that all acts took, with painting what they changed.
    pub act_ms: u64,
}

impl Visit {
    /// A visit to a file on a desktop: 1400 by 1000, light, with scripts.
    #[must_use]
    pub fn new(page: &Path) -> Self {
        Self {
            page: page.to_path_buf(),
            hash: String::new(),
            width: 1400,
            height: 1000,
            dark: false,
            script: true,
            acts: Vec::new(),
            count: Vec::new(),
            texts: Vec::new(),
            audit: false,
            pdf: None,
            screenshot: None,
            full_page: false,
        }
    }

    /// Opens the page and waits for it to load.
    ///
    /// # Panics
    ///
    /// If there is no page, no Node.js or no browser, or something to click is not there.
    #[must_use]
    pub fn open(&self) -> PageReport {
        assert!(self.page.is_file(), "there is no page {}", self.page.display());
        let mut visit = self.clone();
        visit.page = self.page.canonicalize().expect("a file has a full path");
        let tools = place::node_tools();
        assert!(
            tools.join("node_modules/playwright-core").is_dir(),
            "the browser's driver is not installed: run `just setup`"
        );
        let output = Command::new("node")
            .arg(tools.join("browse.mjs"))
            .arg(serde_json::to_string(&visit).expect("a visit is plain data"))
            .output()
            .unwrap_or_else(|error| panic!("node cannot be started, run `just setup`: {error}"));
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() != Some(3),
            "Chromium is not installed: run `just setup` ({})",
            complaint.trim()
        );
        assert!(output.status.success(), "the page could not be opened:\n{complaint}");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("the browser's report cannot be read: {error}"))
    }
}

/// Opens a page on a desktop and says what happened.
///
/// # Panics
///
/// Like [`Visit::open`].
#[must_use]
pub fn inspect(page: &Path) -> PageReport {
    Visit::new(page).open()
}

/// Makes a picture of a page's window as a PNG file.
///
/// # Panics
///
/// Like [`Visit::open`].
pub fn screenshot(page: &Path, png: &Path, width: u32, height: u32, dark: bool) {
    let mut visit = Visit { width, height, dark, ..Visit::new(page) };
    visit.screenshot = Some(png.to_path_buf());
    let _ = visit.open();
}

#[cfg(test)]
mod tests {
    use super::{Act, Visit, screenshot};

    #[test]
    fn a_quiet_page_is_told_from_a_noisy_one() {
        let files = tempfile::tempdir().unwrap();
        let quiet = files.path().join("quiet page.html");
        let html = "<!doctype html><html lang=en><title>Quiet</title><h1>One</h1><button>b</button>\
                    <script>document.querySelector('button').onclick = () => document.body.append(\
                    document.createElement('hr'))</script>";
        std::fs::write(&quiet, html).unwrap();
        let mut visit = Visit::new(&quiet);
        visit.acts = vec![Act::Click("button".into()), Act::Click("button".into())];
        visit.count = vec!["hr".into()];
        visit.texts = vec!["h1".into()];
        visit.audit = true;
        let page = visit.open();
        assert_eq!(page.texts["h1"], ["One"]);
        assert!(
            page.violations.iter().all(|line| line.contains("landmark") || line.contains("region")),
            "{page:?}"
        );
        assert_eq!((page.title.as_str(), page.lang.as_str()), ("Quiet", "en"));
        assert_eq!(
            (page.headings.as_slice(), page.counts["hr"]),
            (["One".to_owned()].as_slice(), 2)
        );
        assert_eq!((page.console_errors.len(), page.requests.len(), page.overflow), (0, 0, 0));

        let noisy = files.path().join("noisy.html");
        let html = "<!doctype html><body style='background: Canvas; color-scheme: light dark'>\
                    <img src=missing.png><div style='width:3000px'>wide</div>\
                    <script>console.error('said'); throw new Error('thrown')</script>";
        std::fs::write(&noisy, html).unwrap();
        let [light, dark] = ["light.png", "dark.png"].map(|name| files.path().join(name));
        let mut visit = Visit { width: 390, height: 600, audit: true, ..Visit::new(&noisy) };
        visit.screenshot = Some(light.clone());
        let page = visit.open();
        assert!(page.requests.iter().any(|url| url.ends_with("missing.png")), "{page:?}");
        for complaint in ["said", "thrown"] {
            assert!(page.console_errors.iter().any(|text| text.contains(complaint)), "{page:?}");
        }
        assert!(page.overflow > 1_000, "{page:?}");
        for rule in ["html-has-lang", "image-alt"] {
            assert!(page.violations.iter().any(|line| line.starts_with(rule)), "{page:?}");
        }

        screenshot(&noisy, &dark, 390, 600, true);
        let [light, dark] = [light, dark].map(|png| std::fs::read(png).unwrap());
        assert!(light.starts_with(b"\x89PNG") && dark.starts_with(b"\x89PNG"));
        assert_ne!(light, dark, "dark pictures differ from light ones");
    }
}
