//! Several endpoints of one chain: who is asked, and who next.
//!
//! The endpoints are asked in their order, so that the questions of a window go to one of them as long
//! as it answers; one that breaks off or stalls comes after the others for a while. What one refuses, or
//! does not have, is asked of the next.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::hedge::Stead;
use super::http::Http;
use super::peer::Peer;
use super::standing::Grade;
use super::{Answer, Call, Meaning};
use crate::Error;

/// How often an endpoint is tried while others are there to be asked.
const ATTEMPTS_BEFORE_THE_NEXT: u32 = 2;

/// The endpoints of one chain, in the order in which they are to be asked.
pub(super) struct Pool {
    peers: Vec<Arc<Peer>>,
    /// Who answered what, asked through here: the method, and the place in `peers`.
    gave: Mutex<BTreeSet<(&'static str, usize)>>,
}

/// What is left for a question that nobody answered: the worst of what was said, because an absence is
/// one only if everybody says so.
type Fallback = Result<Answer, Error>;

impl Pool {
    pub(super) const fn new(peers: Vec<Arc<Peer>>) -> Self {
        Self { peers, gave: Mutex::new(BTreeSet::new()) }
    }

    /// The same endpoints in turn from this one on.
    pub(super) fn asking_first(&self, first: &Arc<Peer>) -> Self {
        let mut peers = self.peers.clone();
        peers.rotate_left(self.place_of(first).unwrap_or_default());
        Self::new(peers)
    }

    /// The same endpoints, those last that answered one of these methods through here.
    pub(super) fn asking_others(&self, methods: &[&str]) -> Self {
        let gave = self.gave(methods);
        let mut peers = self.peers.clone();
        peers.sort_by_key(|peer| gave.iter().any(|other| Arc::ptr_eq(other, peer)));
        Self::new(peers)
    }

    pub(super) fn peers(&self) -> &[Arc<Peer>] {
        &self.peers
    }

    /// Who answered one of these methods, asked through here.
    pub(super) fn gave(&self, methods: &[&str]) -> Vec<Arc<Peer>> {
        let gave = self.lock();
        let places: BTreeSet<usize> = gave
            .iter()
            .filter(|(method, _)| methods.contains(method))
            .map(|(_, place)| *place)
            .collect();
        places.iter().filter_map(|place| self.peers.get(*place)).cloned().collect()
    }

    /// Where answers came from, asked through here.
    pub(super) fn spoke(&self) -> Vec<&str> {
        let places: BTreeSet<usize> = self.lock().iter().map(|(_, place)| *place).collect();
        places.iter().filter_map(|place| self.peers.get(*place)).map(|peer| peer.origin()).collect()
    }

    /// Notes who gave these answers.
    pub(super) fn note(&self, peer: &Arc<Peer>, calls: &[&Call], answers: &[Answer]) {
        let Some(place) = self.place_of(peer) else { return };
        let answered = calls.iter().zip(answers).filter(|(_, answer)| answer.is_ok());
        self.lock().extend(answered.map(|(call, _)| (call.method, place)));
    }

    /// The endpoints in the order in which they are to be asked this.
    pub(super) fn in_order(&self, call: &Call) -> Vec<Arc<Peer>> {
        let mut peers = self.peers.clone();
        // Stable: those that are likely to answer come first, in their order.
        peers.sort_by_cached_key(|peer| (!peer.may_answer(call), peer.grade()));
        peers
    }

    /// Who may be asked in the stead of this one.
    pub(super) fn stead(self: &Arc<Self>, first: &Arc<Peer>) -> Option<Arc<Stead>> {
        (1 < self.peers.len()).then(|| Arc::new(Stead::new(Arc::clone(self), Arc::clone(first))))
    }

    /// Another endpoint that has nothing to do and is likely to answer all of this.
    pub(super) fn idle_beside(&self, first: &Arc<Peer>, calls: &[Call]) -> Option<Arc<Peer>> {
        let is_free = |peer: &&Arc<Peer>| {
            !Arc::ptr_eq(peer, first)
                && peer.grade() == Grade::Good
                && peer.http().is_some_and(Http::is_idle)
                && calls.iter().all(|call| peer.may_answer(call))
        };
        self.peers.iter().find(is_free).cloned()
    }

    fn place_of(&self, peer: &Arc<Peer>) -> Option<usize> {
        self.peers.iter().position(|other| Arc::ptr_eq(other, peer))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(&'static str, usize)>> {
        // It is only ever extended, so it is whole even if a thread died while it held the lock.
        self.gave.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks all, and returns the answers in the order of the questions.
    pub(super) async fn ask_all(
        self: &Arc<Self>,
        calls: &[&Call],
        batch_size: usize,
    ) -> Result<Vec<Answer>, Error> {
        if let [peer] = self.peers.as_slice() {
            return peer.ask_all(calls, batch_size, u32::MAX, None).await;
        }
        let mut said: Vec<Option<Fallback>> = vec![None; calls.len()];
        for attempts in [ATTEMPTS_BEFORE_THE_NEXT, u32::MAX] {
            self.ask_around(calls, batch_size, attempts, &mut said).await?;
            // Only a bad moment is worth asking everybody again.
            if said.iter().flatten().all(|said| rank(said) < BAD_MOMENT) {
                break;
            }
        }
        let nobody = || Error::Setup { reason: "there is no endpoint to ask".to_owned() };
        said.into_iter().map(|said| said.ok_or_else(nobody)?).collect()
    }

    /// Asks every endpoint for what is still open. `said` is what was said to each question.
    async fn ask_around(
        self: &Arc<Self>,
        calls: &[&Call],
        batch_size: usize,
        attempts: u32,
        said: &mut [Option<Fallback>],
    ) -> Result<(), Error> {
        let is_open =
            |said: &Option<Fallback>| said.as_ref().is_none_or(|said| rank(said) != ANSWER);
        let mut orders: Vec<std::vec::IntoIter<Arc<Peer>>> = calls
            .iter()
            .zip(said.iter_mut())
            .map(|(call, said)| {
                let open = is_open(said);
                // A bad moment of the round before may have passed.
                if open {
                    *said = None;
                }
                if open { self.in_order(call) } else { vec![] }.into_iter()
            })
            .collect();
        loop {
            // Each open question goes to the next endpoint in its own order, those of one together.
            let mut turns: Vec<(Arc<Peer>, Vec<usize>)> = vec![];
            for (place, order) in orders.iter_mut().enumerate() {
                let open = said.get(place).is_some_and(is_open);
                let Some(peer) = open.then(|| order.next()).flatten() else { continue };
                match turns.iter_mut().find(|(other, _)| Arc::ptr_eq(other, &peer)) {
                    Some((_, places)) => places.push(place),
                    None => turns.push((peer, vec![place])),
                }
            }
            if turns.is_empty() {
                return Ok(());
            }
            for (peer, places) in turns {
                let asked: Vec<&Call> =
                    places.iter().filter_map(|place| calls.get(*place).copied()).collect();
                let said_now = peer.ask_all(&asked, batch_size, attempts, self.stead(&peer)).await;
                let outcomes: Vec<Fallback> = match said_now {
                    Ok(answers) => {
                        self.note(&peer, &asked, &answers);
                        answers.into_iter().map(Ok).collect()
                    }
                    Err(error) if error.is_of_one_endpoint() => {
                        peer.set_back();
                        vec![Err(error); places.len()]
                    }
                    Err(error) => return Err(error),
                };
                for (place, outcome) in places.into_iter().zip(outcomes) {
                    let Some(slot) = said.get_mut(place) else { continue };
                    let is_worse = slot
                        .as_ref()
                        .is_none_or(|old| rank(&outcome) == ANSWER || rank(old) < rank(&outcome));
                    if is_worse {
                        *slot = Some(outcome);
                    }
                }
            }
        }
    }
}

/// Whether this settles the question, whoever else might be asked.
pub(super) fn is_settled(answer: &Answer) -> bool {
    rank(&Ok(answer.clone())) == ANSWER
}

const ANSWER: u8 = 0;
const BAD_MOMENT: u8 = 4;

/// 0 for an answer that settles the question; otherwise, the higher the less it proves.
fn rank(said: &Fallback) -> u8 {
    match said {
        Ok(Ok(text)) if &**text == "null" => 2,
        Ok(Ok(_)) => ANSWER,
        Ok(Err(refusal)) => match refusal.meaning() {
            Meaning::Reverted => ANSWER,
            Meaning::NotOffered | Meaning::NeedsAddress | Meaning::Other => 1,
            Meaning::Missing => 2,
            Meaning::TooMuch => 3,
            Meaning::Later => BAD_MOMENT,
        },
        Err(_) => BAD_MOMENT + 1,
    }
}
