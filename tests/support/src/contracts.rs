//! Compiled contracts: bytecode, and calls as bytes.

pub mod market;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use ethers_core::abi::{Contract as Abi, Token};
use ethers_core::utils::hex;
use fundtrail_model::{Address, H256};
use serde::Deserialize;

use crate::place;

/// Compiled contracts, by name.
#[derive(Clone, Debug)]
pub struct Contracts(BTreeMap<String, Compiled>);

#[derive(Clone, Debug, Deserialize)]
struct Compiled {
    abi: Abi,
    creation: String,
    runtime: String,
}

impl Contracts {
    /// The kit's own, which belong to no case: `tests/support/contracts`.
    #[must_use]
    pub fn own() -> Self {
        Self::parse(include_str!("../contracts/compiled.json"))
    }

    /// Reads what [`compile`] made.
    ///
    /// # Panics
    ///
    /// If the text is not that.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("compiled.json holds compiled contracts"))
    }

    fn get(&self, name: &str) -> &Compiled {
        self.0.get(name).unwrap_or_else(|| panic!("no compiled contract is named {name}"))
    }

    /// The data of a transaction that deploys a contract with these constructor arguments.
    ///
    /// # Panics
    ///
    /// If there is no such contract or the arguments do not fit.
    #[must_use]
    pub fn creation(&self, name: &str, args: &[Token]) -> Vec<u8> {
        let compiled = self.get(name);
        let code = hex::decode(&compiled.creation).expect("bytecode is hexadecimal");
        match &compiled.abi.constructor {
            Some(constructor) => constructor
                .encode_input(code, args)
                .unwrap_or_else(|error| panic!("constructor of {name}: {error}")),
            None => code,
        }
    }

    /// The code that a deployed contract has, where it has no immutable values.
    ///
    /// # Panics
    ///
    /// If there is no such contract.
    #[must_use]
    pub fn runtime(&self, name: &str) -> Vec<u8> {
        hex::decode(&self.get(name).runtime).expect("bytecode is hexadecimal")
    }

    /// The data of a call.
    ///
    /// # Panics
    ///
    /// If there is no such contract or function, or the arguments do not fit.
    #[must_use]
    pub fn call(&self, name: &str, function: &str, args: &[Token]) -> Vec<u8> {
        self.get(name)
            .abi
            .function(function)
            .and_then(|function| function.encode_input(args))
            .unwrap_or_else(|error| panic!("{name}.{function}: {error}"))
    }

    /// The first topic of an event.
    ///
    /// # Panics
    ///
    /// If there is no such contract or event.
    #[must_use]
    pub fn topic(&self, name: &str, event: &str) -> H256 {
        self.get(name)
            .abi
            .event(event)
            .unwrap_or_else(|error| panic!("{name}.{event}: {error}"))
            .signature()
    }
}

/// The first four bytes of the data of a call, from the function as Solidity writes it.
#[must_use]
pub fn selector(function: &str) -> [u8; 4] {
    ethers_core::utils::id(function)
}

/// Where a factory puts the pool of two tokens, by what is known of the code of its pools (EIP-1014).
#[must_use]
pub fn pool_address(factory: Address, tokens: [Address; 2], fee: u32, code_hash: H256) -> Address {
    let [first, second] = tokens;
    let made_of = ethers_core::abi::encode(&[
        Token::Address(first.min(second)),
        Token::Address(first.max(second)),
        Token::Uint(fee.into()),
    ]);
    let salt = ethers_core::utils::keccak256(made_of);
    ethers_core::utils::get_create2_address_from_hash(factory, salt, code_hash)
}

/// Compiles every `.sol` file of a folder; the same sources give the same text.
///
/// # Panics
///
/// If Node.js or the compiler is missing, or the sources do not compile; with the compiler's text.
#[must_use]
pub fn compile(folder: &Path) -> String {
    let tools = place::node_tools();
    assert!(
        tools.join("node_modules/solc").is_dir(),
        "the Solidity compiler is not installed: run `just setup`"
    );
    let output = Command::new("node")
        .arg(tools.join("compile.mjs"))
        .arg(folder)
        .output()
        .unwrap_or_else(|error| panic!("node cannot be started, run `just setup`: {error}"));
    assert!(
        output.status.success(),
        "{} does not compile:\n{}",
        folder.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("the compiler prints UTF-8")
}
