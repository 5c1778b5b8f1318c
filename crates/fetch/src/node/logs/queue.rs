//! The pieces of a search: those that were asked for, and those that are still to be.

use std::collections::VecDeque;

use fundtrail_model::Window;
use tokio::task::JoinHandle;

use crate::Error;
use crate::client::Answer;

/// A question that was sent. It is given up when this is dropped.
#[derive(Debug)]
pub(super) struct Asked(pub(super) JoinHandle<Result<Vec<Answer>, Error>>);

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Debug)]
enum Piece<A> {
    Open(Window),
    Asked(Window, A),
}

/// The pieces of a window, in order.
#[derive(Debug)]
pub(super) struct Queue<A>(VecDeque<Piece<A>>);

impl<A> Queue<A> {
    pub(super) fn new(window: Window) -> Self {
        Self(VecDeque::from([Piece::Open(window)]))
    }

    /// The blocks of all pieces.
    pub(super) fn window(&self) -> Option<Window> {
        let blocks = |piece: &Piece<A>| match piece {
            Piece::Open(window) | Piece::Asked(window, _) => *window,
        };
        Window::new(blocks(self.0.front()?).first(), blocks(self.0.back()?).last())
    }

    /// Asks for the first pieces that were not asked for, until `at_once` are under way, but always for the
    /// very first. `cut` gives the first piece of blocks that are open.
    pub(super) fn fill(
        &mut self,
        at_once: usize,
        cut: impl Fn(Window) -> Window,
        ask: impl Fn(Window) -> A,
    ) {
        let mut place = 0;
        while place < self.0.len() && (place == 0 || self.under_way() < at_once) {
            if let Some(Piece::Open(open)) = self.0.get(place) {
                let open = *open;
                let piece = cut(open);
                let rest = piece.last().checked_add(1);
                let rest = rest.and_then(|next| Window::new(next, open.last()));
                if let Some(slot) = self.0.get_mut(place) {
                    *slot = Piece::Asked(piece, ask(piece));
                }
                if let Some(rest) = rest {
                    self.0.insert(place + 1, Piece::Open(rest));
                }
            }
            place += 1;
        }
    }

    fn under_way(&self) -> usize {
        self.0.iter().filter(|piece| matches!(piece, Piece::Asked(..))).count()
    }

    /// The first piece; after [`Queue::fill`], none only if there are no more.
    pub(super) fn next(&mut self) -> Option<(Window, A)> {
        match self.0.pop_front()? {
            Piece::Asked(window, asked) => Some((window, asked)),
            open @ Piece::Open(_) => {
                self.0.push_front(open);
                None
            }
        }
    }

    /// Puts a piece back that has to be asked for again, in smaller ones.
    pub(super) fn put_back(&mut self, piece: Window) {
        let open = match self.0.front() {
            Some(Piece::Open(next)) => piece.join(*next),
            _ => None,
        };
        if open.is_some() {
            self.0.pop_front();
        }
        self.0.push_front(Piece::Open(open.unwrap_or(piece)));
    }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Window;

    use super::Queue;

    fn window(first: u64, last: u64) -> Window {
        Window::new(first, last).unwrap()
    }

    fn cut(size: u64) -> impl Fn(Window) -> Window {
        move |open| window(open.first(), open.last().min(open.first() + size - 1))
    }

    #[test]
    fn pieces_are_asked_for_and_come_back_in_order() {
        let mut queue = Queue::new(window(0, 99));
        let ask = |piece: Window| piece.block_count();
        queue.fill(3, cut(10), ask);
        assert_eq!(queue.window(), Some(window(0, 99)));
        assert_eq!(queue.next(), Some((window(0, 9), 10)));
        assert_eq!(queue.window(), Some(window(10, 99)));
        // What has to be cut again comes before what is under way.
        queue.put_back(window(0, 9));
        queue.fill(1, cut(5), ask);
        assert_eq!(queue.next(), Some((window(0, 4), 5)));
        assert_eq!(queue.next(), None, "two are under way, and one before them is open");
        queue.fill(3, cut(5), ask);
        let next: Vec<Window> =
            std::iter::from_fn(|| queue.next()).map(|(piece, _)| piece).collect();
        assert_eq!(next, [window(5, 9), window(10, 19), window(20, 29)]);
        queue.fill(1, cut(20), ask);
        assert_eq!(queue.next(), Some((window(30, 49), 20)));
        // What is open is one again.
        queue.put_back(window(30, 49));
        queue.fill(1, cut(100), ask);
        assert_eq!(queue.next(), Some((window(30, 99), 70)));
        queue.fill(1, cut(100), ask);
        assert_eq!((queue.next(), queue.window()), (None, None));
    }
}
