//! The nodes of a run, one per chain, opened when first needed. All endpoints of a chain that were given
//! are one node.

mod knowledge;
mod pace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fundtrail_fetch::{Client, Endpoint, Knowledge, Node, Options, Session};
use fundtrail_model::{ChainId, sanitize_claim};

use crate::chains::Chains;
use crate::error::Error;
use crate::ui;
use pace::MaxRates;

/// The nodes of a run.
pub(crate) struct Nodes {
    origin: Origin,
    open: BTreeMap<ChainId, Node>,
    is_recorded: bool,
    /// Where what was learned of endpoints is kept, and what it held at the start.
    memory: Option<(PathBuf, Knowledge)>,
}

enum Origin {
    /// Nodes that were given.
    Given { unnamed: Vec<Client>, named: Vec<(ChainId, Client)> },
    /// Public endpoints of the built-in list.
    Public { chains: Chains, options: Options, max_rates: MaxRates },
    /// Recorded chains.
    Recorded(BTreeMap<ChainId, Session>),
}

impl Nodes {
    /// The nodes that were given as `[CHAIN=]URL`, or the public ones if there are none. `max_rps` is
    /// `[CHAIN=]N`: questions a second, for each endpoint.
    pub(crate) fn new(
        rpc: &[String],
        chains: &Chains,
        timeout: Duration,
        max_rps: &[String],
    ) -> Result<Self, Error> {
        let max_rates = MaxRates::parse(max_rps, chains)?;
        let seed = u64::from(std::process::id());
        let options = Options { timeout, seed, ..Options::default() };
        if rpc.is_empty() {
            let chains = chains.clone();
            return Ok(Self::remembering(Origin::Public { chains, options, max_rates }));
        }
        let mut unnamed = Vec::new();
        let mut named = Vec::new();
        for text in rpc {
            // A key in the URL may hold a `=`; a chain's name stands before any colon.
            let (chain, url) = match text.split_once('=') {
                Some((chain, url)) if !chain.contains(':') => (Some(chains.named(chain)?), url),
                _ => (None, text.as_str()),
            };
            let max_rate = chain.map_or_else(|| max_rates.of_any(), |chain| max_rates.of(chain));
            let options = Options { max_rate, ..options.clone() };
            let client = Client::http(Endpoint::parse(url)?, options)?;
            match chain {
                Some(chain) => named.push((chain, client)),
                None => unnamed.push(client),
            }
        }
        Ok(Self::remembering(Origin::Given { unnamed, named }))
    }

    /// Recorded chains instead of nodes.
    pub(crate) const fn replaying(sessions: BTreeMap<ChainId, Session>) -> Self {
        Self::from(Origin::Recorded(sessions))
    }

    /// The recordings in a folder: `session-<chain>.jsonl.gz`.
    pub(crate) fn replaying_folder(folder: &Path) -> Result<Self, Error> {
        let read = |path: &Path, error| Error::File { action: "read", path: path.into(), error };
        let mut sessions = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(|error| read(folder, error))? {
            let path = entry.map_err(|error| read(folder, error))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let chain = name
                .as_deref()
                .and_then(|name| name.strip_prefix("session-")?.strip_suffix(".jsonl.gz"))
                .and_then(|digits| digits.parse().ok());
            if let Some(chain) = chain {
                let bytes = std::fs::read(&path).map_err(|error| read(&path, error))?;
                sessions.insert(ChainId(chain), Session::read(&bytes)?);
            }
        }
        Ok(Self::replaying(sessions))
    }

    const fn from(origin: Origin) -> Self {
        Self { origin, open: BTreeMap::new(), is_recorded: false, memory: None }
    }

    /// Nodes that begin with what earlier runs learned of them.
    fn remembering(origin: Origin) -> Self {
        let mut nodes = Self::from(origin);
        nodes.memory = knowledge::path().map(|path| {
            let knowledge = knowledge::load(&path);
            (path, knowledge)
        });
        nodes
    }

    /// Remembers every answer from now on. A recording begins without what earlier runs learned.
    pub(crate) fn record(mut self) -> Self {
        self.is_recorded = true;
        self.memory = None;
        self
    }

    /// Writes what was remembered into a folder.
    pub(crate) fn write_recordings(&self, folder: &Path) -> Result<(), Error> {
        let write = |path: PathBuf, error| Error::File { action: "write", path, error };
        std::fs::create_dir_all(folder).map_err(|error| write(folder.into(), error))?;
        for (chain, node) in &self.open {
            if let Some(session) = node.client().session() {
                let path = folder.join(format!("session-{chain}.jsonl.gz"));
                std::fs::write(&path, session.write()?).map_err(|error| write(path, error))?;
            }
        }
        Ok(())
    }

    /// How many requests were sent so far, to all nodes.
    pub(crate) fn requests_sent(&self) -> u64 {
        self.requests().map(|(_, requests)| requests).sum()
    }

    /// How many requests were sent so far, per chain.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (ChainId, u64)> {
        self.open.iter().map(|(chain, node)| (*chain, node.client().requests_sent()))
    }

    /// Where each chain's answers came from, without anything secret.
    pub(crate) fn origins(&self) -> impl Iterator<Item = (ChainId, String)> {
        self.open.iter().map(|(chain, node)| (*chain, node.client().origin()))
    }

    /// The node of a chain that [`Nodes::get`] gave before.
    pub(crate) fn opened(&self, chain: ChainId) -> Result<&Node, Error> {
        self.open.get(&chain).ok_or_else(|| no_node(chain))
    }

    /// The node of a chain.
    pub(crate) async fn get(&mut self, chain: ChainId) -> Result<&Node, Error> {
        if !self.open.contains_key(&chain) {
            let node = self.open(chain).await?;
            self.open.insert(chain, node);
        }
        self.open.get(&chain).ok_or_else(|| no_node(chain))
    }

    async fn open(&mut self, chain: ChainId) -> Result<Node, Error> {
        let is_recorded = self.is_recorded;
        let prepare = |client: Client| if is_recorded { client.recorded() } else { client };
        let node = match &mut self.origin {
            Origin::Recorded(sessions) => {
                let session = sessions.remove(&chain).ok_or_else(|| no_node(chain))?;
                Node::open(Client::replay(session), Some(chain)).await?
            }
            Origin::Given { unnamed, named } => {
                let is_only_one = named.is_empty() && unnamed.len() == 1 && self.open.is_empty();
                let mut failed = None;
                for client in std::mem::take(unnamed) {
                    if is_only_one {
                        named.push((chain, client));
                        continue;
                    }
                    match Node::open(client.clone(), None).await {
                        Ok(node) => named.push((node.chain(), client)),
                        Err(error) => {
                            ui::warning(&error.to_string());
                            failed = failed.or(Some(error));
                        }
                    }
                }
                let is_here = |(named, _): &mut (ChainId, Client)| *named == chain;
                let clients: Vec<Client> =
                    named.extract_if(.., is_here).map(|(_, client)| prepare(client)).collect();
                if clients.is_empty() {
                    return Err(failed.map_or_else(|| no_node(chain), Error::from));
                }
                Node::open_all(clients, Some(chain)).await?
            }
            Origin::Public { chains, options, max_rates } => {
                let options = Options { max_rate: max_rates.of(chain), ..options.clone() };
                let endpoints = chains.get(chain).map(|chain| chain.endpoints.as_slice());
                let mut clients = Vec::new();
                for url in endpoints.unwrap_or_default() {
                    let client = Client::http(Endpoint::parse(url)?, options.clone())?;
                    clients.push(prepare(client));
                }
                if clients.is_empty() {
                    return Err(no_node(chain));
                }
                open_public(clients, chain).await?
            }
        };
        for error in node.left_out() {
            ui::warning(&format!("goes on without it: {error}"));
        }
        if let Some((_, knowledge)) = &self.memory {
            node.teach(knowledge);
        }
        Ok(node)
    }
}

/// Whatever the outcome of the run, what it learned of its nodes is kept, and whose answers did not hold is
/// said.
impl Drop for Nodes {
    fn drop(&mut self) {
        for doubted in self.open.values().flat_map(Node::doubted) {
            let (host, why) = (doubted.host, sanitize_claim(&doubted.why, 300));
            ui::warning(&format!(
                "{host} is not to be relied on: {why}; others were asked instead"
            ));
        }
        if let Some((path, _)) = &self.memory {
            knowledge::save(path, self.open.values());
        }
    }
}

/// Begins with what earlier runs learned of a node.
pub(crate) fn teach_learned(node: &Node) {
    if let Some(path) = knowledge::path() {
        node.teach(&knowledge::load(&path));
    }
}

/// Keeps what these nodes taught, for later runs.
pub(crate) fn keep_learned(nodes: &[Node]) {
    if let Some(path) = knowledge::path() {
        knowledge::save(&path, nodes.iter());
    }
}

/// Opens what a list calls endpoints of a chain; one that is of another chain is left out.
async fn open_public(mut clients: Vec<Client>, chain: ChainId) -> Result<Node, Error> {
    loop {
        match Node::open_all(clients.clone(), Some(chain)).await {
            Err(fundtrail_fetch::Error::WrongChain { host, expected, found })
                if clients.len() > 1 =>
            {
                ui::warning(&format!("{host} is of chain {found}, not {expected}"));
                clients.retain(|client| client.origin() != host);
            }
            outcome => return Ok(outcome?),
        }
    }
}

fn no_node(chain: ChainId) -> Error {
    Error::failed(
        format!("no node was given for chain {chain}"),
        format!("give one with --rpc {chain}=URL"),
    )
}
