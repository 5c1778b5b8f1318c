//! `fundtrail lists import`

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use fundtrail_labels::intake::{Format, Input, OFAC, Reading, Terms, read};
use fundtrail_model::{
    Category, Date, DayKnown, EditionCounts, ListEdition, ListFact, Timestamp, parse_date,
    sanitize_claim,
};
use fundtrail_store::{Imported, ListStore};

use super::compare::Difference;
use super::{kept, show, unreadable};
use crate::args::ListsImport;
use crate::chains::Chains;
use crate::clock;
use crate::error::{Error, Exit};
use crate::presentation::parse_day;
use crate::ui;

/// As much as is needed to tell a format.
const HEAD_BYTES: u64 = 64 * 1024;
/// Lists with fewer entries come and go.
const LARGE: u64 = 1_000;

/// A file to import, and the comments that belong to it.
struct Job {
    path: PathBuf,
    format: Format,
    comments: Option<PathBuf>,
}

pub(super) fn run(args: &ListsImport) -> Result<Exit, Error> {
    let terms = terms(args)?;
    let published = args.published.as_deref().map(|text| parse_day("--published", text));
    let wishes = Wishes {
        list: args.list.clone(),
        published: published.transpose()?,
        allow_shrunk: args.allow_shrunk,
    };
    let jobs = jobs(&args.files, args.kind.as_deref())?;
    let mut store = kept::open_or_create(args.store.store.as_deref())?;
    for job in jobs {
        let reading = read_file(&job, &terms)?;
        let got =
            Got { source: job.path.display().to_string(), name: job.path.clone(), etag: None };
        keep(&mut store, reading, got, &wishes)?;
    }
    Ok(Exit::Done)
}

fn terms(args: &ListsImport) -> Result<Terms, Error> {
    let category = match &args.category {
        None => None,
        Some(name) => Some(Category::from_name(name).ok_or_else(|| {
            let known: Vec<_> = Category::ALL.iter().map(|category| category.name()).collect();
            Error::usage(
                format!("--category: `{}` is not known", sanitize_claim(name, 40)),
                format!("write one of {}", known.join(", ")),
            )
        })?),
    };
    if category == Some(Category::Sanctioned) {
        return Err(Error::usage(
            "--category sanctioned: a list of addresses does not say who sanctions them, and since when",
            "write them as listings, with entity, authority and listed_on; see docs/lists.md",
        ));
    }
    let chains = Chains::builtin()?;
    let chain = args.chain.as_deref().map(|name| chains.named(name)).transpose()?;
    Ok(Terms { source: args.source.clone(), name: args.name.clone(), category, chain })
}

/// Which files are read as what; an `SDN.CSV` and an `SDN_COMMENTS.CSV` are one.
fn jobs(files: &[PathBuf], kind: Option<&str>) -> Result<Vec<Job>, Error> {
    let mut jobs = Vec::new();
    for path in files {
        let format = match kind.and_then(Format::from_name) {
            Some(format) => format,
            None => detect(path)?,
        };
        jobs.push(Job { path: path.clone(), format, comments: None });
    }
    let is = |wanted: Format| move |job: &Job| job.format == wanted;
    let n_of = |wanted| jobs.iter().filter(|job| is(wanted)(job)).count();
    let (n_lists, n_comments) = (n_of(Format::SdnCsv), n_of(Format::SdnComments));
    if n_lists == 0 || n_comments == 0 {
        return Ok(jobs);
    }
    if (n_lists, n_comments) != (1, 1) {
        return Err(Error::usage(
            "several SDN.CSV and SDN_COMMENTS.CSV: which belong together is not clear",
            "import one pair at a time",
        ));
    }
    let (comments, mut jobs): (Vec<Job>, Vec<Job>) =
        jobs.into_iter().partition(is(Format::SdnComments));
    if let (Some(job), Some(comments)) =
        (jobs.iter_mut().find(|job| is(Format::SdnCsv)(job)), comments.into_iter().next())
    {
        job.comments = Some(comments.path);
    }
    Ok(jobs)
}

/// The format of a file, by its beginning.
pub(super) fn detect(path: &Path) -> Result<Format, Error> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    file.take(HEAD_BYTES).read_to_end(&mut head).map_err(|error| unreadable(path, error))?;
    Ok(Format::detect(&head, &path.display().to_string())?)
}

fn read_file(job: &Job, terms: &Terms) -> Result<Reading, Error> {
    let open = |path: &Path| File::open(path).map_err(|error| unreadable(path, error));
    let (mut file, origin) = (open(&job.path)?, job.path.display().to_string());
    let mut more = match &job.comments {
        Some(path) => Some((open(path)?, path.display().to_string())),
        None => None,
    };
    let comments = more.as_mut().map(|(data, origin)| Input { origin, data });
    let input = Input { origin: &origin, data: &mut file };
    Ok(read(job.format, input, comments, terms)?)
}

/// Reads one file, of which nothing is kept.
pub(super) fn read_alone(path: &Path) -> Result<Reading, Error> {
    let format = detect(path)?;
    let terms = Terms { source: Some(path.display().to_string()), ..Terms::default() };
    read_file(&Job { path: path.to_owned(), format, comments: None }, &terms)
}

/// Reads a file that was downloaded.
pub(super) fn read_download(file: &mut File, origin: &str) -> Result<Reading, Error> {
    let failed = |error| unreadable(Path::new(origin), error);
    let mut head = Vec::new();
    file.rewind().map_err(failed)?;
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(failed)?;
    let format = Format::detect(&head, origin)?;
    file.rewind().map_err(failed)?;
    Ok(read(format, Input { origin, data: file }, None, &Terms::default())?)
}

/// What whoever imports wants.
#[derive(Default)]
pub(super) struct Wishes {
    pub(super) list: Option<String>,
    pub(super) published: Option<Date>,
    pub(super) allow_shrunk: bool,
}

/// Where a file comes from.
pub(super) struct Got {
    pub(super) source: String,
    /// The file's name, which may have a day in it.
    pub(super) name: PathBuf,
    pub(super) etag: Option<String>,
}

/// Keeps what was read as a version of its list, and says what that changes.
pub(super) fn keep(
    store: &mut ListStore,
    reading: Reading,
    got: Got,
    wishes: &Wishes,
) -> Result<(), Error> {
    let (now, today) = clock::now()?;
    let edition = edition(&reading, &got, wishes, (now, today))?;
    let before = store.editions()?.into_iter().rfind(|(_, known)| {
        known.list == edition.list && (known.day, known.retrieved) <= (edition.day, now)
    });
    if let Some((number, before)) = &before
        && !wishes.allow_shrunk
        && LARGE <= before.counts.entries
        && edition.counts.entries < before.counts.entries / 2
    {
        return Err(Error::failed(
            format!(
                "{}: {} entries, and version {number} of {} has {}: it looks cut off. Version {number} stays in force",
                got.source, edition.counts.entries, edition.list, before.counts.entries
            ),
            "get the file again, or say that it is right with --allow-shrunk",
        ));
    }
    let number = match store.import(&edition, &reading.facts)? {
        Imported::New(number) => number,
        Imported::Known(number) => {
            ui::data(&format!("{}, version {number}: kept already\n", edition.list));
            return Ok(());
        }
    };
    let mut text = format!("{}, version {number}\n{}", edition.list, show::describe(&edition));
    if !reading.counts.foreign.is_empty() {
        let tickers: Vec<_> =
            reading.counts.foreign.iter().map(|(ticker, n)| format!("{ticker} {n}")).collect();
        text.push_str(&format!("  other chains (kept, not followed): {}\n", tickers.join(", ")));
    }
    if let Some((before, edition)) = before.filter(|(before, _)| *before != number) {
        let old = store.facts_in(before)?.unwrap_or_default();
        let difference = Difference::between(&old, &reading.facts);
        text.push_str(&format!(
            "  since version {before} ({}): {}\n",
            edition.day,
            difference.in_short()
        ));
    }
    ui::data(&text);
    warn(&reading, &edition);
    Ok(())
}

fn edition(
    reading: &Reading,
    got: &Got,
    wishes: &Wishes,
    (now, today): (Timestamp, Date),
) -> Result<ListEdition, Error> {
    let stem = got.name.file_stem().unwrap_or_default().to_string_lossy();
    let said = reading.published.map(|day| (day, DayKnown::Said));
    let (day, day_known) = wishes
        .published
        .map(|day| (day, DayKnown::Given))
        .or(said)
        .or_else(|| day_in(&stem).map(|day| (day, DayKnown::Given)))
        .unwrap_or((today, DayKnown::Retrieved));
    // Another time zone may have begun the next day already.
    if today.tomorrow().is_ok_and(|tomorrow| tomorrow < day) {
        return Err(Error::failed(
            format!("{}: of {day}, which is after today", got.source),
            "say which day it describes with --published",
        ));
    }
    let list = match (&wishes.list, reading.format.publisher(), &reading.title) {
        (Some(list), ..) => sanitize_claim(list, 120),
        (None, Some(publisher), _) if reading.is_whole => publisher.to_owned(),
        (None, Some(publisher), _) => {
            // Parts of different kinds hold different entries: one is no later version of another.
            let first = reading.facts.iter().find_map(|fact| match fact {
                ListFact::Listed(it) => Some(it.authority.as_str()),
                _ => None,
            });
            format!("{}, part ({})", first.unwrap_or(publisher), reading.format)
        }
        (None, None, Some(title)) => title.clone(),
        (None, None, None) => sanitize_claim(&stem, 120),
    };
    let counts = &reading.counts;
    Ok(ListEdition {
        list,
        format: reading.format.name().to_owned(),
        day,
        day_known,
        retrieved: now,
        source: sanitize_claim(&got.source, 1_024),
        sha256: reading.sha256.clone(),
        etag: got.etag.clone(),
        is_whole: reading.is_whole,
        counts: EditionCounts {
            bytes: reading.n_bytes,
            entries: counts.entries,
            listed: counts.listed,
            named: counts.named,
            tokens: counts.tokens,
            foreign: counts.foreign.values().sum(),
            repeated: counts.repeated,
        },
    })
}

/// A day in a file's name, as in `sdn_comments_2025-02-27`.
fn day_in(name: &str) -> Option<Date> {
    (0..name.len()).filter_map(|at| name.get(at..at.checked_add(10)?)).find_map(parse_date)
}

fn warn(reading: &Reading, edition: &ListEdition) {
    if reading.counts.beheaded > 0 {
        ui::warning(&format!(
            "{} entries of SDN_COMMENTS.CSV are in no SDN.CSV beside it: they have no names, and an address that \
             is cut in two is not read. Import it together with the SDN.CSV of the same day",
            reading.counts.beheaded
        ));
    }
    if edition.list.starts_with(OFAC) && !edition.is_whole {
        ui::warning(&format!(
            "this is a part of OFAC's list: that an address is not in it says nothing but against an earlier \
             version of the same part ({})",
            edition.list
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::day_in;

    #[test]
    fn days_in_names() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(day_in(name).map(|day| day.to_string()).as_deref(), expected, "{name}");
        };
        check("sdn_comments_2025-02-27", Some("2025-02-27"));
        check("2025-02-27", Some("2025-02-27"));
        check("SDN", None);
        check("1234-56-78 2024-01-31", Some("2024-01-31"));
        check("läßt-2024-01-31", Some("2024-01-31"));
    }
}
