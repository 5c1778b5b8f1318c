//! A proxy in front of a node that behaves like a public endpoint on a good or a bad day.
//!
//! A [`Profile`] refuses what a provider or a node software refuses, in its words, with its code and its
//! HTTP status. [`Faults`] break what was not refused, by dice with a seed. A `Journal` says what came in
//! and when, so that a test can count, and can see that nobody was asked too fast.
//!
//! ```text
//! client ──HTTP──▶ peek ──▶ transport fault? ──▶ profile ──▶ node ──▶ profile ──▶ content faults ──▶ client
//! ```

mod answer;
mod dice;
mod faults;
mod journal;
mod lies;
mod limits;
mod profile;
mod profiles;
mod question;
mod serve;
mod wire;

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::Duration;

use serde_json::json;

pub use faults::{Fault, Faults, Reorg};
pub use journal::{Entry, Outcome};
pub use profile::{Count, Profile, Rate, Refusal, Rule, Scale, Shape, When};
pub use profiles::all;

use crate::rpc::Rpc;
use journal::Journal;
use question::quantity;
use serve::Server;

/// A proxy on 127.0.0.1. It ends when it is dropped; connections end with their next request.
#[derive(Debug)]
pub struct ChaosProxy {
    address: SocketAddr,
    server: Arc<Server>,
    is_ending: Arc<AtomicBool>,
}

impl ChaosProxy {
    /// Starts a proxy in front of the node at `upstream`, for example `http://127.0.0.1:40799`.
    ///
    /// # Panics
    ///
    /// If the node cannot be reached, or no port is free.
    #[must_use]
    pub fn start(upstream: &str, profile: Profile, faults: Faults) -> Self {
        let upstream: SocketAddr = upstream
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .parse()
            .unwrap_or_else(|error| panic!("{upstream} is not http://IP:PORT: {error}"));
        let head = Rpc::new(upstream).expect("eth_blockNumber", &json!([]));
        let head = quantity(&head).expect("a node says its last block");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a port that was bound");
        let server = Arc::new(Server {
            upstream,
            head,
            profile,
            faults,
            journal: Journal::start(),
            replacing: RwLock::default(),
        });
        let is_ending = Arc::new(AtomicBool::new(false));
        let (shared, ending) = (Arc::clone(&server), Arc::clone(&is_ending));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ending.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let server = Arc::clone(&shared);
                thread::spawn(move || server.converse(stream));
            }
        });
        Self { address, server, is_ending }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many HTTP requests came in.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.server.journal.len()
    }

    /// How many JSON-RPC questions came in, those in batches counted each.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.log().iter().map(|entry| entry.methods.len()).sum()
    }

    /// Everything that came in, in the order of arrival.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.server.journal.entries()
    }

    /// The most HTTP requests that came in within any span of this length.
    #[must_use]
    pub fn busiest(&self, span: Duration) -> usize {
        journal::busiest(&self.log(), span)
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.is_ending.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = std::net::TcpStream::connect(self.address);
    }
}
