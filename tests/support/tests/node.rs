//! The node starter: free ports, an archive from the first block on, nothing left behind.

use fundtrail_model::{Address, Amount};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::genesis::Genesis;
use fundtrail_testkit::rpc::RpcError;
use serde_json::json;

#[test]
fn nodes_live_side_by_side_and_leave_nothing_behind() {
    let rich = Address::repeat_byte(0xaa);
    let mut genesis = Genesis::default();
    genesis.fund(rich, Amount::from_decimal("3", 18).unwrap());
    let options =
        AnvilOptions { genesis_block: 1_000, genesis, ..AnvilOptions::new(137, 1_648_552_000) };
    let [one, other] = [Anvil::start(&options), Anvil::start(&options)];
    assert_ne!(one.url(), other.url());
    assert!(one.url().starts_with("http://127.0.0.1:"));

    let payment = json!([{
        "from": format!("{rich:#x}"), "to": format!("{:#x}", Address::repeat_byte(0xbb)),
        "value": "0xde0b6b3a7640000", "gas": "0x5208", "gasPrice": "0x77359400", "nonce": "0x0",
    }]);
    one.call("eth_sendTransaction", &payment).unwrap();
    one.call("evm_mine", &json!([1_648_552_100])).unwrap();
    let balance = |node: &Anvil, block: &str| {
        node.call("eth_getBalance", &json!([format!("{rich:#x}"), block])).unwrap()
    };
    assert_eq!(balance(&one, "0x3e8"), "0x29a2241af62c0000");
    assert_eq!(balance(&one, "0x3e9"), "0x1bc147346bb36000");
    assert_eq!(balance(&other, "latest"), "0x29a2241af62c0000");

    match one.call("eth_noSuchThing", &json!([])) {
        Err(RpcError::Refused { method, code: -32601, .. }) => {
            assert_eq!(method, "eth_noSuchThing");
        }
        answer => panic!("{answer:?}"),
    }

    let (files, address) = (one.files(), one.url().replace("http://", ""));
    assert!(files.is_dir());
    drop(one);
    assert!(!files.exists(), "the node's files are still there");
    assert!(std::net::TcpStream::connect(address).is_err(), "the node still listens");
    assert_eq!(other.call("eth_chainId", &json!([])).unwrap(), "0x89");
}
