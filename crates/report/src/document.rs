//! A report, a wallet report or a letter as text: sections of paragraphs, lists and tables, before any medium.
//!
//! Everything in it is ready to show: sanitised, formatted, shortened where it has to be. What a medium adds is
//! its own escaping and layout, so that Markdown, PDF and whatever else is read as text say the same.

pub(crate) mod parts;
mod plain;
pub(crate) mod report;

pub use plain::plain;
pub use report::document;

/// A text in sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The heading.
    pub title: String,
    /// What the first page shows in full: that it is a reconstruction, or a draft.
    pub banner: Option<String>,
    /// The same in a few words, for the head of every page; with a banner there is one.
    pub mark: Option<String>,
    /// What every section has to say besides; text without pages has nothing else.
    pub section_mark: Option<String>,
    /// Short facts below the heading, name and value: software, date, digest of the case.
    pub facts: Vec<(String, Text)>,
    /// The sections in the order in which they are read.
    pub sections: Vec<Section>,
}

/// A section: a heading and what stands below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// A name for links to it, lower-case letters and hyphens, unique in the document.
    pub anchor: String,
    /// The heading.
    pub title: String,
    /// What stands below it.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading below that of the section.
    Heading(String),
    /// A paragraph.
    Paragraph(Text),
    /// A paragraph that asks for attention.
    Alert(Text),
    /// A list, an item each.
    List(Vec<Text>),
    /// A table.
    Grid(Grid),
    /// The picture of one chain, by its index among the pictures of the report. A medium that cannot draw leaves
    /// out the whole section, which says nothing but how to read the pictures: the tables say the same.
    Picture(usize),
}

/// A text with marked parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The parts, in order.
    pub spans: Vec<Span>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Plain text.
    Plain(String),
    /// What stands out.
    Strong(String),
    /// An address, a hash or another thing to copy.
    Code(String),
    /// A thing to copy with a page about it.
    Link {
        /// What is shown.
        text: String,
        /// Where it leads; `http` or `https`.
        url: String,
    },
    /// What follows begins on a new line.
    Break,
}

/// A table as it is read. What is computed with is in the tables of CSV and XLSX.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// What the table shows; empty where the heading says it.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, a text for each column.
    pub rows: Vec<Vec<Text>>,
    /// What is left out and where it is found; `None` where nothing is.
    pub left_out: Option<String>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub title: String,
    /// Whether its texts are numbers, which stand at the right.
    pub is_number: bool,
    /// The share of the width that it wants, relative to the other columns.
    pub weight: u32,
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { spans: vec![Span::Plain(text)] }
    }
}

impl Text {
    /// The same with another part behind it.
    #[must_use]
    pub fn and(mut self, span: Span) -> Self {
        self.spans.push(span);
        self
    }

    /// The same with more plain text behind it.
    #[must_use]
    pub fn then(self, text: impl Into<String>) -> Self {
        self.and(Span::Plain(text.into()))
    }

    /// The same with something that stands out behind it.
    #[must_use]
    pub fn strong(self, text: impl Into<String>) -> Self {
        self.and(Span::Strong(text.into()))
    }

    /// The same with something to copy behind it.
    #[must_use]
    pub fn code(self, text: impl Into<String>) -> Self {
        self.and(Span::Code(text.into()))
    }

    /// The same on a new line; what is empty begins none.
    #[must_use]
    pub fn line(self) -> Self {
        if self.spans.is_empty() { self } else { self.and(Span::Break) }
    }

    /// The same with all of another text behind it.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    /// Texts, a line each; what is empty has none.
    #[must_use]
    pub fn lines(texts: impl IntoIterator<Item = Self>) -> Self {
        let filled = texts.into_iter().filter(|text| !text.plain().is_empty());
        filled.fold(Self::default(), |all, text| all.line().join(text))
    }

    /// The text without marks; of a link, what is shown.
    #[must_use]
    pub fn plain(&self) -> String {
        self.spans.iter().map(Span::text).collect()
    }
}

impl Span {
    /// What is shown.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Strong(text) | Self::Code(text) | Self::Link { text, .. } => {
                text
            }
            Self::Break => "\n",
        }
    }
}

impl Section {
    /// Whether it says nothing but how to read pictures.
    pub(crate) fn is_picture(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::Picture(_)))
    }
}

impl Column {
    /// A column of words, with its share of the width.
    #[must_use]
    pub fn words(title: impl Into<String>, weight: u32) -> Self {
        Self { title: title.into(), is_number: false, weight }
    }

    /// A column of numbers, with its share of the width.
    #[must_use]
    pub fn number(title: impl Into<String>, weight: u32) -> Self {
        Self { title: title.into(), is_number: true, weight }
    }
}
