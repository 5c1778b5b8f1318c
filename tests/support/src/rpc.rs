//! A blocking JSON-RPC caller for a node on this machine.
//!
//! It speaks just enough HTTP/1.1 for that: one kept-alive connection, answers with a content length.
//! It needs no runtime, so that it works in plain and in async tests alike.

use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

const TIMEOUT: Duration = Duration::from_secs(60);

/// A caller of one node.
#[derive(Debug)]
pub struct Rpc {
    address: SocketAddr,
    connection: Mutex<Option<BufReader<TcpStream>>>,
}

/// Why a call failed.
#[derive(Debug)]
pub enum RpcError {
    /// The node answered with an error.
    Refused {
        /// What was asked.
        method: String,
        /// The JSON-RPC error code.
        code: i64,
        /// The node's text.
        message: String,
    },
    /// There was no answer, or none that could be read.
    Broken(io::Error),
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { method, code, message } => write!(f, "{method}: {message} ({code})"),
            Self::Broken(error) => write!(f, "no answer from the node: {error}"),
        }
    }
}

impl std::error::Error for RpcError {}

impl From<io::Error> for RpcError {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl Rpc {
    /// A caller of the node at this address. Nothing is sent yet.
    #[must_use]
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, connection: Mutex::new(None) }
    }

    /// Calls a method and waits for its result.
    ///
    /// # Errors
    ///
    /// If the node answers with an error, or not at all within a minute.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value, RpcError> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.post(&body.to_string())?;
        let mut answer: Value = serde_json::from_slice(&answer).map_err(io::Error::from)?;
        if let Some(error) = answer.get("error") {
            return Err(RpcError::Refused {
                method: method.to_owned(),
                code: error["code"].as_i64().unwrap_or_default(),
                message: error["message"].as_str().unwrap_or_default().to_owned(),
            });
        }
        Ok(answer["result"].take())
    }

    /// Like [`Rpc::call`], for calls that can only fail by a mistake in a test or a scenario.
    ///
    /// # Panics
    ///
    /// With the method and the node's text.
    #[must_use]
    pub fn expect(&self, method: &str, params: &Value) -> Value {
        self.call(method, params).unwrap_or_else(|error| panic!("{method} {params}: {error}"))
    }

    /// Sends a body as it is, and returns the body of the answer.
    pub(crate) fn post(&self, body: &str) -> io::Result<Vec<u8>> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stream = match connection.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(TIMEOUT))?;
                BufReader::new(stream)
            }
        };
        let request = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len(),
        );
        stream.get_mut().write_all(request.as_bytes())?;
        let answer = read_answer(&mut stream)?;
        // Only a connection whose answer was read to its end can be used again.
        *connection = Some(stream);
        Ok(answer)
    }
}

fn read_answer(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut status = String::new();
    stream.read_line(&mut status)?;
    let mut length = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
    let length: usize =
        length.ok_or_else(|| io::Error::other(format!("no content length after `{status}`")))?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    if !status.contains(" 200 ") {
        let text = String::from_utf8_lossy(&body).into_owned();
        return Err(io::Error::other(format!("{}: {text}", status.trim_end())));
    }
    Ok(body)
}
