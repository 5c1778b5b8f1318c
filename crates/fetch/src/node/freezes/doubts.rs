//! Whether what an endpoint says of an issuer's logs is believed.
//!
//! That nothing was frozen is a statement about people, and so is that something was. An answer counts from an endpoint
//! that has the end of the blocks, and their beginning: it has to give a log from there, where a header says that there
//! is one. Where there are several endpoints a second one is asked the same, and of what they do not both say their
//! own receipts decide, or nobody.

use std::sync::Arc;

use fundtrail_model::Window;
use serde::Deserialize;

use super::super::native::receipt_call;
use super::{Node, Question, Wire};
use crate::Error;
use crate::client::{Answer, Call, Meaning, Peer, Refusal};
use crate::node::numbered_header_call;
use crate::wire::Header;

/// What is known of the logs of some blocks.
pub(super) enum Told {
    /// All of them.
    Logs(Vec<Wire>),
    /// Nobody gives them; of what was said, what leaves most hope.
    Refused(Refusal),
    /// They may not be there any more, or endpoints do not say the same.
    Unsure,
}

/// What one endpoint said.
struct Said {
    peer: Arc<Peer>,
    answers: Vec<Answer>,
    logs: Vec<Wire>,
}

impl Node {
    /// What the endpoints say of the logs of some blocks.
    ///
    /// # Errors
    ///
    /// If none answers, or they only ask for patience.
    pub(super) async fn logs_of_issuer(
        &self,
        question: &Question<'_>,
        window: Window,
    ) -> Result<Told, Error> {
        let calls = [question.call(window), numbered_header_call(window.last())];
        let [call, _] = &calls;
        if let Some(answers) = self.client.recalled(&calls) {
            return match answers.first() {
                Some(Err(refusal)) => Ok(Told::Refused(refusal.clone())),
                Some(answer) => Ok(Told::Logs(self.client.read(call, answer)?)),
                None => Ok(Told::Unsure),
            };
        }
        let (mut first, mut refused, mut failed): (Option<Said>, Option<Refusal>, _) =
            (None, None, None);
        let mut is_missing = false;
        for peer in self.client.peers_for(call) {
            let is_second = first.is_some();
            if is_second && (peer.is_caught() || !peer.may_answer(call)) {
                continue;
            }
            match (self.ask_for_logs(&peer, window, &calls).await, first.take()) {
                (Ok(Ok(said)), None) => first = Some(said),
                (Ok(Ok(second)), Some(one)) => return self.compared(&calls, one, second).await,
                (_, Some(one)) => first = Some(one),
                (Ok(Err(refusal)), None) => {
                    let hope = |refusal: &Refusal| rank(refusal.meaning());
                    refused = match refused.filter(|old| hope(&refusal) <= hope(old)) {
                        Some(old) => Some(old),
                        None => Some(refusal),
                    };
                }
                (Err(Error::Missing { .. }), None) => is_missing = true,
                (Err(error), None) if error.is_of_one_endpoint() => {
                    peer.set_back();
                    failed = failed.or(Some(error));
                }
                (Err(error), None) => return Err(error),
            }
        }
        match (first, failed, refused) {
            (Some(one), ..) => Ok(self.believe(&calls, one)),
            (None, Some(error), _) => Err(error),
            (None, None, Some(refusal)) if refusal.meaning() == Meaning::Later => {
                Err(self.client.refused(call, &refusal))
            }
            (None, None, Some(refusal)) if !is_missing => {
                self.client.remember(call, || Err(refusal.clone()));
                Ok(Told::Refused(refusal))
            }
            _ => Ok(Told::Unsure),
        }
    }

    /// Asks one endpoint for the logs and for the header of the last block.
    async fn ask_for_logs(
        &self,
        peer: &Arc<Peer>,
        window: Window,
        calls: &[Call; 2],
    ) -> Result<Result<Said, Refusal>, Error> {
        let [call, header] = calls;
        let answers = self.client.ask_peer(peer, calls).await?;
        let [answer, header_answer] = answers.as_slice() else {
            return Err(self.client.inconsistent("not two answers to two questions".to_owned()));
        };
        if let Err(refusal) = answer {
            return Ok(Err(refusal.clone()));
        }
        let end: Header = self.whole_header(window.last(), header, header_answer)?;
        let logs: Vec<Wire> = self.client.read(call, answer)?;
        let oldest = logs.iter().map(|log| log.block_number.0).min();
        oldest.into_iter().for_each(|block| self.note_shown(peer, block));
        // A recording says what was said; who made it had the doubts.
        if peer.http().is_some() && !peer.shown().has_shown(window.first()) {
            self.try_logs(peer, window, &end).await?;
        }
        Ok(Ok(Said { peer: Arc::clone(peer), answers, logs }))
    }

    fn believe(&self, calls: &[Call; 2], said: Said) -> Told {
        for (call, answer) in calls.iter().zip(&said.answers) {
            self.client.remember(call, || answer.clone());
        }
        Told::Logs(said.logs)
    }

    /// What two endpoints say. Who leaves out what its own receipts hold, or adds what they do not, is not believed.
    async fn compared(&self, calls: &[Call; 2], one: Said, other: Said) -> Result<Told, Error> {
        let beside = |these: &[Wire], those: &[Wire]| -> Vec<Wire> {
            let is_theirs = |log: &&Wire| those.iter().any(|that| that.is_same(log));
            these.iter().filter(|log| !is_theirs(log)).cloned().collect()
        };
        let by_one = beside(&one.logs, &other.logs);
        let by_other = beside(&other.logs, &one.logs);
        if by_one.is_empty() && by_other.is_empty() {
            return Ok(self.believe(calls, one));
        }
        let one_is_false = self.is_false(&one.peer, &by_one, &by_other).await;
        let other_is_false = self.is_false(&other.peer, &by_other, &by_one).await;
        let what = "its logs of an issuer are not those of its own receipts".to_owned();
        match (one_is_false, other_is_false) {
            (false, true) => {
                other.peer.catch(what);
                Ok(self.believe(calls, one))
            }
            (true, false) => {
                one.peer.catch(what);
                Ok(self.believe(calls, other))
            }
            _ => {
                let (host, other_host) = (one.peer.origin(), other.peer.origin());
                let why = format!("{host} and {other_host} do not agree on the logs of an issuer");
                one.peer.disagrees(why.clone());
                other.peer.disagrees(why);
                Ok(Told::Unsure)
            }
        }
    }

    /// Whether an endpoint's own receipts deny a log that it gave alone, or hold one that it left out.
    async fn is_false(&self, peer: &Arc<Peer>, given: &[Wire], left_out: &[Wire]) -> bool {
        for (log, is_given) in
            given.iter().map(|log| (log, true)).chain(left_out.iter().map(|log| (log, false)))
        {
            if self.has_receipt_of(peer, log).await.is_some_and(|has| has != is_given) {
                return true;
            }
        }
        false
    }

    /// Whether an endpoint's receipt of the transaction holds the log; `None` if it does not say.
    async fn has_receipt_of(&self, peer: &Arc<Peer>, log: &Wire) -> Option<bool> {
        #[derive(Deserialize)]
        struct Receipt {
            logs: Vec<Wire>,
        }
        let call = receipt_call(log.transaction_hash.0);
        let answers = self.client.ask_peer(peer, &[call]).await.ok()?;
        let receipt: Option<Receipt> =
            serde_json::from_str(answers.first()?.as_deref().ok()?).ok()?;
        Some(receipt.is_some_and(|receipt| receipt.logs.iter().any(|held| held.is_same(log))))
    }
}

impl Wire {
    /// Whether it is the same log, whoever gave it.
    fn is_same(&self, other: &Self) -> bool {
        let of = |log: &Self| Self { removed: None, ..log.clone() };
        of(self) == of(other)
    }
}

/// The more is left to hope for, the higher.
const fn rank(meaning: Meaning) -> u8 {
    match meaning {
        Meaning::NotOffered | Meaning::NeedsAddress | Meaning::Other | Meaning::Reverted => 0,
        Meaning::Missing => 1,
        Meaning::TooMuch => 2,
        Meaning::Later => 3,
    }
}
