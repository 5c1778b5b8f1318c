//! Workbooks on a full disk.
//!
//! The writer of workbooks panics where the file that its rows go through takes no more of them, instead of saying so.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use crate::error::Error;

/// How such a panic begins.
const FULL: &str = "Couldn't write to xml file";

/// Writes a workbook whose rows go through files in the folder `scratch`.
pub(crate) fn write(
    scratch: &Path,
    write: impl FnOnce() -> Result<(), fundtrail_report::Error>,
) -> Result<(), Error> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    // Whoever calls this drops what was written so far.
    let written = panic::catch_unwind(AssertUnwindSafe(write));
    panic::set_hook(hook);
    match written {
        Ok(written) => Ok(written?),
        Err(panic) => Err(told(&*panic, scratch)),
    }
}

fn told(panic: &(dyn Any + Send), scratch: &Path) -> Error {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or_default();
    match text.strip_prefix(FULL) {
        Some(why) => Error::failed(
            format!(
                "the workbook cannot be written: its rows go through a file in {}, which takes no more of them{why}",
                scratch.display()
            ),
            "make room there, or write another format: .html, .json and .csv need no such file",
        ),
        None => Error::failed(
            format!("the workbook cannot be written: {text}"),
            "please report it; another format may do until then",
        ),
    }
}
