//! A real node for one test: anvil, as an archive of a small deterministic chain.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::genesis::Genesis;
use crate::place;
use crate::rpc::{Rpc, RpcError};

const START_LIMIT: Duration = Duration::from_secs(20);

/// How a node is started.
#[derive(Clone, Debug)]
pub struct AnvilOptions {
    /// The chain id it reports.
    pub chain_id: u64,
    /// Number of its first block.
    pub genesis_block: u64,
    /// Time of its first block, in seconds since 1970.
    pub genesis_timestamp: u64,
    /// The rules of the EVM, as anvil names them, for example `london`.
    pub hardfork: String,
    /// What exists in the first block.
    pub genesis: Genesis,
    /// How many old states it can be asked about. None and `forgets` is the fastest node.
    pub kept_states: u32,
    /// Whether it keeps old states in memory alone: then tens of thousands of blocks take seconds.
    pub forgets: bool,
    /// Gas that a block has room for, where it is not 30 million.
    pub gas_limit: Option<u64>,
    /// Whether it takes a payment before the payer has what he pays: an earlier one of the same block may bring it.
    pub trusts_payers: bool,
}

impl AnvilOptions {
    /// An empty chain with London rules that starts at block 0.
    #[must_use]
    pub fn new(chain_id: u64, genesis_timestamp: u64) -> Self {
        Self {
            chain_id,
            genesis_block: 0,
            genesis_timestamp,
            hardfork: "london".into(),
            genesis: Genesis::default(),
            kept_states: 4_000,
            forgets: false,
            gas_limit: None,
            trusts_payers: false,
        }
    }
}

/// A running node on 127.0.0.1. Dropping it ends the process and removes its files.
///
/// It mines only when told to (`evm_mine`), takes transactions from any sender without a signature, and
/// reports the block two below its head as finalized.
#[derive(Debug)]
pub struct Anvil {
    process: Child,
    address: SocketAddr,
    rpc: Rpc,
    chain_id: u64,
    files: TempDir,
}

impl Anvil {
    /// Starts a node and waits until it answers.
    ///
    /// # Panics
    ///
    /// If anvil is not installed, ends at once, or reports no address within 20 seconds; with its output.
    #[must_use]
    pub fn start(options: &AnvilOptions) -> Self {
        let files = tempfile::tempdir().expect("a temporary folder for the node");
        let genesis = files.path().join("genesis.json");
        std::fs::write(&genesis, options.genesis.json(options).to_string())
            .expect("the genesis file can be written");
        let output = files.path().join("output.txt");
        let log = File::create(&output).expect("the node's output file can be made");
        // Port 0 lets the system choose, so two nodes never ask for the same port.
        let mut process = Command::new(binary())
            .args(["--host", "127.0.0.1", "--port", "0", "--no-mining", "--auto-impersonate"])
            .args(["--accounts", "0", "--order", "fifo", "--disable-default-create2-deployer"])
            .args(["--slots-in-an-epoch", "1", "--hardfork", &options.hardfork])
            .arg(match options.forgets {
                // Without a number it copies no state at all: a copy takes as long as there are accounts.
                true if options.kept_states == 0 => "--prune-history".to_owned(),
                true => format!("--prune-history={}", options.kept_states),
                false => format!("--max-persisted-states={}", options.kept_states),
            })
            .args(options.gas_limit.map(|gas| format!("--gas-limit={gas}")))
            .args(options.trusts_payers.then_some("--disable-pool-balance-checks"))
            .args(["--chain-id", &options.chain_id.to_string()])
            .args(["--number", &options.genesis_block.to_string()])
            .args(["--timestamp", &options.genesis_timestamp.to_string()])
            .arg("--init")
            .arg(&genesis)
            .current_dir(files.path())
            .env_clear()
            .env("HOME", files.path())
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("one file for both outputs"))
            .stdout(log)
            .spawn()
            .unwrap_or_else(|error| panic!("anvil cannot be started: {error}"));
        let started = Instant::now();
        let address = loop {
            let text = std::fs::read_to_string(&output).unwrap_or_default();
            if let Some(address) = listening_address(&text) {
                break address;
            }
            let ended = process.try_wait().ok().flatten();
            if ended.is_some() || started.elapsed() > START_LIMIT {
                let _ = process.kill();
                panic!("anvil did not start ({ended:?}); it said:\n{text}");
            }
            sleep(Duration::from_millis(5));
        };
        let node =
            Self { process, address, rpc: Rpc::new(address), chain_id: options.chain_id, files };
        let _ = node.rpc.expect("anvil_setLoggingEnabled", &json!([false]));
        node
    }

    /// Where it listens, for example `http://127.0.0.1:40799`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The chain id it reports.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The caller of this node.
    #[must_use]
    pub const fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Calls a method and waits for its result.
    ///
    /// # Errors
    ///
    /// If the node answers with an error, or not at all within a minute.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value, RpcError> {
        self.rpc.call(method, params)
    }

    /// The folder that holds everything the node writes; gone when the node is dropped.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.files.path().to_path_buf()
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn listening_address(output: &str) -> Option<SocketAddr> {
    let (_, rest) = output.split_once("Listening on ")?;
    // Only a whole line is sure to hold the whole port.
    let (address, _) = rest.split_once('\n')?;
    let address: SocketAddr = address.trim().parse().ok()?;
    (address.ip() == Ipv4Addr::LOCALHOST).then_some(address)
}

fn binary() -> PathBuf {
    let package = if cfg!(target_os = "macos") {
        if cfg!(target_arch = "aarch64") { "anvil-darwin-arm64" } else { "anvil-darwin-amd64" }
    } else if cfg!(target_arch = "aarch64") {
        "anvil-linux-arm64"
    } else {
        "anvil-linux-amd64"
    };
    let path = place::node_tools().join("node_modules/@foundry-rs").join(package).join("bin/anvil");
    assert!(
        path.is_file(),
        "anvil is not installed: run `just setup` (looked for {})",
        path.display()
    );
    path
}
