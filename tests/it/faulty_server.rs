//! A server that answers every request with the same bytes: for faults that a real node does not show.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// A server on a port of its own, until the test program ends.
pub(crate) struct FaultyServer {
    address: SocketAddr,
}

impl FaultyServer {
    /// Answers with this status line, these headers and this body, whatever is asked.
    pub(crate) fn answering(status: &'static str, headers: &'static str, body: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let _ = read_request(&mut stream);
                // The client may hang up in the middle of a body that is too long for it.
                let _ = stream
                    .write_all(
                        format!(
                            "HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n",
                            body.len()
                        )
                        .as_bytes(),
                    )
                    .and_then(|()| stream.write_all(&body));
            }
        });
        Self { address }
    }

    /// Answers with this body as JSON.
    pub(crate) fn saying(body: &str) -> Self {
        Self::answering("200 OK", "content-type: application/json\r\n", body.as_bytes().to_vec())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }
}

/// A server that passes every request on to another one, whatever path and credentials it comes with.
/// Returns its URL.
pub(crate) fn forwarding_to(url: &str) -> String {
    let upstream = url.strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), upstream) = (stream, upstream.clone()) else { continue };
            std::thread::spawn(move || {
                let body = read_request(&mut stream);
                let mut node = TcpStream::connect(&upstream).unwrap();
                let head = format!(
                    "POST / HTTP/1.1\r\nhost: {upstream}\r\ncontent-type: application/json\r\n\
                     connection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                node.write_all(head.as_bytes()).unwrap();
                node.write_all(&body).unwrap();
                // The client may hang up first.
                let _ = std::io::copy(&mut node, &mut stream);
            });
        }
    });
    format!("http://{address}")
}

/// Reads one request to the end of its body, as far as `content-length` says, and returns the body.
fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let Ok(count) = stream.read(&mut chunk) else { return Vec::new() };
        request.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some(head_end) = text.find("\r\n\r\n") else {
            if count == 0 {
                return Vec::new();
            }
            continue;
        };
        let length: usize = text[..head_end]
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(0);
        if count == 0 || head_end + 4 + length <= request.len() {
            return request.split_off(head_end + 4);
        }
    }
}
