//! The arithmetic of coverage. Per block it is a maximum, which does not depend on the order.

use fundtrail_model::{How, Proof, Window};

/// How well blocks were looked at. The proof counts first, then the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grade {
    proof: Proof,
    quality: Quality,
}

/// The ways of looking, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Quality {
    StateAlone,
    BlocksOnly,
    Logs,
    StateAndBlocks,
    IndexAndBlocks,
    BlocksAndFrames,
}

impl Grade {
    pub(super) const fn of(how: How, proof: Proof) -> Self {
        let quality = match how {
            How::StateAlone => Quality::StateAlone,
            How::BlocksOnly => Quality::BlocksOnly,
            How::Logs => Quality::Logs,
            How::StateAndBlocks => Quality::StateAndBlocks,
            How::IndexAndBlocks => Quality::IndexAndBlocks,
            How::BlocksAndFrames => Quality::BlocksAndFrames,
        };
        Self { proof, quality }
    }

    pub(super) const fn how(self) -> How {
        match self.quality {
            Quality::StateAlone => How::StateAlone,
            Quality::BlocksOnly => How::BlocksOnly,
            Quality::Logs => How::Logs,
            Quality::StateAndBlocks => How::StateAndBlocks,
            Quality::IndexAndBlocks => How::IndexAndBlocks,
            Quality::BlocksAndFrames => How::BlocksAndFrames,
        }
    }

    pub(super) const fn proof(self) -> Proof {
        self.proof
    }
}

/// Blocks of one grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) window: Window,
    pub(super) grade: Grade,
}

/// Lays a span over others, which are disjoint and in order: each block gets the better grade, and
/// blocks of one grade that touch become one span.
pub(super) fn overlay(below: &[Span], new: Span) -> Vec<Span> {
    let mut pieces = Vec::with_capacity(below.len() + 2);
    let mut piece = |first: Option<u64>, last: Option<u64>, grade| {
        if let (Some(first), Some(last)) = (first, last)
            && let Some(window) = Window::new(first, last)
        {
            pieces.push(Span { window, grade });
        }
    };
    // The first block of the new span that none of the spans seen so far holds.
    let mut free = Some(new.window.first());
    for old in below {
        let Some(both) = old.window.intersection(new.window) else {
            piece(Some(old.window.first()), Some(old.window.last()), old.grade);
            continue;
        };
        piece(Some(old.window.first()), both.first().checked_sub(1), old.grade);
        piece(free, both.first().checked_sub(1), new.grade);
        piece(Some(both.first()), Some(both.last()), old.grade.max(new.grade));
        piece(both.last().checked_add(1), Some(old.window.last()), old.grade);
        free = both.last().checked_add(1);
    }
    piece(free, Some(new.window.last()), new.grade);
    pieces.sort_by_key(|span| span.window);
    join_alike(&pieces)
}

fn join_alike(pieces: &[Span]) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match joined.last_mut() {
            Some(last) if last.grade == piece.grade => match last.window.join(piece.window) {
                Some(window) => last.window = window,
                None => joined.push(*piece),
            },
            _ => joined.push(*piece),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
