//! Finding all logs that match, whatever each endpoint takes at once.
//!
//! An endpoint is asked for as many blocks as it is known to take, and as make good answers; what is
//! refused is asked again in smaller ranges, then for fewer addresses, then for fewer topics. What it
//! refuses for good, the next endpoint is asked. The answer does not depend on how it was cut, and a
//! recording holds it as one answer to one question.

use std::collections::BTreeSet;
use std::sync::Arc;

use fundtrail_model::{Address, H256, Window};
use serde_json::value::RawValue;

use super::super::{Node, numbered_header_call};
use super::filter::Filter;
use super::found::Found;
use super::queue::{Asked, Queue};
use crate::Error;
use crate::client::{Answer, Call, Kind, Peer, Reach, Refusal, Shape, Text};
use crate::decode::legs::native_transfer;
use crate::decode::tally::Tally;
use crate::decode::token;
use crate::wire::{Header, Log, each_log};

/// How many ranges are asked for in one batch, at most: some endpoints count every question of a batch against
/// what they allow in a second.
const MOST_RANGES: u64 = 4;

/// How long a log of a transfer is at least, as a node writes it.
const LOG_BYTES: usize = 600;

/// One search: all logs of the window that match one of the filters.
pub(super) struct Search<'a> {
    pub(super) node: &'a Node,
    pub(super) filters: [Filter<'a>; 2],
    pub(super) wrapped_native: &'a BTreeSet<Address>,
    pub(super) window: Window,
    /// It ends early where more transfers than this were found.
    pub(super) most: usize,
    /// No more is asked about an address with more counterparties than this.
    pub(super) gate: Option<u32>,
}

/// How far a search has come.
struct Progress {
    /// What is still to be looked at.
    rest: Option<Window>,
    found: Found,
    end: Option<Header>,
    /// Who is still asked about, in order.
    accounts: Arc<[H256]>,
    tally: Tally,
}

/// What came of a search.
pub(super) struct Searched {
    pub(super) found: Found,
    /// The blocks that were searched: all of them, or the first ones.
    pub(super) window: Window,
    /// The header of the last of them, if it was read.
    pub(super) end: Option<Header>,
    /// What was asked for beyond them.
    pub(super) under_way: Option<Pieces>,
    /// Whether all was asked about every address up to the last of them.
    pub(super) is_whole: bool,
    /// What was counted on the way.
    pub(super) tally: Option<Tally>,
}

/// What is known before a search begins.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) found: Found,
    /// The blocks in which that was found: the first ones of the search.
    pub(super) window: Window,
    /// What was asked for beyond them.
    pub(super) under_way: Option<Pieces>,
}

/// The pieces of a search.
pub(super) type Pieces = Queue<UnderWay>;

/// Questions for a piece that were sent together.
#[derive(Debug)]
pub(super) struct UnderWay {
    bounds: Bounds,
    asked: Asked,
}

/// How much goes into one question, at most.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    blocks: u64,
    accounts: usize,
}

/// What came of one question.
enum Outcome {
    /// What was found, the size of the answer, and the header of the last block.
    Found { found: Found, bytes: u64, end: Header },
    /// These blocks were too much for the node, or for us.
    TooMuch { blocks: Window, refusal: Refusal, is_ours: bool },
}

impl Search<'_> {
    pub(super) async fn run(self, known: Option<Known>) -> Result<Searched, Error> {
        let client = &self.node.client;
        let mut calls: Vec<Call> =
            self.filters.iter().map(|filter| filter.call(self.window)).collect();
        calls.push(numbered_header_call(self.window.last()));
        let accounts: Arc<[H256]> =
            self.filters.first().map_or(&[][..], |filter| filter.accounts).into();
        let addresses = accounts.iter().map(|topic| Address::from(*topic));
        let tally = Tally::new(addresses, self.gate, self.most);
        let (found, end) = (Found::default(), None);
        let mut progress = Progress { rest: Some(self.window), found, end, accounts, tally };
        if let Some(answers) = client.recalled(&calls) {
            for (place, (filter, (call, answer))) in
                self.filters.iter().zip(calls.iter().zip(&answers)).enumerate()
            {
                self.read(place, filter, self.window, call, answer, &mut progress.found)?;
            }
            let (found, window) = (progress.found, self.window);
            let (end, under_way, tally) = (None, None, None);
            return Ok(Searched { found, window, end, under_way, is_whole: true, tally });
        }
        let mut under_way = None;
        if let Some(known) = known {
            progress.add(known.found, known.window, self.window, None);
            under_way = known.under_way;
        }
        let under_way = self.ask_around(&mut progress, under_way).await?;
        for (texts, call) in progress.found.texts.iter_mut().zip(&calls) {
            texts.sort();
            client.remember(call, || {
                let texts: Vec<&str> = texts.iter().map(|(_, _, text)| text.as_str()).collect();
                Ok(Text::from(format!("[{}]", texts.join(","))))
            });
        }
        let last = progress.rest.and_then(|rest| rest.first().checked_sub(1));
        let last = last.unwrap_or(self.window.last());
        let window = Window::new(self.window.first(), last).unwrap_or(self.window);
        let Progress { found, end, accounts, tally, .. } = progress;
        let is_whole = self.filters.iter().all(|filter| filter.accounts.len() == accounts.len());
        Ok(Searched { found, window, end, under_way, is_whole, tally: Some(tally) })
    }

    /// Asks one endpoint after the other, until one has answered all. Returns what is under way beyond the
    /// end of a window that is full.
    async fn ask_around(
        &self,
        progress: &mut Progress,
        mut under_way: Option<Pieces>,
    ) -> Result<Option<Pieces>, Error> {
        let Some(first) = self.filters.first() else { return Ok(None) };
        let mut failed: Option<Error> = None;
        for peer in self.node.client.peers_for(&first.call(self.window)) {
            match self.ask_one(&peer, progress, under_way.take()).await {
                Ok(under_way) => return Ok(under_way),
                Err(error) if error.is_of_one_endpoint() => {
                    if !matches!(error, Error::Rpc { .. } | Error::Missing { .. }) {
                        peer.set_back();
                    }
                    failed = Some(failed.filter(|old| is_worse(old, &error)).unwrap_or(error));
                }
                Err(error) => return Err(error),
            }
        }
        let nobody = || self.node.client.inconsistent("there is no endpoint to ask".to_owned());
        Err(failed.unwrap_or_else(nobody))
    }

    /// Goes on with the search at one endpoint, from where it stands to the end of the window, or until
    /// there is too much.
    async fn ask_one(
        &self,
        peer: &Arc<Peer>,
        progress: &mut Progress,
        under_way: Option<Pieces>,
    ) -> Result<Option<Pieces>, Error> {
        let Some(rest) = progress.rest else { return Ok(None) };
        let mut queue = match under_way {
            Some(under_way) if under_way.window() == Some(rest) => under_way,
            _ => Pieces::new(rest),
        };
        peer.pace().begin(rest);
        loop {
            let reach = peer.reach(Shape::Topics);
            // A recording holds whole answers.
            let pace = peer.http().map_or(u64::MAX, |_| peer.pace().blocks());
            let accounts = Arc::clone(&progress.accounts);
            let bounds = Bounds {
                blocks: reach.blocks().min(pace),
                accounts: reach.accounts().unwrap_or(usize::MAX).max(1),
            };
            let is_known = reach.takes_several(bounds.blocks);
            let most = if is_known { peer.pace().together() } else { 1 };
            let ranges = if is_known { self.ranges_together(peer, &accounts, bounds) } else { 1 };
            let blocks = bounds.blocks.saturating_mul(ranges).min(pace);
            queue.fill(
                most,
                |open| beginning(open, blocks),
                |piece| self.ask(peer, piece, &accounts, bounds),
            );
            let Some((piece, mut under_way)) = queue.next() else { return Ok(None) };
            let parts = self.parts(piece, &accounts, under_way.bounds);
            let answers = match (&mut under_way.asked.0).await {
                Ok(answers) => answers,
                Err(error) => return Err(Error::Setup { reason: error.to_string() }),
            };
            let (found, end) = match self.outcome(peer, piece, &parts, answers).await? {
                Outcome::Found { found, bytes, end } => {
                    learn_reach(peer, |reach| {
                        parts.iter().for_each(|part| reach.answered(part.blocks));
                    });
                    peer.pace().answered(piece, bytes);
                    (found, Some(end))
                }
                Outcome::TooMuch { blocks, refusal, is_ours } => {
                    peer.pace().falter();
                    let asked = accounts.len().min(under_way.bounds.accounts);
                    if self.shorten(peer, blocks, asked, &refusal, is_ours) {
                        queue.put_back(piece);
                        continue;
                    }
                    // One block was too much: it is searched alone.
                    if blocks != piece {
                        peer.pace().refused(piece, Some(1));
                        queue.put_back(piece);
                        continue;
                    }
                    (self.search_block(peer, piece, &accounts).await?, None)
                }
            };
            progress.add(found, piece, self.window, end);
            // What is recorded is one answer to the whole question.
            if self.node.client.is_recorded() {
                continue;
            }
            if progress.is_full() {
                return Ok(Some(queue));
            }
            if progress.drop_crowded() {
                let Some(rest) = progress.rest else { return Ok(None) };
                queue = Pieces::new(rest);
            }
        }
    }

    /// Learns from a refusal of a question about so many accounts. `false` if nothing shorter can be asked for.
    fn shorten(
        &self,
        peer: &Arc<Peer>,
        piece: Window,
        accounts: usize,
        refusal: &Refusal,
        is_ours: bool,
    ) -> bool {
        let hints = refusal.hints();
        match refusal.kind() {
            Kind::TooManyAddresses if accounts > 1 => {
                learn_reach(peer, |reach| reach.refused_accounts(accounts, &hints));
            }
            _ if piece.block_count() < 2 => return false,
            kind @ Kind::Range => learn_reach(peer, |reach| reach.refused(piece, kind, &hints)),
            _ if is_ours => peer.pace().overflowed(piece),
            _ => peer.pace().refused(piece, hints.blocks_of(piece)),
        }
        true
    }

    /// How many ranges are asked for in one batch. A short range costs its two questions and a share in the
    /// header that shows that the last of them was searched.
    fn ranges_together(&self, peer: &Peer, accounts: &[H256], bounds: Bounds) -> u64 {
        let of_range = self.filters.len().saturating_mul(accounts.len().div_ceil(bounds.accounts));
        let limit = peer.http().map_or(1, |http| http.batch_limit().saturating_sub(1));
        let ranges = limit.checked_div(of_range).unwrap_or_default();
        u64::try_from(ranges).unwrap_or(u64::MAX).clamp(1, MOST_RANGES)
    }

    /// Sends the questions for a piece.
    fn ask(&self, peer: &Arc<Peer>, piece: Window, accounts: &[H256], bounds: Bounds) -> UnderWay {
        let parts = self.parts(piece, accounts, bounds);
        UnderWay { bounds, asked: self.send(peer, piece, &parts) }
    }

    fn parts<'p>(&'p self, piece: Window, accounts: &'p [H256], bounds: Bounds) -> Vec<Part<'p>> {
        let mut parts = vec![];
        let mut rest = Some(piece);
        while let Some(open) = rest {
            let blocks = beginning(open, bounds.blocks);
            for (place, filter) in self.filters.iter().enumerate() {
                for accounts in accounts.chunks(bounds.accounts) {
                    let filter = Filter { accounts, ..*filter };
                    parts.push(Part { place, filter, blocks, call: filter.call(blocks) });
                }
            }
            let next = blocks.last().checked_add(1);
            rest = next.and_then(|next| Window::new(next, open.last()));
        }
        parts
    }

    /// Sends a question. The end of the piece is asked for in the same breath: a node that lags behind
    /// would otherwise answer `[]` for blocks that it does not have.
    fn send(&self, peer: &Arc<Peer>, piece: Window, parts: &[Part<'_>]) -> Asked {
        let (client, peer) = (self.node.client.clone(), Arc::clone(peer));
        let logs: Vec<Call> = parts.iter().map(|part| part.call.clone()).collect();
        let header = numbered_header_call(piece.last());
        Asked(tokio::spawn(async move {
            let fits = peer.http().is_none_or(|http| logs.len() < http.batch_limit());
            let mut calls = logs;
            if fits {
                calls.push(header);
                return client.ask_peer(&peer, &calls).await;
            }
            // Only a block that is there afterwards shows that it was searched.
            let mut answers = client.ask_peer(&peer, &calls).await?;
            answers.extend(client.ask_peer(&peer, &[header]).await?);
            Ok(answers)
        }))
    }

    /// What the answers to the question for a piece say.
    async fn outcome(
        &self,
        peer: &Arc<Peer>,
        piece: Window,
        parts: &[Part<'_>],
        answers: Result<Vec<Answer>, Error>,
    ) -> Result<Outcome, Error> {
        let node = self.node;
        let answers = match answers {
            Ok(answers) => answers,
            // Where others can be asked, one that stalls is not waited for again and again.
            Err(error @ Error::Timeout { .. }) if node.client.peers().len() > 1 => {
                return Err(error);
            }
            Err(error) => {
                let is_ours = matches!(error, Error::BodyTooLarge { .. });
                let refusal = too_much(&error).ok_or(error)?;
                return Ok(Outcome::TooMuch { blocks: piece, refusal, is_ours });
            }
        };
        let (mut found, mut bytes, mut is_empty) = (Found::default(), 0_u64, true);
        for (part, answer) in parts.iter().zip(&answers) {
            match answer {
                Err(refusal) if is_too_much(refusal) => {
                    let (blocks, refusal) = (part.blocks, refusal.clone());
                    return Ok(Outcome::TooMuch { blocks, refusal, is_ours: false });
                }
                Ok(text) => {
                    bytes = bytes.saturating_add(u64::try_from(text.len()).unwrap_or(bytes));
                }
                Err(_) => {}
            }
            let count =
                self.read(part.place, &part.filter, part.blocks, &part.call, answer, &mut found)?;
            is_empty &= count == 0;
        }
        let call = numbered_header_call(piece.last());
        let answer = answers.get(parts.len()).ok_or_else(|| node.null_block(piece.last()))?;
        let header = node.whole_header(piece.last(), &call, answer)?;
        if piece.last() == self.window.last() {
            node.client.remember(&call, || answer.clone());
        }
        let end = header.stamp();
        if found.block_hashes.get(&end.number).is_some_and(|hash| *hash != end.hash) {
            let block = end.number;
            let what =
                format!("the logs and the header of block {block} name different block hashes");
            return Err(Error::Inconsistent { host: peer.origin().to_owned(), what });
        }
        match found.transfers.iter().map(|found| found.position.block).min() {
            Some(block) => node.note_shown(peer, block),
            None if is_empty => {
                let ranges = parts.iter().map(|part| part.blocks).collect();
                self.doubt_empty(peer, piece, &header, ranges).await?;
            }
            None => {}
        }
        Ok(Outcome::Found { found, bytes, end: header })
    }

    /// One block in which there is too much for one question: by addresses, then by topics.
    async fn search_block(
        &self,
        peer: &Arc<Peer>,
        block: Window,
        accounts: &[H256],
    ) -> Result<Found, Error> {
        let mut found = Found::default();
        for (place, filter) in self.filters.iter().enumerate() {
            let mut open = vec![Filter { accounts, ..*filter }];
            while let Some(filter) = open.pop() {
                let parts = [Part { place, filter, blocks: block, call: filter.call(block) }];
                let mut asked = self.send(peer, block, &parts);
                let answers = (&mut asked.0).await;
                let answers =
                    answers.map_err(|error| Error::Setup { reason: error.to_string() })?;
                match self.outcome(peer, block, &parts, answers).await? {
                    Outcome::Found { found: part, .. } => found.add(part),
                    Outcome::TooMuch { refusal, .. } => {
                        let refused = || self.node.client.refused(&filter.call(block), &refusal);
                        open.extend(filter.halves().ok_or_else(refused)?);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Reads the logs of one answer, checks each against the question, and adds what it tells. Returns
    /// how many there were.
    pub(super) fn read(
        &self,
        place: usize,
        filter: &Filter<'_>,
        window: Window,
        call: &Call,
        answer: &Answer,
        found: &mut Found,
    ) -> Result<usize, Error> {
        let client = &self.node.client;
        let (mut wrong, mut count) = (None, 0);
        let mut take = |log: &Log, found: &mut Found| {
            count += 1;
            let decoded = match filter.mismatch(window, log) {
                Some(what) => Err(what),
                None => token::transfer(self.node.chain, log, self.wrapped_native)
                    .map(|found| found.or_else(|| native_transfer(self.node.chain, log))),
            };
            match decoded {
                Ok(Some(transfer)) => found.push(transfer, log.block_hash.0),
                Ok(None) => {}
                Err(what) => wrong = wrong.take().or(Some(what)),
            }
        };
        if client.is_recorded() {
            let texts: Vec<&RawValue> = client.read(call, answer)?;
            for text in texts {
                let text = text.get();
                let log: Log = serde_json::from_str(text)
                    .map_err(|error| client.invalid(call, error.to_string(), text))?;
                take(&log, found);
                if let Some(texts) = found.texts.get_mut(place) {
                    texts.push((log.block_number.0, log.log_index.0, text.to_owned()));
                }
            }
        } else {
            let text = answer.as_deref().map_err(|refusal| client.refused(call, refusal))?;
            found.transfers.reserve(text.len() / LOG_BYTES);
            each_log(text, |log| take(log, found))
                .map_err(|error| client.invalid(call, error.to_string(), text))?;
        }
        wrong.map_or(Ok(count), |what| Err(client.inconsistent(what)))
    }
}

/// A part of the question for a piece.
struct Part<'a> {
    /// Which of the two filters it belongs to.
    place: usize,
    filter: Filter<'a>,
    blocks: Window,
    call: Call,
}

/// The first blocks of a window.
fn beginning(window: Window, blocks: u64) -> Window {
    let last = window.first().saturating_add(blocks.saturating_sub(1)).min(window.last());
    Window::new(window.first(), last).unwrap_or(window)
}

impl Progress {
    fn add(&mut self, mut found: Found, piece: Window, window: Window, end: Option<Header>) {
        self.end = end;
        // The same one may answer both questions.
        // What contradicts itself is refused when all of it is there.
        found.settle().ok();
        self.tally.add(&found.transfers);
        self.found.add(found);
        let next = piece.last().checked_add(1);
        self.rest = next.and_then(|next| Window::new(next, window.last()));
    }

    /// Whether there are more transfers than one window may hold.
    const fn is_full(&self) -> bool {
        self.tally.full_at().is_some()
    }

    /// Stops asking about addresses that turned out to be crowded; whether there were any. Without
    /// anybody left to ask about, there is nothing left to look at.
    fn drop_crowded(&mut self) -> bool {
        let crowded: BTreeSet<Address> = self.tally.crowded().map(|(who, _)| who).collect();
        let is_open = |topic: &&H256| !crowded.contains(&Address::from(**topic));
        let open: Arc<[H256]> = self.accounts.iter().filter(is_open).copied().collect();
        let is_changed = open.len() < self.accounts.len();
        self.accounts = open;
        if self.accounts.is_empty() {
            (self.rest, self.end) = (None, None);
        }
        is_changed
    }
}

fn learn_reach(peer: &Peer, learn: impl FnOnce(&mut Reach)) {
    let mut reach = peer.reach(Shape::Topics);
    learn(&mut reach);
    peer.set_reach(Shape::Topics, reach);
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
