//! One connection after the other, one request after the other.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{PoisonError, RwLock};

use serde_json::{Value, json};

use super::answer;
use super::faults::{Fault, Faults};
use super::journal::{Journal, Outcome};
use super::lies::{self, Place};
use super::profile::Profile;
use super::question::{Asked, Question};
use super::wire::{self, HttpAnswer};
use crate::rpc::Rpc;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) upstream: SocketAddr,
    /// The node's last block, when the proxy was started.
    pub(super) head: u64,
    pub(super) profile: Profile,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    /// A real chain is replaced at once. While anvil mines other blocks nobody is answered.
    pub(super) replacing: RwLock<()>,
}

/// An answer, and what it was.
struct Made {
    answer: HttpAnswer,
    outcome: Outcome,
}

impl Server {
    /// Answers until the client goes away or a fault ends the connection.
    pub(super) fn converse(&self, mut stream: TcpStream) {
        let node = Rpc::new(self.upstream);
        let _ = stream.set_nodelay(true);
        // A client that goes away in the middle is a part of the tests.
        while self.exchange(&mut stream, &node).unwrap_or(false) {}
    }

    /// Answers one request. Returns whether the connection stays open.
    fn exchange(&self, stream: &mut TcpStream, node: &Rpc) -> io::Result<bool> {
        if stream.peek(&mut [0])? == 0 {
            return Ok(false);
        }
        let number = self.journal.open();
        let fault = self.faults.of_transport(number);
        let broken = |fault: Fault| Outcome::Broken(vec![fault.name()]);
        if fault == Some(Fault::Reset) {
            // Closing a socket with something unread resets the connection.
            self.journal.close(number, broken(Fault::Reset));
            return Ok(false);
        }
        if self.faults.reorg.is_some_and(|reorg| reorg.after_requests == number) {
            let depth = self.faults.reorg.map_or(0, |reorg| reorg.depth);
            let _alone = self.replacing.write().unwrap_or_else(PoisonError::into_inner);
            let _ = node.expect("anvil_reorg", &json!([depth, []]));
        }
        let body = wire::read_request(stream)?;
        let Some(asked) = Asked::parse(&body) else {
            let body = b"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"parse error\"}}";
            let answer = HttpAnswer { status: 400, retry_after: None, body: body.to_vec() };
            wire::send(stream, &answer)?;
            return Ok(true);
        };
        let methods = asked.questions().iter().map(|question| question.method.clone());
        self.journal.asked(number, methods.collect());
        match fault {
            Some(fault @ Fault::TooManyRequests { retry_after }) => {
                self.journal.close(number, broken(fault));
                let body = b"Too Many Requests".to_vec();
                wire::send(stream, &HttpAnswer { status: 429, retry_after, body })?;
            }
            Some(fault @ Fault::ServerError { status }) => {
                self.journal.close(number, broken(fault));
                let body = b"<html><body>Bad Gateway</body></html>".to_vec();
                wire::send(stream, &HttpAnswer { status, retry_after: None, body })?;
            }
            Some(fault @ Fault::EndlessBody) => {
                self.journal.close(number, broken(fault));
                wire::send_for_ever(stream)?;
            }
            _ => {
                let made = {
                    let _together = self.replacing.read().unwrap_or_else(PoisonError::into_inner);
                    self.answer(number, &asked, node)
                };
                let Made { mut answer, outcome } = made;
                self.journal.close(number, fault.map_or(outcome, broken));
                match fault {
                    Some(Fault::SlowDrip { pieces, pause }) => {
                        wire::drip(stream, &answer, pieces, pause)?;
                    }
                    Some(Fault::CutConnection) => {
                        wire::send_half(stream, &answer)?;
                        return Ok(false);
                    }
                    Some(Fault::CutBody) => {
                        answer.body.truncate(answer.body.len() / 2);
                        wire::send(stream, &answer)?;
                    }
                    _ => wire::send(stream, &answer)?,
                }
            }
        }
        Ok(true)
    }

    /// What the profile and the faults of content make of the node's answer.
    fn answer(&self, number: usize, asked: &Asked, node: &Rpc) -> Made {
        let questions = asked.questions();
        let whole = |spoken: super::limits::Spoken, retry_after| Made {
            answer: HttpAnswer {
                status: spoken.http,
                retry_after,
                body: answer::refusal(asked, &spoken).to_string().into_bytes(),
            },
            outcome: Outcome::Refused(spoken.text),
        };
        if let Some(rate) = self.profile.rate
            && self.journal.is_too_fast(questions.len(), rate.per_second)
            && let Some(spoken) = self.profile.refuses_rate()
        {
            return whole(spoken, rate.retry_after);
        }
        if let (Asked::Batch(_), Some(spoken)) =
            (asked, self.profile.refuses_batch(questions.len()))
        {
            return whole(spoken, None);
        }

        let refusals: Vec<_> =
            questions.iter().map(|question| self.profile.refuses(question, self.head)).collect();
        let faults = self.faults.of_content(number);
        let lagging_head = faults.iter().find_map(|fault| match fault {
            Fault::LaggingHead { blocks } => Some(self.head.saturating_sub(*blocks)),
            _ => None,
        });
        let passed: Vec<&Question> = questions
            .iter()
            .zip(&refusals)
            .filter(|(_, refusal)| refusal.is_none())
            .map(|(question, _)| question)
            .collect();
        let mut found = match ask_node(node, &passed, lagging_head) {
            Ok(found) => found.into_iter(),
            Err(error) => return gateway(&error),
        };

        let mut told: Vec<&'static str> = vec![];
        let mut first_refusal = None;
        let mut answers = vec![];
        for (part, (question, refusal)) in questions.iter().zip(refusals).enumerate() {
            let refused = match refusal {
                Some(spoken) => Err(spoken),
                None => {
                    let mut envelope = found.next().unwrap_or_default();
                    let place = Place { request: number, part };
                    match envelope.get_mut("result") {
                        Some(result) => self
                            .spoil(&faults, place, question, result, lagging_head, &mut told)
                            .map(|said| match said {
                                Some(error) => answer::error(&question.id, &error),
                                None => envelope,
                            }),
                        None => Ok(envelope),
                    }
                }
            };
            answers.push(refused.unwrap_or_else(|spoken| {
                let envelope = answer::error(&question.id, &spoken.error());
                first_refusal.get_or_insert(spoken);
                envelope
            }));
        }
        if faults.contains(&Fault::Shuffled) && 1 < answers.len() {
            self.faults.shuffle(number, &mut answers);
            told.push(Fault::Shuffled.name());
        }
        if faults.contains(&Fault::WrongIds) {
            answer::spoil_ids(&mut answers);
            told.push(Fault::WrongIds.name());
        }
        let (body, status) = match asked {
            Asked::One(_) => {
                let status = first_refusal.as_ref().map_or(200, |spoken| spoken.http);
                (answers.pop().unwrap_or_default(), status)
            }
            Asked::Batch(_) => (Value::Array(answers), 200),
        };
        let outcome = match first_refusal {
            _ if !told.is_empty() => Outcome::Broken(told),
            Some(spoken) => Outcome::Refused(spoken.text),
            None => Outcome::Answered,
        };
        let body = body.to_string().into_bytes();
        Made { answer: HttpAnswer { status, retry_after: None, body }, outcome }
    }

    /// Changes a result as the profile and the faults want it. `Ok(Some(error))` where a lagging node has
    /// none.
    fn spoil(
        &self,
        faults: &[Fault],
        place: Place,
        question: &Question,
        result: &mut Value,
        lagging_head: Option<u64>,
        told: &mut Vec<&'static str>,
    ) -> Result<Option<Value>, super::limits::Spoken> {
        if let Some(spoken) = self.profile.refuses_answer(question, result, self.head) {
            return Err(spoken);
        }
        self.profile.change(question, result, self.head);
        for fault in faults {
            let is_told = match (fault, lagging_head) {
                (Fault::LaggingHead { .. }, Some(lagging_head)) => {
                    let before = result.clone();
                    if let Err(error) = lies::lag(question, result, lagging_head) {
                        told.push(fault.name());
                        return Ok(Some(error));
                    }
                    before != *result
                }
                _ => lies::tell(&self.faults, *fault, place, question, result),
            };
            if is_told && !told.contains(&fault.name()) {
                told.push(fault.name());
            }
        }
        Ok(None)
    }
}

fn ask_node(
    node: &Rpc,
    questions: &[&Question],
    lagging_head: Option<u64>,
) -> Result<Vec<Value>, String> {
    let mut wholes: Vec<Value> = questions
        .iter()
        .map(|question| match lagging_head {
            Some(lagging_head) => lies::as_lagging(question, lagging_head),
            None => question.whole.clone(),
        })
        .collect();
    let body = match wholes.len() {
        0 => return Ok(vec![]),
        1 => wholes.remove(0),
        _ => Value::Array(wholes),
    };
    let answer = node.post(&body.to_string()).map_err(|error| error.to_string())?;
    answer::in_order(questions, &answer)
}

/// The node behind the proxy did not answer: no fault of ours, and a test should see it.
fn gateway(error: &str) -> Made {
    let answer = HttpAnswer { status: 502, retry_after: None, body: error.to_owned().into_bytes() };
    Made { answer, outcome: Outcome::Refused(format!("the node: {error}")) }
}
