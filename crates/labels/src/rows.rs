//! Rows as facts, and whether the facts of one file agree with each other.

mod labels;
mod listings;
mod tokens;

use fundtrail_model::{Address, Label, Listing, checksum};

use crate::error::{Error, Problem};
use crate::sheet::{Sheet, describe_kinds};
use crate::version::ListKind;

pub use tokens::KnownToken;

/// More is not a list but a mistake, and each pair of rows of an address is compared.
const MAX_ROWS_PER_ADDRESS: usize = 64;

/// The facts of one file, repeated ones once, in the file's order.
#[derive(Debug)]
pub(crate) enum Rows {
    Labels(Vec<Label>),
    Listings(Vec<Listing>),
    Tokens(Vec<KnownToken>),
}

impl Rows {
    /// The kinds of list that a book takes.
    pub(crate) const KINDS: [ListKind; 3] =
        [ListKind::Labels, ListKind::Listings, ListKind::Tokens];

    pub(crate) fn read(sheet: &Sheet) -> Result<Self, Error> {
        match sheet.kind() {
            ListKind::Listings => listings::read(sheet).map(Self::Listings),
            ListKind::Tokens => tokens::read(sheet).map(Self::Tokens),
            ListKind::Labels => labels::read(sheet).map(Self::Labels),
            ListKind::Prices => {
                let expected = describe_kinds(&Self::KINDS);
                Err(Error::whole(sheet.origin(), Problem::UnknownKind { expected }))
            }
        }
    }

    pub(crate) const fn len(&self) -> usize {
        match self {
            Self::Labels(labels) => labels.len(),
            Self::Listings(listings) => listings.len(),
            Self::Tokens(tokens) => tokens.len(),
        }
    }
}

/// A row and where it stands.
#[derive(Debug)]
struct Placed<T> {
    line: u64,
    fact: T,
}

/// What two rows of the same address are to each other.
enum Relation {
    /// Both can be true.
    Agree,
    /// They say the same.
    Same,
    /// They cannot both be true: about what, and what each says.
    Contradict(String),
}

/// Drops repeated rows and refuses contradicting ones. Rows are compared within one address.
fn reconcile<T>(
    sheet: &Sheet,
    rows: Vec<Placed<T>>,
    address_of: impl Fn(&T) -> Address,
    relation: impl Fn(&T, &T) -> Relation,
) -> Result<Vec<T>, Error> {
    let mut by_address: Vec<(Address, usize)> =
        rows.iter().enumerate().map(|(row_idx, row)| (address_of(&row.fact), row_idx)).collect();
    by_address.sort_unstable();
    let mut is_repeated = vec![false; rows.len()];
    for group in by_address.chunk_by(|a, b| a.0 == b.0) {
        let members =
            || group.iter().filter_map(|(_, row_idx)| Some((*row_idx, rows.get(*row_idx)?)));
        if let (Some((address, _)), Some((_, excess))) =
            (group.first(), members().nth(MAX_ROWS_PER_ADDRESS))
        {
            let address = checksum(*address);
            let problem = Problem::TooManyRows { address, limit: MAX_ROWS_PER_ADDRESS };
            return Err(Error::at_line(sheet.origin(), excess.line, problem));
        }
        for (later_idx, later) in members() {
            for (_, earlier) in members().take_while(|(row_idx, _)| *row_idx < later_idx) {
                match relation(&earlier.fact, &later.fact) {
                    Relation::Agree => {}
                    Relation::Same => {
                        if let Some(flag) = is_repeated.get_mut(later_idx) {
                            *flag = true;
                        }
                    }
                    Relation::Contradict(what) => {
                        let problem = Problem::Contradiction { other_line: earlier.line, what };
                        return Err(Error::at_line(sheet.origin(), later.line, problem));
                    }
                }
            }
        }
    }
    let kept = rows.into_iter().zip(is_repeated).filter(|(_, is_repeated)| !is_repeated);
    Ok(kept.map(|(row, _)| row.fact).collect())
}
