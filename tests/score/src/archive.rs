//! A chain with long gaps as a node that has every state would give it.
//!
//! In front of two real nodes that have the same transactions in the same order. The one with the gaps has
//! forgotten old states, and is asked for everything else; the one without gaps kept them all. Between two busy
//! blocks no state changes, so the state at a block is the one after the last busy block up to it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use fundtrail_testkit::anvil::Anvil;
use fundtrail_testkit::rpc::{Rpc, RpcError};
use serde_json::{Value, json};

/// Methods that ask for a state, and where they say of which block.
const STATES: [(&str, usize); 5] = [
    ("eth_getBalance", 1),
    ("eth_getTransactionCount", 1),
    ("eth_getCode", 1),
    ("eth_call", 1),
    ("eth_getStorageAt", 2),
];

/// The two as one. It ends when it is dropped; connections end with their next request.
#[derive(Debug)]
pub(crate) struct Archive {
    address: SocketAddr,
    is_ending: Arc<AtomicBool>,
    /// Runs as long as it is asked.
    _states: Anvil,
}

#[derive(Clone, Debug)]
struct Pair {
    chain: SocketAddr,
    states: SocketAddr,
    /// Sorted; the other node has one block for each.
    busy: Arc<Vec<u64>>,
    last: u64,
}

impl Archive {
    /// `busy` are the blocks with transactions, sorted; `last` is the last block that may be asked about.
    pub(crate) fn start(chain: String, states: Anvil, busy: Vec<u64>, last: u64) -> Self {
        let pair = Pair {
            chain: socket(&chain),
            states: socket(&states.url()),
            busy: Arc::new(busy),
            last,
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a port that was bound");
        let is_ending = Arc::new(AtomicBool::new(false));
        let ending = Arc::clone(&is_ending);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ending.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let pair = pair.clone();
                thread::spawn(move || pair.converse(stream));
            }
        });
        Self { address, is_ending, _states: states }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.is_ending.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Pair {
    /// Answers until the client hangs up.
    fn converse(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let (chain, states) = (Rpc::new(self.chain), Rpc::new(self.states));
        let mut reader = BufReader::new(stream);
        while let Ok(Some(question)) = read_question(&mut reader) {
            let answer = match question.as_array() {
                Some(all) => all.iter().map(|one| self.answer(one, &chain, &states)).collect(),
                None => self.answer(&question, &chain, &states),
            };
            let text = answer.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                text.len()
            );
            if reader.get_mut().write_all(format!("{head}{text}").as_bytes()).is_err() {
                return;
            }
        }
    }

    fn answer(&self, question: &Value, chain: &Rpc, states: &Rpc) -> Value {
        let method = question["method"].as_str().unwrap_or_default();
        let mut params = question["params"].clone();
        let place = STATES.iter().find(|(name, _)| *name == method).map(|(_, place)| *place);
        let there = place.and_then(|place| self.block_of_state(params.get(place)));
        let answered = match (place, there) {
            (Some(place), Some(block)) => {
                params[place] = json!(format!("{block:#x}"));
                states.call(method, &params)
            }
            _ => chain.call(method, &params),
        };
        let mut answer = json!({"jsonrpc": "2.0", "id": question["id"]});
        match answered {
            Ok(result) => answer["result"] = result,
            Err(RpcError::Refused { code, message, .. }) => {
                answer["error"] = json!({"code": code, "message": message});
            }
            Err(RpcError::Broken(error)) => {
                answer["error"] = json!({"code": -32_603, "message": error.to_string()});
            }
        }
        answer
    }

    /// The other node's block that has the state which is asked for; none where the first node has to say
    /// that there is none.
    fn block_of_state(&self, block: Option<&Value>) -> Option<usize> {
        let number = match block.and_then(Value::as_str) {
            None | Some("latest" | "finalized" | "safe" | "pending") => self.last,
            Some(text) => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()?,
        };
        // The two blocks after the last are empty, too.
        (number <= self.last + 2).then(|| self.busy.partition_point(|busy| *busy <= number))
    }
}

fn socket(url: &str) -> SocketAddr {
    let address = url.trim_start_matches("http://");
    address.parse().unwrap_or_else(|error| panic!("{url} is not http://IP:PORT: {error}"))
}

fn read_question(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Value>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(text) = line.strip_prefix("content-length:") {
            length = text.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}
