//! What is wrong with a list, and where.

use std::fmt;

use fundtrail_model::{AddressError, AmountError, Date};

/// What is wrong with a list, and where. Nothing of the list has been taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// The name under which the list was given, or `built in`.
    pub origin: String,
    /// The line, from 1; `None` if it concerns the whole list.
    pub line: Option<u64>,
    /// The column's name; `None` if it concerns a whole line or the whole list.
    pub column: Option<String>,
    /// What is wrong. It is part of this error's text, so it is not its source too.
    pub problem: Box<Problem>,
}

impl Error {
    pub(crate) fn whole(origin: &str, problem: Problem) -> Self {
        Self { origin: origin.to_owned(), line: None, column: None, problem: Box::new(problem) }
    }

    /// Whether it is that somebody says something and does not say who.
    #[must_use]
    pub fn lacks_source(&self) -> bool {
        match &*self.problem {
            Problem::Missing { .. } => self.column.as_deref() == Some("source"),
            Problem::MissingColumns { missing, .. } => missing == "source",
            _ => false,
        }
    }

    pub(crate) fn at_byte(origin: &str, byte: u64, problem: Problem) -> Self {
        Self::whole(origin, Problem::AtByte { byte, problem: Box::new(problem) })
    }

    pub(crate) fn at_line(origin: &str, line: u64, problem: Problem) -> Self {
        Self { line: Some(line), ..Self::whole(origin, problem) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// What is wrong with a list, without the place. Values are sanitised and shortened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// More bytes than any list has.
    #[error("the file has more than {limit} bytes: split it")]
    TooLarge {
        /// How many are accepted.
        limit: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("not UTF-8 text: save the file as UTF-8")]
    NotUtf8,
    /// A line longer than any row.
    #[error("the line has more than {limit} bytes: this is not a list of one row per line")]
    LineTooLong {
        /// How many are accepted.
        limit: usize,
    },
    /// No line but comments.
    #[error(
        "no header: the first line that is not a comment names the columns, for example {example}"
    )]
    NoHeader {
        /// A header that would do.
        example: String,
    },
    /// A header that fits no kind of list, or more than one.
    #[error(
        "the columns do not tell what the file holds: {expected}. Columns are separated by commas"
    )]
    UnknownKind {
        /// The kinds and the column that tells each.
        expected: String,
    },
    /// A column that this kind of list does not have.
    #[error("`{name}` is not a column of {kind}: the columns are {expected}")]
    UnknownColumn {
        /// The column's name.
        name: String,
        /// What the list holds.
        kind: &'static str,
        /// The names that are known.
        expected: String,
    },
    /// The same column twice.
    #[error("the column `{name}` is there twice")]
    RepeatedColumn {
        /// The column's name.
        name: String,
    },
    /// Columns that this kind of list needs.
    #[error("a list of {kind} also needs the column {missing}")]
    MissingColumns {
        /// What the list holds.
        kind: &'static str,
        /// What is missing.
        missing: String,
    },
    /// A row with more or fewer fields than the header.
    #[error(
        "the row has {found} fields and the header has {expected}: a field that holds a comma is put in double quotes"
    )]
    FieldCount {
        /// How many the row has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// A quoted field with a line break.
    #[error("a double quote opens a field that does not end on the same line")]
    SpansLines,
    /// A value that is needed and not there.
    #[error("empty: {why}")]
    Missing {
        /// Why it is needed.
        why: &'static str,
    },
    /// A text longer than any name or source.
    #[error("more than {limit} characters")]
    TooLong {
        /// How many are accepted.
        limit: usize,
    },
    /// Characters that do not show, or change how others show.
    #[error("hidden characters, written here as \\u{{…}}: `{value}`")]
    Hidden {
        /// The text with its hidden characters escaped.
        value: String,
    },
    /// Not an address, or one with a wrong checksum.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Not a chain.
    #[error(
        "`{value}` is not a chain: write its id, for example 1 for Ethereum or 137 for Polygon{any}"
    )]
    NotAChain {
        /// What was given.
        value: String,
        /// What else is accepted here.
        any: &'static str,
    },
    /// Not a day.
    #[error("`{value}` is not a day: write it as 2022-03-29")]
    NotADate {
        /// What was given.
        value: String,
    },
    /// None of a set of words.
    #[error("`{value}` is not known here: write one of {choices}")]
    NotAChoice {
        /// What was given.
        value: String,
        /// The words that are known.
        choices: String,
    },
    /// Not a number of decimals.
    #[error("`{value}` is not a number of decimals: write a whole number from 0 to 77")]
    NotDecimals {
        /// What was given.
        value: String,
    },
    /// Not a price.
    #[error("not a price in US dollars: {0}")]
    NotAPrice(AmountError),
    /// A price of nothing.
    #[error("a price of 0: leave the row out if there is no price")]
    NoPrice,
    /// A price above every asset's.
    #[error("a price above {limit} US dollars for one whole unit: check the unit")]
    PriceTooLarge {
        /// The largest accepted, in whole US dollars.
        limit: u64,
    },
    /// A period that ends before it starts.
    #[error("ends on {until}, before it starts on {from}")]
    Backwards {
        /// The first day.
        from: Date,
        /// The last day.
        until: Date,
    },
    /// A word on how a day is known, without a day.
    #[error("says how a day is known, but `{day_column}` is empty")]
    BoundWithoutDay {
        /// The column of the day.
        day_column: &'static str,
    },
    /// Two rows that cannot both be true.
    #[error("contradicts line {other_line}: {what}. Correct or remove one of the two")]
    Contradiction {
        /// The line of the row before.
        other_line: u64,
        /// About what, and what each says.
        what: String,
    },
    /// A row that contradicts another file of the user's.
    #[error("contradicts {other}: {what}. Correct or leave out one of the two files")]
    ContradictsFile {
        /// The other file.
        other: String,
        /// About what, and what each says.
        what: String,
    },
    /// One address again and again.
    #[error("more than {limit} rows for {address}")]
    TooManyRows {
        /// The address, with its checksum.
        address: String,
        /// How many are accepted.
        limit: usize,
    },
    /// Something at a byte of a file that has no lines to speak of.
    #[error("byte {byte}: {problem}")]
    AtByte {
        /// How many bytes are before it.
        byte: u64,
        /// What is wrong there.
        problem: Box<Self>,
    },
    /// The operating system failed to read.
    #[error("cannot be read: {detail}")]
    Unreadable {
        /// What it said.
        detail: String,
    },
    /// A file that is like none that is known.
    #[error(
        "the beginning does not tell what kind of list this is: say it with --kind, one of {known}"
    )]
    UnknownFormat {
        /// The kinds.
        known: String,
    },
    /// Comments beside a file that has none.
    #[error("SDN_COMMENTS.CSV belongs to SDN.CSV, and this is a file of the kind {format}")]
    NoComments {
        /// The kind of the file.
        format: &'static str,
    },
    /// Remarks that go on from nowhere.
    #[error(
        "goes on with the remarks of entry {number}, which is not in SDN.CSV: the two files are not of the same day, or one is cut off"
    )]
    OrphanComment {
        /// The number of the entry.
        number: u64,
    },
    /// A list without a single entry.
    #[error("there is not one entry in it")]
    NothingInIt,
    /// The end of a file comes before the end of what it says.
    #[error("the file is cut off or broken: {what}. Get it again")]
    CutOff {
        /// What is missing.
        what: String,
    },
    /// A breach of the rules of a notation.
    #[error("not well-formed {kind}: {detail}")]
    NotWellFormed {
        /// The notation.
        kind: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// XML of something else.
    #[error("an element `{name}` where only one `{root}` may stand")]
    OtherRoot {
        /// The name found.
        name: String,
        /// The name that this kind of list has.
        root: String,
    },
    /// Elements or values inside each other without end.
    #[error("more than {limit} levels inside each other")]
    TooDeep {
        /// How many are accepted.
        limit: usize,
    },
    /// A tag or text longer than any list has.
    #[error("one tag or text has more than {limit} bytes")]
    PieceTooLong {
        /// How many are accepted.
        limit: usize,
    },
    /// More parts than anything has.
    #[error("more than {limit} parts of one kind")]
    TooManyParts {
        /// How many are accepted.
        limit: usize,
    },
    /// A document type, which can define entities.
    #[error(
        "a document type definition: sanctions lists have none, and what it defines is not expanded"
    )]
    DocumentType,
    /// An entity that XML itself does not have.
    #[error("the entity `{name}` is not one of XML's own and is not expanded")]
    UnknownEntity {
        /// Its name.
        name: String,
    },
    /// A file that says that it is in another encoding.
    #[error("declared as {name}: only UTF-8 is read")]
    OtherEncoding {
        /// The encoding.
        name: String,
    },
    /// Anchors and aliases, with which a few lines stand for gigabytes.
    #[error("an anchor or alias: TagPacks have none, and they are not expanded")]
    Anchor,
    /// YAML of something else.
    #[error("not a TagPack: that is a mapping with a list `tags` of mappings")]
    NotATagPack,
    /// The same key twice in one mapping.
    #[error("the key `{key}` is there twice")]
    RepeatedKey {
        /// The key.
        key: String,
    },
    /// A text that is no address of any chain.
    #[error("`{value}` is not an address of any chain")]
    NotAnyAddress {
        /// What was given.
        value: String,
    },
    /// Not a whole number.
    #[error("`{value}` is not the number of an entry")]
    NotANumber {
        /// What was given.
        value: String,
    },
    /// Something between a closing quote and the next comma.
    #[error("text between a closing quote and the next comma")]
    AfterQuote,
    /// Two statements of one file that cannot both be true.
    #[error("contradicts what the file said before: {what}")]
    ContradictsEarlier {
        /// About what, and what each says.
        what: String,
    },
}
