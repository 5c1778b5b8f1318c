//! Several endpoints of one chain: who is asked, and who next.
//!
//! The endpoints are asked in their order, so that the questions of a window go to one of them as long
//! as it answers; one that breaks off or stalls goes to the end. What one refuses, or does not have, is
//! asked of the next.

use std::sync::{Arc, Mutex, PoisonError};

use super::peer::Peer;
use super::{Answer, Call, Meaning};
use crate::Error;

/// How often an endpoint is tried while others are there to be asked.
const ATTEMPTS_BEFORE_THE_NEXT: u32 = 2;

/// The endpoints of one chain; at least one.
pub(super) struct Pool {
    peers: Vec<Arc<Peer>>,
    /// Places in `peers`, the next to be asked first.
    order: Mutex<Vec<usize>>,
}

/// What is left for a question that nobody answered: the worst of what was said, because an absence is
/// one only if everybody says so.
type Fallback = Result<Answer, Error>;

impl Pool {
    pub(super) fn new(peers: Vec<Arc<Peer>>) -> Self {
        let order = Mutex::new((0..peers.len()).collect());
        Self { peers, order }
    }

    pub(super) fn peers(&self) -> &[Arc<Peer>] {
        &self.peers
    }

    /// The endpoints in the order in which they are to be asked this.
    pub(super) fn in_order(&self, call: &Call) -> Vec<Arc<Peer>> {
        let order = self.order.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut peers: Vec<Arc<Peer>> =
            order.iter().filter_map(|place| self.peers.get(*place)).cloned().collect();
        // Stable: those that are likely to answer come first, in their order.
        peers.sort_by_key(|peer| !peer.may_answer(call));
        peers
    }

    /// Asks others first from now on.
    pub(super) fn set_back(&self, peer: &Arc<Peer>) {
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it =
            |place: &usize| self.peers.get(*place).is_some_and(|other| Arc::ptr_eq(other, peer));
        order.sort_by_key(is_it);
    }

    /// Asks all, and returns the answers in the order of the questions.
    pub(super) async fn ask_all(
        &self,
        calls: &[&Call],
        batch_size: usize,
    ) -> Result<Vec<Answer>, Error> {
        if let [peer] = self.peers.as_slice() {
            return peer.ask_all(calls, batch_size, u32::MAX).await;
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
        &self,
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
                let outcomes: Vec<Fallback> = match peer.ask_all(&asked, batch_size, attempts).await
                {
                    Ok(answers) => answers.into_iter().map(Ok).collect(),
                    Err(error) if error.is_of_one_endpoint() => {
                        self.set_back(&peer);
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
