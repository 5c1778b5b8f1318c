//! Just enough HTTP/1.1 for a server that misbehaves on purpose.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

/// No test sends more.
const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct HttpAnswer {
    pub(super) status: u16,
    pub(super) retry_after: Option<u32>,
    pub(super) body: Vec<u8>,
}

/// Reads one request and returns its body. A client waits for the answer before it asks again, so nothing
/// of the next request is lost.
pub(super) fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request: Vec<u8> = vec![];
    let mut chunk = [0_u8; 16 * 1024];
    let mut end = None;
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        request.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if end.is_none()
            && let Some(head) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n")
        {
            let text = String::from_utf8_lossy(request.get(..head).unwrap_or_default());
            end = Some(head + 4 + content_length(&text)?);
        }
        match end {
            Some(end) if end <= request.len() => {
                let body = request.windows(4).position(|bytes| bytes == b"\r\n\r\n");
                return Ok(request.split_off(body.map_or(0, |head| head + 4)));
            }
            _ if MAX_REQUEST_BYTES < request.len() => {
                return Err(io::Error::other("a request that is too long"));
            }
            _ => {}
        }
    }
}

fn content_length(head: &str) -> io::Result<usize> {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    value.ok_or_else(|| io::Error::other("a request without a content length"))
}

/// Sends all of it.
pub(super) fn send(stream: &mut TcpStream, answer: &HttpAnswer) -> io::Result<()> {
    let mut bytes = head(answer, answer.body.len()).into_bytes();
    bytes.extend_from_slice(&answer.body);
    stream.write_all(&bytes)
}

/// Sends it in pieces, with a pause after each.
pub(super) fn drip(
    stream: &mut TcpStream,
    answer: &HttpAnswer,
    pieces: usize,
    pause: Duration,
) -> io::Result<()> {
    stream.write_all(head(answer, answer.body.len()).as_bytes())?;
    for piece in answer.body.chunks(answer.body.len().div_ceil(pieces.max(1)).max(1)) {
        stream.write_all(piece)?;
        sleep(pause);
    }
    Ok(())
}

/// Promises all of it and sends half. The connection must be closed afterwards.
pub(super) fn send_half(stream: &mut TcpStream, answer: &HttpAnswer) -> io::Result<()> {
    let half = answer.body.get(..answer.body.len() / 2).unwrap_or_default();
    stream.write_all(head(answer, answer.body.len()).as_bytes())?;
    stream.write_all(half)
}

/// Sends a string that does not end, until the client has had enough.
pub(super) fn send_for_ever(stream: &mut TcpStream) -> io::Result<()> {
    let start = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x";
    stream.write_all(start)?;
    let zeros = vec![b'0'; 1024 * 1024];
    loop {
        stream.write_all(&zeros)?;
    }
}

fn head(answer: &HttpAnswer, length: usize) -> String {
    let status = answer.status;
    let retry_after = answer
        .retry_after
        .map_or_else(String::new, |seconds| format!("retry-after: {seconds}\r\n"));
    format!(
        "HTTP/1.1 {status} Chaos\r\ncontent-type: application/json\r\n{retry_after}content-length: {length}\r\n\r\n"
    )
}
