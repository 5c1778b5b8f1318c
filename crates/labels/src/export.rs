//! Writes what a book says as this program's own files, which can be read again.

use fundtrail_model::{DateBound, checksum};

use crate::book::Book;
use crate::error::{Error, Problem};
use crate::version::ListKind;

impl Book {
    /// Everything of one kind that the book says, as a CSV file with the columns of that kind.
    ///
    /// # Errors
    ///
    /// If `kind` is prices, which no book holds.
    pub fn export(&self, kind: ListKind) -> Result<String, Error> {
        let columns: Vec<&str> =
            kind.required_columns().iter().chain(kind.optional_columns()).copied().collect();
        let mut rows: Vec<Vec<String>> = Vec::new();
        match kind {
            ListKind::Listings => {
                for listing in self.listings() {
                    let delisted = listing.delisted;
                    rows.push(vec![
                        checksum(listing.address),
                        listing.entity.clone(),
                        listing.authority.clone(),
                        listing.listed.date().to_string(),
                        listing.source.clone(),
                        listing.programme.clone().unwrap_or_default(),
                        how(listing.listed).to_owned(),
                        delisted.map(|bound| bound.date().to_string()).unwrap_or_default(),
                        delisted.map(how).unwrap_or_default().to_owned(),
                        yes(listing.is_invented),
                    ]);
                }
            }
            ListKind::Labels => {
                for label in self.labels() {
                    rows.push(vec![
                        label.chain.map_or_else(|| "*".to_owned(), |chain| chain.to_string()),
                        checksum(label.address),
                        label.name.clone(),
                        label.category.to_string(),
                        label.source.clone(),
                        label.valid_from.map(|day| day.to_string()).unwrap_or_default(),
                        label.valid_until.map(|day| day.to_string()).unwrap_or_default(),
                        label.confidence.name().to_owned(),
                        yes(label.is_invented),
                    ]);
                }
            }
            ListKind::Tokens => {
                for token in self.tokens() {
                    rows.push(vec![
                        token.asset.chain().to_string(),
                        token.asset.contract().map(checksum).unwrap_or_default(),
                        token.symbol.clone(),
                        token.decimals.to_string(),
                        token.source.clone(),
                    ]);
                }
            }
            ListKind::Prices => {
                let expected = "a book holds labels, listings and tokens".to_owned();
                return Err(Error::whole("export", Problem::UnknownKind { expected }));
            }
        }
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let unwritable = |detail: String| Error::whole("export", Problem::Unreadable { detail });
        for row in std::iter::once(columns.into_iter().map(str::to_owned).collect()).chain(rows) {
            writer.write_record(&row).map_err(|error| unwritable(error.to_string()))?;
        }
        let bytes = writer.into_inner().map_err(|error| unwritable(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| unwritable(error.to_string()))
    }
}

const fn how(bound: DateBound) -> &'static str {
    match bound {
        DateBound::On(_) => "on",
        DateBound::NoLaterThan(_) => "no-later-than",
    }
}

fn yes(is_so: bool) -> String {
    if is_so { "yes".to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Listing;

    use crate::{Book, ListKind};

    #[test]
    fn what_is_exported_reads_as_the_same() {
        let built_in = Book::builtin().unwrap();
        let mut read = Book::empty();
        for kind in [ListKind::Listings, ListKind::Labels, ListKind::Tokens] {
            let text = built_in.export(kind).unwrap();
            read.extend(text.as_bytes(), "exported").unwrap();
        }
        let bare = |book: &Book| -> Vec<Listing> {
            book.listings().map(|it| Listing { list: None, ..it.clone() }).collect()
        };
        assert_eq!(bare(&read), bare(&built_in));
        assert!(read.tokens().eq(built_in.tokens()));
        // Of one address they come in the order of their rank, which the origin is part of.
        let sorted = |book: &Book| {
            let mut labels: Vec<_> = book.labels().cloned().collect();
            labels.sort();
            labels
        };
        assert_eq!(sorted(&read), sorted(&built_in));
        assert!(built_in.export(ListKind::Prices).is_err());
    }
}
