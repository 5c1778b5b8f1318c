//! What is asked, about which transactions, and why of this addressee.

use std::collections::{BTreeMap, BTreeSet};

use super::Addressee;
use crate::Report;
use crate::document::parts::{
    exact, exact_list, known, list, paragraph, section, transaction, when, whole_grid,
};
use crate::document::{Column, Section, Text};
use crate::schema::{Action, ActionItem, Deposit, Ending, Party, PartyRef, Topic};

const IF_NOT_YOURS: &str = "Say so if an address below is not yours, or is not what its label says: then the trail has \
                            to be corrected.";
const KEEP_TRANSFERS: &str = "Preserve all records of these transfers, until this request is answered or withdrawn: \
                              messages between the chains, and what your site or interface recorded of whoever asked \
                              for them.";
const WHO_ASKED: &str =
    "Provide, on the basis above, what you know of whoever asked for these transfers.";

/// The requests themselves.
pub(super) fn asked(report: &Report, addressee: Addressee, action: &Action) -> Section {
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
            IF_NOT_YOURS,
        ],
        (Addressee::Exchange, true) => &[
            "Preserve all records of the accounts that the transactions below were debited to, until this request \
             is answered or withdrawn.",
            "Say for each transaction which account was debited.",
            "Provide, on the basis above: who opened these accounts and with which documents, contact and log-in \
             records, and what had been deposited and traded before, with the transactions of deposits.",
            IF_NOT_YOURS,
        ],
        (Addressee::Bridge, false) => &[
            "Say for each transaction below to which chain, address and transaction it was paid out, when, and how much; \
             if it was not, what became of it.",
            "If it has not been paid out, hold it, as far as your law, your terms and the contracts allow.",
            KEEP_TRANSFERS,
            WHO_ASKED,
            IF_NOT_YOURS,
        ],
        (Addressee::Bridge, true) => &[
            "Say for each transaction below from which chain, address and transaction it had been paid in, when, and how \
             much.",
            KEEP_TRANSFERS,
            WHO_ASKED,
            IF_NOT_YOURS,
        ],
        (Addressee::Issuer, _) => &[
            "Freeze these balances at the addresses below, as far as the contract, your law and your terms allow, \
             until this request is withdrawn or an order decides.",
            "Say for each address whether it is frozen, since when, and how much is there.",
            "Preserve what you know of these addresses: who had the token issued to them or redeemed it, if anybody.",
            "Say so if the contract below is not yours, or cannot freeze balances.",
        ],
    };
    let of_deposits = (addressee == Addressee::Exchange && deposits(action).next().is_some()).then_some(
        "Say of each address below that is called a deposit address whether it is one of yours, for which account, and \
         what was paid into it.",
    );
    asked.blocks.extend(list(items.iter().copied().chain(of_deposits)));
    asked
}

/// What to quote.
pub(super) fn quotes(report: &Report, addressee: Addressee, action: &Action) -> Section {
    let words = report.words;
    let title = match addressee {
        Addressee::Exchange | Addressee::Bridge => "Transactions to quote",
        Addressee::Issuer => "Balances to freeze",
    };
    let mut quotes = section("transactions", title);
    let total = Text::from("Together ").strong(exact_list(&action.totals)).then(".");
    quotes.blocks.push(paragraph(total));
    let is_back = report.direction == "in";
    let (from, to) = match (addressee, is_back) {
        (Addressee::Issuer, _) => ("Came from", "Held at"),
        (_, false) => ("From", "To (yours)"),
        (_, true) => ("From (yours)", "To"),
    };
    let mut columns = vec![
        Column::words("No.", 1),
        Column::words("Transaction", 5),
        Column::words("Block and time", 3),
        Column::words(from, 4),
        Column::words(to, 4),
        Column::words("Amount", 3),
        Column::words("Contract of the asset", 4),
    ];
    let is_repeated = action.items.iter().any(|item| item.is_repeated);
    let has_state = addressee == Addressee::Issuer || is_repeated;
    if has_state {
        columns.push(Column::words("State", 5));
    }
    let quoted: BTreeSet<&str> = action.items.iter().map(|item| item.ending.as_str()).collect();
    let endings = report.endings.iter().filter(|ending| quoted.contains(ending.id.as_str()));
    let endings: BTreeMap<&str, &Ending> =
        endings.map(|ending| (ending.id.as_str(), ending)).collect();
    let row = |item: &ActionItem| {
        let at = Text::default().code(item.at.address.as_str());
        let ending = endings.get(item.ending.as_str());
        let other = ending.and_then(|ending| counterpart(report, ending)).map_or_else(
            || Text::from("not known: see the transaction"),
            |other| Text::default().code(other.address.as_str()),
        );
        let [from, to] = if is_back { [at, other] } else { [other, at] };
        let place = &item.place;
        let block = place.position.split('/').next().unwrap_or_default();
        let mut row = vec![
            item.ending.as_str().into(),
            transaction(place),
            Text::from(format!("{} block {block}", place.chain_name))
                .line()
                .then(place.time_text()),
            from,
            to,
            exact(&item.money).into(),
            match &item.money.contract {
                Some(contract) => Text::default().code(contract.as_str()),
                None => format!("native coin of {}", place.chain_name).into(),
            },
        ];
        if has_state {
            let why = ending.filter(|_| addressee == Addressee::Issuer).map(|ending| &*ending.why);
            row.push(state(why, action, item));
        }
        row
    };
    quotes.blocks.push(whole_grid(columns, &action.items, row));
    if is_repeated {
        quotes.blocks.push(paragraph(
            "Together counts the same coins once, also where they stand in two rows.",
        ));
    }
    let part = match addressee {
        Addressee::Exchange | Addressee::Bridge => format!(
            "The amount is the {} of the transaction by the rule named below; the transaction itself may have moved \
             more. The number is that of the {} in the report.",
            words.part, words.ending
        ),
        Addressee::Issuer => {
            "The amount is what is still there of what the transaction brought to the address; the transaction itself \
             may have brought more. The number is that of the ending in the report."
                .to_owned()
        }
    };
    quotes.blocks.push(paragraph(part));
    quotes
}

/// The other side of the payment by which value came to an ending or, back, left it.
fn counterpart<'a>(report: &'a Report, ending: &Ending) -> Option<&'a PartyRef> {
    let is_back = report.direction == "in";
    match report.hop(&ending.origin) {
        // What a conversion made nobody paid.
        Some(hop) if !hop.received.is_empty() => None,
        Some(hop) if is_back => hop.to.as_ref(),
        Some(hop) => Some(&hop.from),
        None => {
            let seed = report.seed(&ending.origin)?;
            if is_back { Some(&seed.to) } else { seed.from.as_ref() }
        }
    }
}

/// Until when a balance was seen, how well that is proved, and what else is known of it. Other requests are none of the
/// addressee's business.
fn state(why: Option<&str>, action: &Action, item: &ActionItem) -> Text {
    let mut told = action.known(item);
    told.retain(|of| !matches!(of.topic, Topic::OtherRequest | Topic::Deposit));
    Text::lines([why.map_or_else(Text::default, Text::from), known(&told)])
}

fn deposits(action: &Action) -> impl Iterator<Item = (&ActionItem, &Deposit)> {
    action.items.iter().filter_map(|item| Some((item, item.deposit.as_deref()?)))
}

/// Deposit addresses that the value came through, with the transactions into them; nothing where there are none.
pub(super) fn deposited(action: &Action) -> Option<Section> {
    let mut section = section("deposits", "Transactions into deposit addresses (inferred)");
    section.blocks.push(paragraph(
        "Behaviour, and no list, says that these addresses belong to accounts with you: what came to them went on to you. \
         If they do not, only the transactions above count.",
    ));
    let found: Vec<(&ActionItem, &Deposit)> = deposits(action).collect();
    let columns = vec![
        Column::words("No.", 1),
        Column::words("Deposit address", 4),
        Column::words("Into it", 5),
        Column::words("When", 3),
        Column::words("Forwarded to you by", 5),
        Column::words("How sure", 2),
    ];
    section.blocks.push(whole_grid(columns, &found, |(item, deposit)| {
        vec![
            item.ending.as_str().into(),
            Text::default().code(deposit.at.address.as_str()),
            Text::lines(deposit.paid_in.iter().map(transaction)),
            Text::lines(deposit.paid_in.iter().map(when)),
            deposit.forwarded.as_ref().map_or_else(Text::default, transaction),
            deposit.confidence.into(),
        ]
    }));
    let statements: BTreeSet<&str> = found.iter().map(|(_, deposit)| &*deposit.statement).collect();
    section.blocks.extend(list(statements));
    (!found.is_empty()).then_some(section)
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
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut said: Vec<Text> = Vec::new();
        for item in &action.items {
            if !known.insert(&item.at.address) {
                continue;
            }
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
