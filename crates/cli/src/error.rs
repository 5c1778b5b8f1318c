//! What went wrong, for whom, and what to do next: classified once, here.

use std::path::PathBuf;

use fundtrail_model::{AddressError, AmountError, Imbalance};

/// Exit codes are a contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// It could not be done.
    Failed,
    /// What was typed makes no sense.
    Usage,
    /// Done, and `--fail-on` asked to hear of what was found.
    Flagged,
    /// Done, but not complete, and `--require-complete` asked to hear of it.
    Incomplete,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Flagged => 3,
            Self::Incomplete => 4,
            // 128 + SIGINT, what shells give to an interrupted program.
            Self::Interrupted => 130,
        }
    }
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{message}")]
    Usage { message: String, hint: Option<String> },
    #[error("{message}")]
    Failed { message: String, hint: Option<String> },
    #[error("{what}: {error}")]
    Amount { what: &'static str, error: AmountError },
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error(transparent)]
    Fetch(#[from] fundtrail_fetch::Error),
    #[error(transparent)]
    Download(#[from] fundtrail_fetch::DownloadError),
    #[error(transparent)]
    Store(#[from] fundtrail_store::Error),
    #[error(transparent)]
    Labels(#[from] fundtrail_labels::Error),
    #[error(transparent)]
    Report(#[from] fundtrail_report::Error),
    #[error("{error}: this is a defect of fundtrail, not of the data; nothing was reported")]
    Imbalance { error: Imbalance },
    #[error("cannot {action} {path}: {error}", path = path.display())]
    File { action: &'static str, path: PathBuf, error: std::io::Error },
    #[error("interrupted")]
    Interrupted { again: Option<String> },
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: Some(hint.into()) }
    }

    pub(crate) fn failed(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), hint: Some(hint.into()) }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } | Self::Failed { hint, .. } => hint.clone(),
            Self::Fetch(error) => error.hint(),
            Self::Download(_) => Some(
                "the lists that are kept stay in force; where there is no way to the network, get the file \
                 elsewhere and give it to `fundtrail lists import`"
                    .to_owned(),
            ),
            Self::Store(error) => error.hint().map(str::to_owned),
            Self::Imbalance { .. } => Some("please report it with the case file".to_owned()),
            Self::File { action, .. } => {
                (*action == "write").then(|| "choose another place with --out".to_owned())
            }
            Self::Interrupted { again } => again.as_ref().map(|again| {
                format!(
                    "what was fetched is kept; give the same command again to go on:\n  {again}"
                )
            }),
            Self::Labels(error) => error.lacks_source().then(|| {
                "anybody can make up a label; to take labels of nobody all the same, give \
                 --allow-unsourced"
                    .to_owned()
            }),
            Self::Amount { .. } | Self::Address(_) | Self::Report(_) => None,
        }
    }

    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Usage { .. }
            | Self::Address(_)
            | Self::Amount { .. }
            | Self::Fetch(fundtrail_fetch::Error::BadUrl { .. }) => Exit::Usage,
            Self::Interrupted { .. } => Exit::Interrupted,
            _ => Exit::Failed,
        }
    }
}
