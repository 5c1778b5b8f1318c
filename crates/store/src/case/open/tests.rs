use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{immutable_uri, read_write};
use crate::schema::{APPLICATION_ID, STEPS, newest};
use crate::{Case, Error};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a case.fundtrail");
    (folder, path)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

/// Neither way of opening takes the file, and the file stays as it is.
#[track_caller]
fn check_refused(path: &Path, expected: &Error) {
    let before = fs::read(path).ok();
    assert_eq!(Case::open(path).unwrap_err(), *expected);
    assert_eq!(Case::open_read_only(path).unwrap_err(), *expected);
    assert_eq!(fs::read(path).ok(), before);
    assert!(expected.hint().is_some());
    assert!(!expected.to_string().contains('\n'));
}

#[test]
fn a_case_is_one_file_that_says_what_it_is() {
    let (folder, path) = folder();
    let mut case = Case::create(&path).unwrap();
    case.set_setting("rule", "fifo").unwrap();
    assert_eq!(case.path(), path);
    drop(case);
    assert_eq!(names(folder.path()), ["a case.fundtrail"]);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(&bytes[68..72], b"FTRL");
    assert_eq!(Case::open(&path).unwrap().setting("rule").unwrap().as_deref(), Some("fifo"));
    assert_eq!(names(folder.path()), ["a case.fundtrail"]);
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let (_folder, path) = folder();
    fs::write(&path, "precious").unwrap();
    assert_eq!(Case::create(&path).unwrap_err(), Error::AlreadyExists { path: path.clone() });
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    let path = path.with_file_name("nowhere").join("case.fundtrail");
    assert_eq!(Case::create(&path).unwrap_err(), Error::NoFolder { path });
}

#[test]
fn what_is_not_a_case_is_refused() {
    let (folder, path) = folder();
    let not_a_case =
        |reason: &str| Error::NotACase { path: path.clone(), reason: reason.to_owned() };
    check_refused(&path, &Error::NotFound { path: path.clone() });
    fs::write(&path, "").unwrap();
    check_refused(&path, &not_a_case("it is empty"));
    fs::write(&path, "transaction,amount\n".repeat(500)).unwrap();
    check_refused(&path, &not_a_case("it is not an SQLite file"));
    fs::remove_file(&path).unwrap();
    let foreign = Connection::open(&path).unwrap();
    foreign.execute_batch("CREATE TABLE transfer (a); PRAGMA user_version = 1").unwrap();
    drop(foreign);
    check_refused(&path, &not_a_case("it is an SQLite file of another program"));
    let at = folder.path();
    let reason = "it is not a file".to_owned();
    assert_eq!(Case::open(at).unwrap_err(), Error::NotACase { path: at.to_owned(), reason });
}

fn set_version(path: &Path, version: i32) {
    Connection::open(path).unwrap().pragma_update(None, "user_version", version).unwrap();
}

#[test]
fn a_newer_file_is_refused() {
    let (_folder, path) = folder();
    drop(Case::create(&path).unwrap());
    set_version(&path, 99);
    let known = newest(STEPS);
    check_refused(&path, &Error::NewerSchema { path: path.clone(), found: 99, known });
}

#[test]
fn an_older_file_is_upgraded_when_it_may_be_written_to() {
    let (_folder, path) = folder();
    let old = Connection::open(&path).unwrap();
    old.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    drop(old);
    let known = newest(STEPS);
    let older = Error::OlderSchema { path: path.clone(), found: 0, known };
    assert_eq!(Case::open_read_only(&path).unwrap_err(), older);
    Case::open(&path).unwrap().set_setting("rule", "fifo").unwrap();
    let case = Case::open_read_only(&path).unwrap();
    assert_eq!(case.setting("rule").unwrap().as_deref(), Some("fifo"));
}

#[test]
fn another_writer_is_waited_for_and_then_named() {
    let (_folder, path) = folder();
    let mut case = Case::create(&path).unwrap();
    let locked = Error::Locked { path: path.clone() };
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    case.conn.busy_timeout(Duration::from_millis(10)).unwrap();
    assert_eq!(case.set_setting("a", "b").unwrap_err(), locked);
    // Reading goes on meanwhile, also for those who come later.
    assert_eq!(case.setting("a").unwrap(), None);
    assert_eq!(Case::open_read_only(&path).unwrap().setting("a").unwrap(), None);
    other.execute_batch("COMMIT").unwrap();
    case.set_setting("a", "b").unwrap();
    drop(other);
    drop(case);

    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = read_write(&path, Duration::from_millis(10)).map(drop).unwrap_err();
    assert_eq!(error, locked);
}

#[test]
fn a_full_disk_keeps_what_was_written_before() {
    let (_folder, path) = folder();
    let mut case = Case::create(&path).unwrap();
    case.set_setting("a", "b").unwrap();
    let pages: i64 = case.conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    case.conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    let error = case.set_setting("long", &"x".repeat(100_000)).unwrap_err();
    assert_eq!(error, Error::DiskFull { path: path.clone() });
    drop(case);
    let case = Case::open_read_only(&path).unwrap();
    assert_eq!(case.settings().unwrap().len(), 1);
    case.check().unwrap();
}

#[test]
fn reading_leaves_nothing_behind_and_writes_nothing() {
    let (folder, path) = folder();
    Case::create(&path).unwrap().set_setting("a", "b").unwrap();
    let before = fs::read(&path).unwrap();
    let mut mode = fs::metadata(folder.path()).unwrap().permissions();
    mode.set_readonly(true);
    fs::set_permissions(folder.path(), mode.clone()).unwrap();
    let mut case = Case::open_read_only(&path).unwrap();
    case.digest().unwrap();
    assert_eq!(names(folder.path()), ["a case.fundtrail"]);
    assert_eq!(case.set_setting("a", "c").unwrap_err(), Error::ReadOnly { path: path.clone() });
    drop(case);
    assert_eq!(names(folder.path()), ["a case.fundtrail"]);
    assert_eq!(fs::read(&path).unwrap(), before);
    #[expect(clippy::permissions_set_readonly_false, reason = "a temporary folder")]
    mode.set_readonly(false);
    fs::set_permissions(folder.path(), mode).unwrap();
}

#[test]
fn a_file_left_in_wal_mode_is_read_where_nothing_can_be_written() {
    let (folder, path) = folder();
    let mut case = Case::create(&path).unwrap();
    case.set_setting("a", "b").unwrap();
    // As a killed run leaves it, and then copied without its (empty) log.
    case.conn.pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |_| Ok(())).unwrap();
    let copy = folder.path().join("50% of ä?#.fundtrail");
    fs::copy(&path, &copy).unwrap();
    assert_eq!(fs::read(&copy).unwrap()[18..20], [2, 2]);
    let uri = immutable_uri(&copy).unwrap();
    let flags = super::OpenFlags::SQLITE_OPEN_URI | super::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let conn = super::connect(&uri, flags, Duration::ZERO).unwrap();
    assert_eq!(super::check_header(&conn).unwrap(), newest(STEPS));
    assert_eq!(crate::setting::get(&conn, "a").unwrap().as_deref(), Some("b"));
    drop(conn);
    assert_eq!(names(folder.path()).len(), 4, "the case, its log and index, and the copy");
    assert_eq!(Case::open_read_only(&copy).unwrap().setting("a").unwrap().as_deref(), Some("b"));
}

#[test]
fn readers_and_a_writer_at_the_same_time_see_whole_writes() {
    let (_folder, path) = folder();
    let mut writer = Case::create(&path).unwrap();
    writer.set_setting("a", "1").unwrap();
    let reader = Case::open_read_only(&path).unwrap();
    assert_eq!(reader.setting("a").unwrap().as_deref(), Some("1"));
    writer.set_setting("a", "2").unwrap();
    assert_eq!(reader.setting("a").unwrap().as_deref(), Some("2"));
    drop(writer);
    assert_eq!(reader.setting("a").unwrap().as_deref(), Some("2"));
    let mut writer = Case::open(&path).unwrap();
    writer.set_setting("a", "3").unwrap();
    assert_eq!(reader.setting("a").unwrap().as_deref(), Some("3"));
}
