//! The nodes of a run, one per chain, opened when first needed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fundtrail_fetch::{Client, Endpoint, Node, Options, Session};
use fundtrail_model::ChainId;

use crate::chains::Chains;
use crate::error::Error;
use crate::ui;

/// The nodes of a run.
pub(crate) struct Nodes {
    origin: Origin,
    open: BTreeMap<ChainId, Node>,
    is_recorded: bool,
}

enum Origin {
    /// Nodes that were given.
    Given { unnamed: Vec<Client>, named: Vec<(ChainId, Client)> },
    /// Public endpoints of the built-in list.
    Public { chains: Chains, options: Options },
    /// Recorded chains.
    Recorded(BTreeMap<ChainId, Session>),
}

impl Nodes {
    /// The nodes that were given as `[CHAIN=]URL`, or the public ones if there are none.
    pub(crate) fn new(rpc: &[String], chains: &Chains, timeout: Duration) -> Result<Self, Error> {
        let options = Options { timeout, ..Options::default() };
        if rpc.is_empty() {
            return Ok(Self::from(Origin::Public { chains: chains.clone(), options }));
        }
        let mut unnamed = Vec::new();
        let mut named = Vec::new();
        for text in rpc {
            // A key in the URL may hold a `=`; a chain's name stands before any colon.
            let (chain, url) = match text.split_once('=') {
                Some((chain, url)) if !chain.contains(':') => (Some(chains.named(chain)?), url),
                _ => (None, text.as_str()),
            };
            let client = Client::http(Endpoint::parse(url)?, options.clone())?;
            match chain {
                Some(chain) => named.push((chain, client)),
                None => unnamed.push(client),
            }
        }
        Ok(Self::from(Origin::Given { unnamed, named }))
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
        Self { origin, open: BTreeMap::new(), is_recorded: false }
    }

    /// Remembers every answer from now on.
    pub(crate) const fn record(mut self) -> Self {
        self.is_recorded = true;
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
        self.open.values().map(|node| node.client().requests_sent()).sum()
    }

    /// Where each chain's answers came from, without anything secret.
    pub(crate) fn origins(&self) -> impl Iterator<Item = (ChainId, String)> {
        self.open.iter().map(|(chain, node)| (*chain, node.client().origin()))
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
        match &mut self.origin {
            Origin::Recorded(sessions) => {
                let session = sessions.remove(&chain).ok_or_else(|| no_node(chain))?;
                Ok(Node::open(Client::replay(session), Some(chain)).await?)
            }
            Origin::Given { unnamed, named } => {
                if let Some(client_idx) = named.iter().position(|(named, _)| *named == chain) {
                    let (_, client) = named.remove(client_idx);
                    return Ok(Node::open(prepare(client), Some(chain)).await?);
                }
                if let [_] = unnamed.as_slice()
                    && named.is_empty()
                    && self.open.is_empty()
                    && let Some(client) = unnamed.pop()
                {
                    return Ok(Node::open(prepare(client), Some(chain)).await?);
                }
                let mut wanted = None;
                for client in std::mem::take(unnamed) {
                    let node = Node::open(prepare(client), None).await?;
                    if node.chain() == chain && wanted.is_none() {
                        wanted = Some(node);
                    } else {
                        self.open.entry(node.chain()).or_insert(node);
                    }
                }
                wanted.ok_or_else(|| no_node(chain))
            }
            Origin::Public { chains, options } => {
                let endpoints = chains.get(chain).map(|chain| chain.endpoints.as_slice());
                let mut last = no_node(chain);
                for url in endpoints.unwrap_or_default() {
                    let client = Client::http(Endpoint::parse(url)?, options.clone())?;
                    match Node::open(prepare(client), Some(chain)).await {
                        Ok(node) => return Ok(node),
                        Err(error) => {
                            ui::warning(&error.to_string());
                            last = error.into();
                        }
                    }
                }
                Err(last)
            }
        }
    }
}

fn no_node(chain: ChainId) -> Error {
    Error::failed(
        format!("no node was given for chain {chain}"),
        format!("give one with --rpc {chain}=URL"),
    )
}
