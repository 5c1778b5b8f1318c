//! Downloads one file: bounded, and only if it is another than the one that is known.

use std::error::Error as _;
use std::time::Duration;

use fundtrail_model::sanitize_claim;
use reqwest::header::{ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{StatusCode, redirect};

use crate::Endpoint;

/// Publishers send to a storage service for the file itself; nobody sends further.
const MAX_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// What came of a download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Download {
    /// The server says that the file is the one that is known.
    Unchanged,
    /// The file was given, all of it.
    Fetched {
        /// What the server calls this version of the file, to be shown to it the next time.
        etag: Option<String>,
        /// How many bytes it has, after decompression.
        n_bytes: u64,
    },
}

/// Why there is no file. `host` is `scheme://host[:port]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The HTTP client cannot be made.
    #[error("cannot set up the HTTP client: {reason}")]
    Setup {
        /// Why.
        reason: String,
    },
    /// No connection.
    #[error("cannot reach {host}: {reason}")]
    Unreachable {
        /// Where.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// An HTTP status that is not success.
    #[error("{host} answered with HTTP status {status}")]
    Status {
        /// Where.
        host: String,
        /// The status.
        status: u16,
    },
    /// More bytes than allowed, after decompression.
    #[error("the file of {host} is larger than {limit} bytes")]
    TooLarge {
        /// Where.
        host: String,
        /// How much was allowed.
        limit: u64,
    },
    /// The answer ended before it was complete, or took too long.
    #[error("the file of {host} broke off: {reason}")]
    BrokenOff {
        /// Where.
        host: String,
        /// How.
        reason: String,
    },
    /// What came could not be kept.
    #[error("what {host} gave cannot be written: {reason}")]
    Unwritable {
        /// Where it came from.
        host: String,
        /// What the system says.
        reason: String,
    },
}

/// Downloads the file at `from` unless it is the one that the server called `known` before. At most `limit`
/// bytes go `into` the writer, in order; after an error what is written there is of no use. Redirects are
/// followed, but never from https to http.
///
/// # Errors
///
/// If the file is not had whole, within `timeout` and `limit`.
pub async fn download(
    from: &Endpoint,
    known: Option<&str>,
    limit: u64,
    timeout: Duration,
    into: &mut (dyn std::io::Write + Send),
) -> Result<Download, DownloadError> {
    let host = || from.origin().to_owned();
    let client = reqwest::Client::builder()
        .user_agent(concat!("fundtrail/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .redirect(redirect::Policy::custom(|attempt| {
            let is_downgrade = attempt.url().scheme() != "https"
                && attempt.previous().iter().any(|url| url.scheme() == "https");
            if is_downgrade || MAX_REDIRECTS < attempt.previous().len() {
                attempt.stop()
            } else {
                attempt.follow()
            }
        }))
        .no_proxy()
        .build()
        .map_err(|error| DownloadError::Setup { reason: reason(error) })?;
    let mut request = client.get(from.url().clone());
    if let Some(known) = known {
        request = request.header(condition(known), known);
    }
    let mut answer = request
        .send()
        .await
        .map_err(|error| DownloadError::Unreachable { host: host(), reason: reason(error) })?;
    if answer.status() == StatusCode::NOT_MODIFIED && known.is_some() {
        return Ok(Download::Unchanged);
    }
    if !answer.status().is_success() {
        return Err(DownloadError::Status { host: host(), status: answer.status().as_u16() });
    }
    let too_large = || DownloadError::TooLarge { host: host(), limit };
    if answer.content_length().is_some_and(|length| limit < length) {
        return Err(too_large());
    }
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let etag = header(ETAG).or_else(|| header(LAST_MODIFIED)).map(str::to_owned);
    let mut n_bytes = 0_u64;
    loop {
        let chunk = answer
            .chunk()
            .await
            .map_err(|error| DownloadError::BrokenOff { host: host(), reason: reason(error) })?;
        let Some(chunk) = chunk else { break };
        n_bytes = n_bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if limit < n_bytes {
            return Err(too_large());
        }
        into.write_all(&chunk).map_err(|error| DownloadError::Unwritable {
            host: host(),
            reason: error.to_string(),
        })?;
    }
    Ok(Download::Fetched { etag, n_bytes })
}

/// The header that asks for the file only if it is another: entity tags are quoted, days are not.
fn condition(known: &str) -> HeaderName {
    let is_tag = known.starts_with('"') || known.starts_with("W/");
    if is_tag { IF_NONE_MATCH } else { IF_MODIFIED_SINCE }
}

/// What the system says, without the address, which may hold a key.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    sanitize_claim(&text, 160)
}

#[cfg(test)]
mod tests;
