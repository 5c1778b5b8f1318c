//! A real node with one wallet that pays all the time: the most logs that one question can match.

use fundtrail_model::{Address, Amount, H256, U256, Window};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use serde_json::json;

pub(crate) const TRANSFER: &str =
    "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
const CALLER: Address = Address::repeat_byte(0x0c);
const TOKEN: Address = Address::repeat_byte(0x70);

/// The played chain; its node runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Dense {
    pub(crate) node: Anvil,
    /// Who pays.
    pub(crate) payer: Address,
    /// The blocks that hold the transfers.
    pub(crate) window: Window,
    /// All of them together.
    pub(crate) transfers: u64,
}

impl Dense {
    /// As many transfers in each block as a few of the busiest wallets of an exchange have together.
    pub(crate) fn half_a_million() -> Self {
        Self::play(4_000, 125)
    }

    /// Plays so many blocks, with so many transfers in each.
    pub(crate) fn play(blocks: u64, per_block: u64) -> Self {
        let mut options = AnvilOptions::new(1, 1_700_000_000);
        options.kept_states = u32::try_from(blocks + 10).expect("a small number");
        options.genesis.fund(CALLER, Amount::from_base_units(U256::exp10(30)));
        options.genesis.place(TOKEN, sprayer(), &[]);
        let node = Anvil::start(&options);
        let _ = node.rpc().expect("anvil_setBlockTimestampInterval", &json!([12]));
        let payer = Address::repeat_byte(0xaa);
        let word = |number: u64| format!("{number:064x}");
        let data = format!("0x{}{:x}{}", word(per_block), H256::from(payer), word(0x0001_0000));
        for nonce in 0..blocks {
            let transaction = json!({
                "from": CALLER, "to": TOKEN, "data": data, "nonce": format!("{nonce:#x}"),
                "gas": "0x1c9c380", "gasPrice": format!("{:#x}", 10_u64.pow(12)),
            });
            let _ = node.rpc().expect("eth_sendTransaction", &json!([transaction]));
            let _ = node.rpc().expect("evm_mine", &json!([]));
        }
        let sent = node.rpc().expect("eth_getTransactionCount", &json!([CALLER, "latest"]));
        assert_eq!(sent, json!(format!("{blocks:#x}")), "not everything was mined");
        let window = Window::new(1, blocks).expect("at least one block");
        Self { node, payer, window, transfers: blocks * per_block }
    }

    /// The two questions for a piece, and its last header, as one HTTP request.
    pub(crate) fn question(&self, piece: Window) -> String {
        let account = format!("{:#x}", H256::from(self.payer));
        let topic = format!("0x{TRANSFER}");
        let (first, last) = (format!("{:#x}", piece.first()), format!("{:#x}", piece.last()));
        let logs = |id: u64, topics: serde_json::Value| {
            let filter = json!({"fromBlock": first, "toBlock": last, "topics": topics});
            json!({"jsonrpc": "2.0", "id": id, "method": "eth_getLogs", "params": [filter]})
        };
        json!([
            logs(1, json!([[topic], [account]])),
            logs(2, json!([[topic], null, [account]])),
            {"jsonrpc": "2.0", "id": 3, "method": "eth_getBlockByNumber", "params": [last, false]},
        ])
        .to_string()
    }
}

/// `(count, from, to)`: emits `Transfer(from, to + i, i + 1)` for each `i` below `count`. What it is asked
/// otherwise, it reverts.
fn sprayer() -> Vec<u8> {
    let code = [
        "36606014600b57600080fd5b", // if calldatasize != 96: revert
        "60005b",                   // i = 0; 0x0e:
        "600035811015605357",       // if !(i < count): jump to 0x53
        "80600101600052",           // memory[0] = i + 1
        "8060403501",
        "602035",
        "7f",
        TRANSFER,       // to + i, from, the name
        "60206000a3",   // log3
        "600101600e56", // i += 1; jump to 0x0e
        "5b00",         // 0x53: stop
    ]
    .concat();
    ethers_core::utils::hex::decode(code).expect("hex digits")
}
