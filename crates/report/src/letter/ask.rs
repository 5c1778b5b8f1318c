//! What is asked, about which transactions, and why of this addressee.

use std::collections::BTreeMap;

use super::Addressee;
use crate::Report;
use crate::document::parts::{
    MAX_ROWS, exact, exact_list, grid, list, paragraph, section, transaction,
};
use crate::document::{Column, Section, Text};
use crate::schema::{Action, ActionItem, Party};

/// The requests themselves.
pub(super) fn asked(report: &Report, addressee: Addressee) -> Section {
    let mut asked = section("request", "What is asked");
    let is_back = report.direction == "in";
    let items: &[&str] = match (addressee, is_back) {
        (Addressee::Exchange, false) => &[
            "Preserve all records of the accounts to which the transactions below were credited, until this request \
             is answered or withdrawn.",
            "Hold what is left of this value, as far as your law and your terms allow.",
            "Say for each transaction which account was credited, and whether the value is still there.",
            "Provide, on the basis above: who opened these accounts and with which documents, contact and log-in \
             records, and what was deposited, traded and withdrawn since, with the transactions of withdrawals.",
            "Say so if an address below is not yours, or is not what its label says: then the trail has to be \
             corrected.",
        ],
        (Addressee::Exchange, true) => &[
            "Preserve all records of the accounts that the transactions below were debited to, until this request \
             is answered or withdrawn.",
            "Say for each transaction which account was debited.",
            "Provide, on the basis above: who opened these accounts and with which documents, contact and log-in \
             records, and what had been deposited and traded before, with the transactions of deposits.",
            "Say so if an address below is not yours, or is not what its label says: then the trail has to be \
             corrected.",
        ],
        (Addressee::Issuer, _) => &[
            "Freeze these balances at the addresses below, as far as the contract, your law and your terms allow, \
             until this request is withdrawn or an order decides.",
            "Say for each address whether it is frozen, since when, and how much is there.",
            "Preserve what you know of these addresses: who had the token issued to them or redeemed it, if anybody.",
            "Say so if the contract below is not yours, or cannot freeze balances.",
        ],
    };
    asked.blocks.extend(list(items.iter().copied()));
    asked
}

/// What to quote.
pub(super) fn quotes(report: &Report, addressee: Addressee, action: &Action) -> Section {
    let words = report.words;
    let title = match addressee {
        Addressee::Exchange => "Transactions to quote",
        Addressee::Issuer => "Balances to freeze",
    };
    let mut quotes = section("transactions", title);
    let total = Text::from("Together ").strong(exact_list(&action.totals)).then(".");
    quotes.blocks.push(paragraph(total));
    let mut columns = vec![
        Column::words("No.", 1),
        Column::words("Transaction", 5),
        Column::words("Block and time", 3),
        Column::words("Address", 4),
        Column::words("Amount", 3),
        Column::words("Contract of the asset", 4),
    ];
    if addressee == Addressee::Issuer {
        columns.push(Column::words("State", 4));
    }
    let row = |item: &ActionItem| {
        let place = &item.place;
        let block = place.position.split('/').next().unwrap_or_default();
        let mut row = vec![
            item.ending.as_str().into(),
            transaction(place),
            Text::from(format!("{} block {block}", place.chain_name))
                .line()
                .then(place.time_text()),
            Text::default().code(item.at.address.as_str()),
            exact(&item.money).into(),
            match &item.money.contract {
                Some(contract) => Text::default().code(contract.as_str()),
                None => format!("native coin of {}", place.chain_name).into(),
            },
        ];
        if addressee == Addressee::Issuer {
            row.push(state(report, item));
        }
        row
    };
    quotes.blocks.push(grid("", columns, &action.items, row));
    let part = match addressee {
        Addressee::Exchange => format!(
            "The amount is the {} of the transaction by the rule named below; the transaction itself may have moved \
             more. The number is that of the {} in the report.",
            words.part, words.ending
        ),
        Addressee::Issuer => {
            "The transaction is the one that brought the amount to the address. The number is that \
                              of the ending in the report."
                .to_owned()
        }
    };
    quotes.blocks.push(paragraph(part));
    quotes
}

/// Until when a balance was seen.
fn state(report: &Report, item: &ActionItem) -> Text {
    let ending = report.endings.iter().find(|ending| ending.id == item.ending);
    ending.map_or_else(Text::default, |ending| ending.why.as_str().into())
}

/// What labels say of the addresses: the only reason why the letter is addressed as it is.
pub(super) fn label(report: &Report, addressee: Addressee, action: &Action) -> Section {
    let mut label = section("label", "Why this is addressed to you");
    let parties: BTreeMap<&str, &Party> =
        report.parties.iter().map(|party| (party.id.as_str(), party)).collect();
    if addressee == Addressee::Issuer {
        let said = format!("The report says of this request: “{}”", action.what);
        label.blocks.push(paragraph(said));
    } else {
        let mut known: Vec<&str> = Vec::new();
        let mut said: Vec<Text> = Vec::new();
        for item in &action.items {
            if known.contains(&&*item.at.address) || MAX_ROWS <= known.len() {
                continue;
            }
            known.push(&item.at.address);
            let labels = parties.get(item.at.party.as_str()).map(|party| party.labels.join("; "));
            let address = Text::default().code(item.at.address.as_str());
            said.push(address.then(format!(" is {}.", labels.unwrap_or_default())));
        }
        label.blocks.extend(list(said));
    }
    label.blocks.push(paragraph(
        "A label is the word of the source that is named with it. This letter does not vouch for it, and claims no more \
         than it says.",
    ));
    label
}
