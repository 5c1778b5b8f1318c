//! Finding all logs that match, whatever each endpoint takes at once.
//!
//! An endpoint is asked for as many blocks as it is known to take; what it refuses is asked again in
//! smaller ranges, then for fewer addresses, then for fewer topics. What it refuses for good, the next
//! endpoint is asked. The answer does not depend on how it was cut, and a recording holds it as one
//! answer to one question.

use std::sync::Arc;

use fundtrail_model::Window;
use serde_json::value::RawValue;

use super::super::{Node, numbered_header_call};
use super::Filter;
use crate::Error;
use crate::client::{Answer, Call, Kind, Peer, Refusal, Shape};
use crate::wire::Log;

/// How many pieces of a window are asked for at once.
const PIECES_AT_ONCE: usize = 4;

/// A log, and if answers are recorded, as the node wrote it.
#[derive(Clone)]
struct Found {
    text: String,
    log: Log,
}

/// What came of one question.
enum Piece {
    Logs(Vec<Found>),
    /// It was too much.
    TooMuch(Refusal),
}

/// How far a search has come.
struct Progress {
    /// What is still to be looked at.
    rest: Option<Window>,
    /// By filter.
    found: Vec<Vec<Found>>,
}

impl Node {
    /// All logs of the window that match one of the filters, those of the first filter first.
    pub(super) async fn logs(
        &self,
        filters: [Filter<'_>; 2],
        window: Window,
    ) -> Result<Vec<Log>, Error> {
        let mut calls: Vec<Call> = filters.iter().map(|filter| filter.call(window)).collect();
        calls.push(numbered_header_call(window.last()));
        if let Some(answers) = self.client.recalled(&calls) {
            let mut logs = vec![];
            for ((filter, call), answer) in filters.iter().zip(&calls).zip(&answers) {
                logs.extend(self.checked(filter, window, call, answer)?);
            }
            return Ok(logs.into_iter().map(|found| found.log).collect());
        }
        let mut found = self.search(&filters, window).await?;
        for (found, call) in found.iter_mut().zip(&calls) {
            found.sort_by_key(|Found { log, .. }| (log.block_number.0, log.log_index.0));
            self.client.remember(call, || {
                let texts: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
                Ok(Arc::from(format!("[{}]", texts.join(","))))
            });
        }
        Ok(found.into_iter().flatten().map(|found| found.log).collect())
    }

    async fn search(
        &self,
        filters: &[Filter<'_>],
        window: Window,
    ) -> Result<Vec<Vec<Found>>, Error> {
        let found = filters.iter().map(|_| vec![]).collect();
        let mut progress = Progress { rest: Some(window), found };
        let Some(first) = filters.first() else { return Ok(progress.found) };
        let mut failed: Option<Error> = None;
        for peer in self.client.peers_for(&first.call(window)) {
            match self.search_at(&peer, filters, &mut progress).await {
                Ok(()) => return Ok(progress.found),
                Err(error) if error.is_of_one_endpoint() => {
                    if !matches!(error, Error::Rpc { .. } | Error::Missing { .. }) {
                        peer.set_back();
                    }
                    failed = Some(failed.filter(|old| is_worse(old, &error)).unwrap_or(error));
                }
                Err(error) => return Err(error),
            }
        }
        let nobody = || self.client.inconsistent("there is no endpoint to ask".to_owned());
        Err(failed.unwrap_or_else(nobody))
    }

    /// Goes on with the search at one endpoint, from where it stands to the end of the window.
    async fn search_at(
        &self,
        peer: &Arc<Peer>,
        filters: &[Filter<'_>],
        progress: &mut Progress,
    ) -> Result<(), Error> {
        let mut at_once = 1;
        while let Some(rest) = progress.rest {
            let mut reach = peer.reach(Shape::Topics);
            let pieces = reach.pieces(rest, at_once);
            let asked =
                self.ask_pieces(peer, filters, &pieces, reach.accounts(), rest.last()).await?;
            at_once = (at_once * 2).min(PIECES_AT_ONCE);
            for (piece, answers) in pieces.iter().copied().zip(asked) {
                let (logs, refusal) = split(answers);
                match refusal {
                    None => reach.answered(piece),
                    Some(refusal) => {
                        at_once = 1;
                        let kind = refusal.kind();
                        let most = filters.iter().map(|filter| filter.accounts.len()).max();
                        let accounts = most.unwrap_or_default();
                        let accounts = reach.accounts().map_or(accounts, |max| max.min(accounts));
                        if kind == Kind::TooManyAddresses && accounts > 1 {
                            reach.refused_accounts(accounts, &refusal.hints());
                        } else if piece.block_count() > 1 {
                            reach.refused(piece, kind, &refusal.hints());
                        } else {
                            let found =
                                self.search_block(peer, filters, piece, rest.last()).await?;
                            progress.add(found, piece, rest);
                            continue;
                        }
                        break;
                    }
                }
                progress.add(logs, piece, rest);
            }
            peer.set_reach(Shape::Topics, reach);
        }
        Ok(())
    }

    /// Asks for several pieces at once. The end of each piece is asked for in the same breath: a node
    /// that lags behind would otherwise answer `[]` for blocks that it does not have. `end` is the end of
    /// the whole search. Returns, by piece and filter, what was found.
    async fn ask_pieces(
        &self,
        peer: &Arc<Peer>,
        filters: &[Filter<'_>],
        pieces: &[Window],
        accounts: Option<usize>,
        end: u64,
    ) -> Result<Vec<Vec<Piece>>, Error> {
        let narrow: Vec<(usize, Filter<'_>)> = (0..)
            .zip(filters)
            .flat_map(|(place, filter)| {
                let size = accounts.unwrap_or(usize::MAX).max(1);
                let part = move |accounts| (place, Filter { accounts, ..*filter });
                filter.accounts.chunks(size).map(part)
            })
            .collect();
        let calls: Vec<Call> = pieces
            .iter()
            .flat_map(|piece| {
                let logs = narrow.iter().map(|(_, filter)| filter.call(*piece));
                logs.chain([numbered_header_call(piece.last())])
            })
            .collect();
        let answers = match self.client.ask_peer(peer, &calls).await {
            Ok(answers) => answers,
            // Where others can be asked, one that stalls is not waited for again and again.
            Err(error @ Error::Timeout { .. }) if self.client.peers().len() > 1 => {
                return Err(error);
            }
            Err(error) => match too_much(&error) {
                // Only the first piece is judged by it; the rest is asked for again.
                Some(refusal) => return Ok(vec![vec![Piece::TooMuch(refusal)]]),
                None => return Err(error),
            },
        };
        let per_piece = narrow.len() + 1;
        let mut by_piece = vec![];
        for (piece, (calls, answers)) in
            pieces.iter().zip(calls.chunks(per_piece).zip(answers.chunks(per_piece)))
        {
            let mut by_filter: Vec<Piece> = filters.iter().map(|_| Piece::Logs(vec![])).collect();
            for ((place, filter), (call, answer)) in narrow.iter().zip(calls.iter().zip(answers)) {
                let part = match answer {
                    Err(refusal) if is_too_much(refusal) => Piece::TooMuch(refusal.clone()),
                    _ => Piece::Logs(self.checked(filter, *piece, call, answer)?),
                };
                if let Some(whole) = by_filter.get_mut(*place) {
                    whole.add(part);
                }
            }
            if let Some((call, answer)) = calls.last().zip(answers.last()) {
                self.numbered_header(piece.last(), call, answer)?;
                if piece.last() == end {
                    self.client.remember(call, || answer.clone());
                }
            }
            by_piece.push(by_filter);
        }
        Ok(by_piece)
    }

    /// One block in which there is too much for one question: by addresses, then by topics.
    async fn search_block(
        &self,
        peer: &Arc<Peer>,
        filters: &[Filter<'_>],
        block: Window,
        end: u64,
    ) -> Result<Vec<Vec<Found>>, Error> {
        let mut found = vec![];
        for filter in filters {
            let mut logs = vec![];
            let mut open = vec![*filter];
            while let Some(filter) = open.pop() {
                let parts = self.ask_pieces(peer, &[filter], &[block], None, end).await?;
                let (mut part, refusal) = split(parts.into_iter().flatten().collect());
                match refusal {
                    None => logs.extend(part.pop().unwrap_or_default()),
                    Some(refusal) => {
                        let halves = filter
                            .halves()
                            .ok_or_else(|| self.client.refused(&filter.call(block), &refusal))?;
                        open.extend(halves);
                    }
                }
            }
            found.push(logs);
        }
        Ok(found)
    }

    /// Reads the logs of one answer, and checks each against the question.
    fn checked(
        &self,
        filter: &Filter<'_>,
        window: Window,
        call: &Call,
        answer: &Answer,
    ) -> Result<Vec<Found>, Error> {
        let found: Vec<Found> = if self.client.is_recorded() {
            let texts: Vec<&RawValue> = self.client.read(call, answer)?;
            let read = |text: &RawValue| match serde_json::from_str(text.get()) {
                Ok(log) => Ok(Found { text: text.get().to_owned(), log }),
                Err(error) => Err(self.client.invalid(call, error.to_string(), text.get())),
            };
            texts.into_iter().map(read).collect::<Result<_, _>>()?
        } else {
            let logs: Vec<Log> = self.client.read(call, answer)?;
            logs.into_iter().map(|log| Found { text: String::new(), log }).collect()
        };
        match found.iter().find_map(|found| filter.mismatch(window, &found.log)) {
            Some(what) => Err(self.client.inconsistent(what)),
            None => Ok(found),
        }
    }
}

impl Progress {
    fn add(&mut self, found: Vec<Vec<Found>>, piece: Window, rest: Window) {
        for (all, new) in self.found.iter_mut().zip(found) {
            all.extend(new);
        }
        let next = piece.last().checked_add(1);
        self.rest = next.and_then(|next| Window::new(next, rest.last()));
    }
}

impl Piece {
    fn add(&mut self, part: Self) {
        match (self, part) {
            (Self::Logs(all), Self::Logs(new)) => all.extend(new),
            (Self::TooMuch(_), _) => {}
            (whole, refused) => *whole = refused,
        }
    }
}

/// What was found by filter, and the first refusal.
fn split(pieces: Vec<Piece>) -> (Vec<Vec<Found>>, Option<Refusal>) {
    let (mut found, mut first) = (vec![], None);
    for piece in pieces {
        match piece {
            Piece::Logs(logs) => found.push(logs),
            Piece::TooMuch(refusal) => first = first.or(Some(refusal)),
        }
    }
    (found, first)
}

fn is_too_much(refusal: &Refusal) -> bool {
    matches!(refusal.kind(), Kind::Range | Kind::Size | Kind::TooManyAddresses)
}

/// A failure of the question that a smaller one may not have, in the words of a refusal.
fn too_much(error: &Error) -> Option<Refusal> {
    let words = match error {
        Error::BodyTooLarge { .. } | Error::Status { status: 413, .. } => "response too large",
        Error::Timeout { .. } => "query timeout",
        _ => return None,
    };
    Some(Refusal::new(0, words))
}

/// Whether the old error says more than the new one: one that may pass must not be taken for a refusal
/// for good.
const fn is_worse(old: &Error, new: &Error) -> bool {
    is_refusal(new) || !is_refusal(old)
}

const fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Rpc { .. } | Error::Missing { .. })
}
