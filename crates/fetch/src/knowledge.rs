//! What was learned of endpoints, kept from one run to the next.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::ChainId;
use serde::{Deserialize, Serialize};

use crate::client::{Peer, Reach, Shape};
use crate::{Error, Node};

const MEBIBYTE: u64 = 1024 * 1024;
/// How large a file of knowledge may be.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What was learned of endpoints: how many blocks and addresses they search at once, how many questions
/// they take at once and in a second, what they do not offer, and what they have dropped.
///
/// It is advice: it decides what is asked first and of whom, never what is true. Endpoints are named by
/// `scheme://host[:port]` alone, so that no key is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    entries: BTreeMap<(String, ChainId), Entry>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Questions in one HTTP request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch: Option<usize>,
    /// Questions per 1,000 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<u64>,
    /// By shape.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    logs: BTreeMap<String, Limits>,
    /// Methods that are not offered, with the shape behind a space.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    refuses: BTreeSet<String>,
    /// By method: the last block of which it has dropped what the method needs. Nodes drop from the start.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    dropped: BTreeMap<String, u64>,
    /// How many bytes its longest answer had.
    #[serde(default, skip_serializing_if = "is_zero")]
    largest: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Limits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocks: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accounts: Option<usize>,
}

/// The file: version 1 is `{"version", "endpoints": {ORIGIN: {CHAIN: ENTRY}}}`.
#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    endpoints: BTreeMap<String, BTreeMap<u64, Entry>>,
}

const VERSION: u32 = 1;

impl Knowledge {
    /// Reads what [`Knowledge::write`] wrote.
    ///
    /// # Errors
    ///
    /// [`Error::BadKnowledge`] if it is not that, or larger than 4 MiB.
    pub fn read(json: &[u8]) -> Result<Self, Error> {
        let bad = |reason: String| Error::BadKnowledge { reason };
        if json.len() > MAX_BYTES {
            return Err(bad(format!("it is larger than {MAX_BYTES} bytes")));
        }
        let file: File = serde_json::from_slice(json).map_err(|error| bad(error.to_string()))?;
        if file.version != VERSION {
            return Err(bad(format!("it is of version {}, not {VERSION}", file.version)));
        }
        let mut entries = BTreeMap::new();
        for (origin, chains) in file.endpoints {
            for (chain, entry) in chains {
                entries.insert((origin.clone(), ChainId(chain)), entry);
            }
        }
        Ok(Self { entries })
    }

    /// The same knowledge is the same bytes.
    ///
    /// # Errors
    ///
    /// [`Error::BadKnowledge`] if it cannot be written as JSON, which never happens.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let mut endpoints: BTreeMap<String, BTreeMap<u64, Entry>> = BTreeMap::new();
        for ((origin, chain), entry) in &self.entries {
            endpoints.entry(origin.clone()).or_default().insert(chain.0, entry.clone());
        }
        let file = File { version: VERSION, endpoints };
        let bad = |error: serde_json::Error| Error::BadKnowledge { reason: error.to_string() };
        let mut json = serde_json::to_vec_pretty(&file).map_err(bad)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Node {
    /// Begins with what was learned of its endpoints before.
    pub fn teach(&self, knowledge: &Knowledge) {
        for peer in self.client().peers() {
            let key = (peer.origin().to_owned(), self.chain());
            if let Some(entry) = knowledge.entries.get(&key) {
                entry.teach(peer);
            }
        }
    }

    /// Adds what was learned of its endpoints. Recordings teach nothing.
    pub fn add_learned(&self, knowledge: &mut Knowledge) {
        for peer in self.client().peers().iter().filter(|peer| peer.http().is_some()) {
            let key = (peer.origin().to_owned(), self.chain());
            let entry = Entry::of(peer);
            if entry == Entry::default() {
                knowledge.entries.remove(&key);
            } else {
                knowledge.entries.insert(key, entry);
            }
        }
    }
}

impl Entry {
    fn of(peer: &Peer) -> Self {
        let learned = peer.learned_so_far();
        let limits =
            |reach: &Reach| Limits { blocks: reach.known_blocks(), accounts: reach.accounts() };
        let logs =
            learned.logs.iter().map(|(shape, reach)| (name(*shape).to_owned(), limits(reach)));
        let refused = |(method, shape): &(String, Option<Shape>)| match shape {
            Some(shape) => format!("{method} {}", name(*shape)),
            None => method.clone(),
        };
        Self {
            batch: peer.http().filter(|http| http.has_batch_limit()).map(|http| http.batch_limit()),
            rate: peer.http().and_then(|http| http.learned_rate()),
            logs: logs.filter(|(_, limits)| *limits != Limits::default()).collect(),
            refuses: learned.refuses.iter().map(refused).collect(),
            dropped: learned.dropped,
            // Rounded, so that not every run has something new to write.
            largest: peer.http().map_or(0, |http| http.largest_answer()) / MEBIBYTE * MEBIBYTE,
        }
    }

    fn teach(&self, peer: &Peer) {
        let logs = self.logs.iter().filter_map(|(shape, limits)| {
            Some((shape_named(shape)?, Reach::remembered(limits.blocks, limits.accounts)))
        });
        let refuses = self.refuses.iter().filter_map(|text| match text.split_once(' ') {
            Some((method, shape)) => Some((method.to_owned(), Some(shape_named(shape)?))),
            None => Some((text.clone(), None)),
        });
        peer.teach(logs.collect(), refuses.collect(), self.dropped.clone());
        if let Some(http) = peer.http() {
            http.teach(self.batch, self.rate, self.largest);
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

const fn name(shape: Shape) -> &'static str {
    match shape {
        Shape::Topics => "topics",
        Shape::Contracts => "contracts",
    }
}

fn shape_named(text: &str) -> Option<Shape> {
    [Shape::Topics, Shape::Contracts].into_iter().find(|shape| name(*shape) == text)
}

#[cfg(test)]
mod tests {
    use super::Knowledge;

    const FILE: &str = r#"{
  "version": 1,
  "endpoints": {
    "https://node.example": {
      "1": {
        "batch": 3,
        "rate": 20000,
        "logs": {
          "topics": {
            "blocks": 1000,
            "accounts": 50
          }
        },
        "refuses": [
          "eth_getLogs topics",
          "trace_block"
        ],
        "dropped": {
          "eth_getBalance": 15000000
        },
        "largest": 4194304
      },
      "137": {}
    }
  }
}
"#;

    #[test]
    fn a_file_is_read_and_written_alike() {
        let knowledge = Knowledge::read(FILE.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(knowledge.write().unwrap()).unwrap(), FILE);
        assert!(Knowledge::default().is_empty() && !knowledge.is_empty());
    }

    #[test]
    fn bad_files_are_refused() {
        let check = |json: &str, reason: &str| {
            let error = Knowledge::read(json.as_bytes()).unwrap_err().to_string();
            assert_eq!(error, format!("what was learned of endpoints cannot be read: {reason}"));
        };
        check("", "EOF while parsing a value at line 1 column 0");
        check(r#"{"version":2,"endpoints":{}}"#, "it is of version 2, not 1");
        check(&" ".repeat(5 * 1024 * 1024), "it is larger than 4194304 bytes");
        assert!(Knowledge::read(br#"{"version":1,"endpoints":{"x":{"y":{}}}}"#).is_err());
        assert!(Knowledge::read(br#"{"version":1,"endpoints":{"x":{"1":{"batch":-1}}}}"#).is_err());
    }
}
