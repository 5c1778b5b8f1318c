//! The clock: the day that sanctions are judged on, unless `--as-of` says otherwise.

use std::time::UNIX_EPOCH;

use fundtrail_model::{Date, Timestamp};

use crate::error::Error;

/// Today, in UTC.
pub(crate) fn today() -> Result<Date, Error> {
    now().map(|(_, today)| today)
}

/// This second, and the day that it is in, in UTC.
#[expect(clippy::disallowed_methods, reason = "this is the module that reads the clock")]
pub(crate) fn now() -> Result<(Timestamp, Date), Error> {
    std::time::SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .map(|since| Timestamp(since.as_secs()))
        .and_then(|now| Some((now, now.date()?)))
        .ok_or_else(|| {
            Error::failed(
                "this machine's clock shows no usable date",
                "give the day with --as-of YYYY-MM-DD",
            )
        })
}
