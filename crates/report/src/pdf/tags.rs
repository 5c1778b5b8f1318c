//! What is a heading, a table, a picture: the structure that a screen reader, or whoever takes the text out, reads.

use std::num::NonZeroU16;

use krilla::tagging::{
    Identifier, ListNumbering, Node as Tagged, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};

/// A part of the structure.
pub(super) type TagId = usize;

/// What a part is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Whole,
    Section,
    /// With its level, from 1 for the title.
    Heading(u16, String),
    Paragraph,
    List,
    Item,
    Label,
    Body,
    Table,
    Head,
    Rows,
    Row,
    /// The heading of a column.
    Title,
    Cell,
    Caption,
    /// With what is said instead of it.
    Figure(String),
    Link,
    Contents,
    Entry,
}

/// The structure of a document.
///
/// A part comes into it when the first of its content is written, so that the order is that of reading.
pub(super) struct Tree {
    parts: Vec<Part>,
}

struct Part {
    kind: Kind,
    parent: TagId,
    is_attached: bool,
    children: Vec<Child>,
}

enum Child {
    Part(TagId),
    Content(Identifier),
}

/// The document itself.
pub(super) const WHOLE: TagId = 0;

impl Tree {
    pub(super) fn new() -> Self {
        let (kind, children) = (Kind::Whole, Vec::new());
        Self { parts: vec![Part { kind, parent: WHOLE, is_attached: true, children }] }
    }

    /// A part of another one.
    pub(super) fn part(&mut self, parent: TagId, kind: Kind) -> TagId {
        self.parts.push(Part { kind, parent, is_attached: false, children: Vec::new() });
        self.parts.len().saturating_sub(1)
    }

    /// Says that a part has this content.
    pub(super) fn add(&mut self, part: TagId, content: Identifier) {
        let mut child = part;
        while let Some(found) = self.parts.get_mut(child).filter(|found| !found.is_attached) {
            found.is_attached = true;
            let parent = found.parent;
            if let Some(parent) = self.parts.get_mut(parent) {
                parent.children.push(Child::Part(child));
            }
            child = parent;
        }
        if let Some(found) = self.parts.get_mut(part) {
            found.children.push(Child::Content(content));
        }
    }

    /// The same as the writer of the file wants it.
    pub(super) fn finish(mut self) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some("en".to_owned()));
        for child in self.children(WHOLE) {
            tree.push(child);
        }
        tree
    }

    /// Each part is taken once, so that the tree is never in memory twice.
    fn children(&mut self, part: TagId) -> Vec<Tagged> {
        let children = self.parts.get_mut(part).map(|part| std::mem::take(&mut part.children));
        let mut tagged = Vec::new();
        for child in children.unwrap_or_default() {
            match child {
                Child::Content(content) => tagged.push(Tagged::Leaf(content)),
                Child::Part(part) => {
                    let kind = self.parts.get(part).map(|part| part.kind.tag());
                    let children = self.children(part);
                    if let Some(kind) = kind {
                        tagged.push(Tagged::Group(TagGroup::with_children(kind, children)));
                    }
                }
            }
        }
        tagged
    }
}

impl Kind {
    fn tag(&self) -> TagKind {
        match self {
            Self::Whole => Tag::Part.into(),
            Self::Section => Tag::Section.into(),
            Self::Heading(level, title) => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                Tag::Hn(level, Some(title.clone())).into()
            }
            Self::Paragraph => Tag::P.into(),
            Self::List => Tag::L(ListNumbering::Disc).into(),
            Self::Item => Tag::LI.into(),
            Self::Label => Tag::Lbl.into(),
            Self::Body => Tag::LBody.into(),
            Self::Table => Tag::Table.into(),
            Self::Head => Tag::THead.into(),
            Self::Rows => Tag::TBody.into(),
            Self::Row => Tag::TR.into(),
            Self::Title => Tag::TH(TableHeaderScope::Column).into(),
            Self::Cell => Tag::TD.into(),
            Self::Caption => Tag::Caption.into(),
            Self::Figure(says) => Tag::Figure(Some(says.clone())).into(),
            Self::Link => Tag::Link.into(),
            Self::Contents => Tag::TOC.into(),
            Self::Entry => Tag::TOCI.into(),
        }
    }
}
