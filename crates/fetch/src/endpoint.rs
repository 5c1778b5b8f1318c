//! Where a node is, without saying more than that.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use crate::Error;

/// The address of a node. Path, query and user information hold keys, so `Display` and `Debug` show
/// only `scheme://host[:port]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    origin: String,
    secrets: Vec<String>,
}

impl Endpoint {
    /// Reads an `http://` or `https://` address.
    ///
    /// # Errors
    ///
    /// [`Error::BadUrl`], which never repeats the text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |reason: String| Error::BadUrl { reason };
        let url = Url::parse(text.trim()).map_err(|error| bad(error.to_string()))?;
        let scheme = url.scheme();
        if !matches!(scheme, "http" | "https") {
            return Err(bad(match scheme {
                "ws" | "wss" => "a WebSocket address; use the node's http or https one".to_owned(),
                // A key pasted before a colon would parse as a scheme, so it is not repeated.
                _ => "it does not start with http:// or https://".to_owned(),
            }));
        }
        let host = url.host_str().ok_or_else(|| bad("it names no host".to_owned()))?;
        let origin = match url.port() {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        let secrets = secrets_of(&url);
        Ok(Self { url, origin, secrets })
    }

    /// `scheme://host[:port]`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether this is a node of the own machine or network, as far as the address shows it.
    pub(crate) fn is_nearby(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        match host.trim_matches(['[', ']']).parse() {
            Ok(IpAddr::V4(address)) => {
                address.is_loopback() || address.is_private() || address.is_link_local()
            }
            Ok(IpAddr::V6(address)) => {
                address.is_loopback()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
            }
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// A server's text without the parts of this address that may be keys: servers like to answer
    /// `Cannot POST /v3/KEY`.
    pub(crate) fn redact(&self, text: &str) -> String {
        let hide = |text: String, secret: &String| text.replace(secret.as_str(), "…");
        self.secrets.iter().fold(text.to_owned(), hide)
    }
}

/// Everything after the host and before it that a server could echo, longest first. Very short parts
/// (`v3`) are no keys, and hiding them would garble every message.
fn secrets_of(url: &Url) -> Vec<String> {
    const SHORTEST_SECRET: usize = 4;
    let mut secrets = vec![url.path().to_owned(), url.username().to_owned()];
    secrets.extend(url.path_segments().into_iter().flatten().map(str::to_owned));
    secrets.extend(url.password().map(str::to_owned));
    secrets.extend(url.query().map(str::to_owned));
    secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
    secrets.extend(url.fragment().map(str::to_owned));
    secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
    secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    secrets.dedup();
    secrets
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn only_scheme_and_host_are_shown() {
        let check = |text: &str, shown: &str| {
            let endpoint = Endpoint::parse(text).unwrap();
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(format!("{endpoint:?}"), format!("Endpoint({shown})"));
        };
        check("https://user:pw@host/v3/SECRET?key=SECRET", "https://host");
        check("http://127.0.0.1:8545", "http://127.0.0.1:8545");
        check(" https://Node.Example:443/KEY#frag ", "https://node.example");
        check("http://[::1]:8545/KEY", "http://[::1]:8545");
    }

    #[test]
    fn nodes_next_door_are_known_by_their_address() {
        let check = |url: &str, is_nearby: bool| {
            assert_eq!(Endpoint::parse(url).unwrap().is_nearby(), is_nearby, "{url}");
        };
        for url in
            ["http://127.0.0.1:8545", "http://localhost/x", "http://[::1]:1", "http://192.168.1.5"]
        {
            check(url, true);
        }
        for url in [
            "https://node.example",
            "http://8.8.8.8",
            "http://[2001:db8::1]/",
            "http://localhost.example",
        ] {
            check(url, false);
        }
    }

    #[test]
    fn bad_addresses_are_refused_without_being_repeated() {
        let check = |text: &str, reason: &str| {
            let error = Endpoint::parse(text).unwrap_err();
            assert_eq!(error.to_string(), format!("this is not the address of a node: {reason}"));
        };
        check("", "relative URL without a base");
        check("/v3/SECRET", "relative URL without a base");
        check("wss://host/SECRET", "a WebSocket address; use the node's http or https one");
        check("SECRET:8545", "it does not start with http:// or https://");
        check("file:///SECRET", "it does not start with http:// or https://");
        check("https://", "empty host");
        check("https://host:99999/SECRET", "invalid port number");
    }

    #[test]
    fn what_a_server_echoes_is_hidden() {
        let endpoint = Endpoint::parse("https://me:pass@host/v3/SECRET?key=OTHER%20ONE").unwrap();
        let check = |text: &str, hidden: &str| assert_eq!(endpoint.redact(text), hidden);
        check("Cannot POST /v3/SECRET", "Cannot POST …");
        check("project SECRET is over its limit", "project … is over its limit");
        check("bad key OTHER ONE (key=OTHER%20ONE), pass", "bad key … (…), …");
        check("execution reverted", "execution reverted");
    }
}
