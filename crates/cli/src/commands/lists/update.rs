//! `fundtrail lists update`

use std::fs::{File, OpenOptions, remove_file};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fundtrail_fetch::{Download, Endpoint, download};
use fundtrail_labels::intake::OFAC;

use super::import::{Got, Wishes, keep, read_download};
use super::kept;
use crate::args::ListsUpdate;
use crate::commands;
use crate::error::{Error, Exit};
use crate::ui;

/// OFAC's whole list with the day that it describes.
const OFAC_URL: &str =
    "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN_ENHANCED.XML";
/// The largest of OFAC's files has about 120 MB.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

pub(super) fn run(args: &ListsUpdate) -> Result<Exit, Error> {
    let url = args.url.as_deref().unwrap_or(OFAC_URL);
    let endpoint = Endpoint::parse(url)?;
    // What comes after the host may hold a key.
    let source = if url == OFAC_URL { url } else { endpoint.origin() };
    let mut store = kept::open_or_create(args.store.store.as_deref())?;
    let known = store.editions()?.into_iter().rfind(|(_, edition)| {
        edition.list.starts_with(OFAC) && edition.source == source && edition.etag.is_some()
    });
    let etag = known.as_ref().and_then(|(_, edition)| edition.etag.clone());

    let part = Part::beside(store.path())?;
    let mut file = part.open()?;
    ui::talk(&format!("asking {} …", endpoint.origin()));
    let timeout = Duration::from_secs(args.timeout);
    let asked =
        async { Ok(download(&endpoint, etag.as_deref(), MAX_BYTES, timeout, &mut file).await?) };
    match commands::block_on(asked, None)? {
        Download::Unchanged => {
            let what = known.map_or_else(String::new, |(number, edition)| {
                format!("{}, version {number} of {}", edition.list, edition.day)
            });
            ui::data(&format!("{what}: unchanged\n"));
        }
        Download::Fetched { etag, .. } => {
            let reading = read_download(&mut file, source)?;
            let got = Got { source: source.to_owned(), name: PathBuf::from("download"), etag };
            let wishes = Wishes { allow_shrunk: args.allow_shrunk, ..Wishes::default() };
            keep(&mut store, reading, got, &wishes)?;
        }
    }
    Ok(Exit::Done)
}

/// The file that is being downloaded: gone in the end, whatever happens.
struct Part(PathBuf);

impl Part {
    fn beside(store: &Path) -> Result<Self, Error> {
        let mut name = store.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        Ok(Self(PathBuf::from(name)))
    }

    fn open(&self) -> Result<File, Error> {
        let options =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).to_owned();
        options.open(&self.0).map_err(|error| Error::File {
            action: "write",
            path: self.0.clone(),
            error,
        })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // What cannot be removed is a leftover beside the store, and harms nothing.
        let _ = remove_file(&self.0);
    }
}
