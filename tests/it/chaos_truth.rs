//! Whether a transfer of a case really happened, by the word of the node itself.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount, Cause, ChainId, Step, Transfer, U256, hash_hex};
use fundtrail_testkit::rpc::Rpc;
use serde_json::{Value, json};

/// The nodes themselves, by chain.
pub(crate) struct Truth(BTreeMap<ChainId, Rpc>);

impl Truth {
    pub(crate) fn of((ethereum, polygon): (String, String)) -> Self {
        let rpc = |url: &str| Rpc::new(url.trim_start_matches("http://").parse().unwrap());
        Self(BTreeMap::from([(ChainId(1), rpc(&ethereum)), (ChainId(137), rpc(&polygon))]))
    }

    /// Whether this transfer happened, with these parties and this amount.
    pub(crate) fn holds(&self, chain: ChainId, transfer: &Transfer) -> bool {
        let Some(hash) = transfer.transaction.map(hash_hex) else { return false };
        let ask = |method: &str| self.0[&chain].expect(method, &json!([hash]));
        let receipt = ask("eth_getTransactionReceipt");
        let is_good = receipt["status"] == "0x1";
        match transfer.cause {
            Cause::Native => {
                let found = ask("eth_getTransactionByHash");
                is_good && moves(&found, transfer)
            }
            Cause::Internal => {
                let traces = ask("trace_transaction");
                let mut traces = traces.as_array().unwrap().iter();
                is_good && traces.any(|trace| moves(&trace["action"], transfer))
            }
            Cause::Fee => {
                let price = number(&receipt["effectiveGasPrice"]);
                let paid = number(&receipt["gasUsed"]) * price;
                Some(paid) == units(transfer) && is(&receipt["from"], transfer.from)
            }
            Cause::Token | Cause::Mint | Cause::Burn | Cause::Wrap | Cause::Unwrap => {
                let Step::Log(idx) = transfer.position.step else { return false };
                let mut logs = receipt["logs"].as_array().unwrap().iter();
                let log = logs.find(|log| number(&log["logIndex"]) == U256::from(idx)).unwrap();
                let contract = transfer.asset.contract();
                // A wrap or an unwrap names only the holder: the other party is the contract.
                let mut named = log["topics"].as_array().unwrap()[1..].iter();
                is(&log["address"], contract)
                    && Some(number(&log["data"])) == units(transfer)
                    && named.all(|topic| {
                        let account = account_of(topic);
                        account == Address::zero()
                            || [transfer.from, transfer.to].contains(&Some(account))
                    })
            }
            Cause::Withdrawal | Cause::Credit | Cause::Unexplained => false,
        }
    }
}

fn moves(found: &Value, transfer: &Transfer) -> bool {
    Some(number(&found["value"])) == units(transfer)
        && is(&found["from"], transfer.from)
        && (found["to"].is_null() || is(&found["to"], transfer.to))
}

fn units(transfer: &Transfer) -> Option<U256> {
    U256::from_dec_str(&transfer.amount.to_string())
        .ok()
        .filter(|units| Amount::from_base_units(*units) == transfer.amount)
}

fn number(value: &Value) -> U256 {
    value
        .as_str()
        .and_then(|text| U256::from_str_radix(text.trim_start_matches("0x"), 16).ok())
        .unwrap_or_default()
}

fn is(found: &Value, account: Option<Address>) -> bool {
    found.as_str().map(str::to_owned) == account.map(|account| format!("{account:#x}"))
}

fn account_of(topic: &Value) -> Address {
    topic.as_str().unwrap()[26..].parse().unwrap()
}
