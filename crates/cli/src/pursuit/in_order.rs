//! Work that runs side by side and is taken in its order.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Work that runs side by side and is taken in its order. It gets on only while [`InOrder::next`] is awaited.
pub(super) struct InOrder<'w, T> {
    line: VecDeque<Work<'w, T>>,
}

enum Work<'w, T> {
    Going(Pin<Box<dyn Future<Output = T> + 'w>>),
    Done(T),
}

impl<'w, T> InOrder<'w, T> {
    pub(super) const fn new() -> Self {
        Self { line: VecDeque::new() }
    }

    /// Adds work that is taken last.
    pub(super) fn add(&mut self, work: impl Future<Output = T> + 'w) {
        self.line.push_back(Work::Going(Box::pin(work)));
    }

    /// Adds work that is taken next.
    pub(super) fn add_first(&mut self, work: impl Future<Output = T> + 'w) {
        self.line.push_front(Work::Going(Box::pin(work)));
    }

    /// What the first in line came to; `None` if nobody is in line.
    pub(super) async fn next(&mut self) -> Option<T> {
        poll_fn(|context| {
            for work in &mut self.line {
                if let Work::Going(going) = work
                    && let Poll::Ready(done) = going.as_mut().poll(context)
                {
                    *work = Work::Done(done);
                }
            }
            match self.line.pop_front() {
                None => Poll::Ready(None),
                Some(Work::Done(done)) => Poll::Ready(Some(done)),
                Some(going @ Work::Going(_)) => {
                    self.line.push_front(going);
                    Poll::Pending
                }
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use super::InOrder;

    #[tokio::test]
    async fn work_is_done_side_by_side_and_taken_in_order() {
        let ended = RefCell::new(Vec::new());
        let work = |name: u64, steps: u64| {
            let ended = &ended;
            async move {
                tokio::time::sleep(Duration::from_millis(40 * steps)).await;
                ended.borrow_mut().push(name);
                name
            }
        };
        let mut line = InOrder::new();
        for (name, steps) in [(1, 3), (2, 1), (3, 2)] {
            line.add(work(name, steps));
        }
        assert_eq!(line.next().await, Some(1));
        assert_eq!(*ended.borrow(), [2, 3, 1]);
        line.add_first(work(4, 1));
        let mut rest = Vec::new();
        while let Some(name) = line.next().await {
            rest.push(name);
        }
        assert_eq!(rest, [4, 2, 3]);
    }
}
