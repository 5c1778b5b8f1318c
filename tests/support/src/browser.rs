//! A page in a real browser: headless Chromium, driven through Node.js.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::place;

/// How a page is opened, and what is asked of it.
#[derive(Clone, Debug, Serialize)]
pub struct Visit {
    page: PathBuf,
    /// Width of the window in pixels.
    pub width: u32,
    /// Height of the window in pixels.
    pub height: u32,
    /// Whether the reader prefers dark colours.
    pub dark: bool,
    /// Whether scripts run.
    pub script: bool,
    /// What is clicked, in order, as CSS selectors.
    pub clicks: Vec<String>,
    /// What is counted after the clicks, as CSS selectors.
    pub count: Vec<String>,
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
    /// By how many pixels it is wider than the window.
    pub overflow: u32,
}

impl Visit {
    /// A visit to a file on a desktop: 1400 by 1000, light, with scripts.
    #[must_use]
    pub fn new(page: &Path) -> Self {
        Self {
            page: page.to_path_buf(),
            width: 1400,
            height: 1000,
            dark: false,
            script: true,
            clicks: Vec::new(),
            count: Vec::new(),
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
    use super::{Visit, screenshot};

    #[test]
    fn a_quiet_page_is_told_from_a_noisy_one() {
        let files = tempfile::tempdir().unwrap();
        let quiet = files.path().join("quiet page.html");
        let html = "<!doctype html><html lang=en><title>Quiet</title><h1>One</h1><button>b</button>\
                    <script>document.querySelector('button').onclick = () => document.body.append(\
                    document.createElement('hr'))</script>";
        std::fs::write(&quiet, html).unwrap();
        let mut visit = Visit::new(&quiet);
        visit.clicks = vec!["button".into(), "button".into()];
        visit.count = vec!["hr".into()];
        let page = visit.open();
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
        let mut visit = Visit { width: 390, height: 600, ..Visit::new(&noisy) };
        visit.screenshot = Some(light.clone());
        let page = visit.open();
        assert!(page.requests.iter().any(|url| url.ends_with("missing.png")), "{page:?}");
        for complaint in ["said", "thrown"] {
            assert!(page.console_errors.iter().any(|text| text.contains(complaint)), "{page:?}");
        }
        assert!(page.overflow > 1_000, "{page:?}");

        screenshot(&noisy, &dark, 390, 600, true);
        let [light, dark] = [light, dark].map(|png| std::fs::read(png).unwrap());
        assert!(light.starts_with(b"\x89PNG") && dark.starts_with(b"\x89PNG"));
        assert_ne!(light, dark, "dark pictures differ from light ones");
    }
}
