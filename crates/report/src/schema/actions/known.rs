//! What is known of an amount that somebody can be asked about, as every format that is read says it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Action, ActionItem};
use crate::schema::{PartyRef, Place, Report, Tag};

/// Something that is known of an amount, beside where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known<'a> {
    /// What it is about.
    pub topic: Topic,
    /// What is known, as a sentence.
    pub text: Cow<'a, str>,
    /// Whether it asks for attention.
    pub is_alert: bool,
    /// An address that it is about, to be quoted whole.
    pub address: Option<&'a PartyRef>,
    /// Transactions to quote, each with what it did.
    pub transactions: Vec<(&'static str, &'a Place)>,
}

/// What something that is known of an amount is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Whether the balance is proved.
    Balance,
    /// Whether the issuer has frozen it.
    Freeze,
    /// The deposit address that has a part in it.
    Deposit,
    /// Another request about the same value.
    OtherRequest,
    /// Another amount that is the same coins.
    SameCoins,
}

impl Topic {
    /// A word or two for it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Freeze => "freeze",
            Self::Deposit => "deposit",
            Self::OtherRequest => "also in",
            Self::SameCoins => "same coins",
        }
    }
}

impl<'a> Known<'a> {
    const fn new(topic: Topic, text: Cow<'a, str>, is_alert: bool) -> Self {
        Self { topic, text, is_alert, address: None, transactions: Vec::new() }
    }
}

impl Action {
    /// What is known of one of its amounts, in the order in which it is read.
    #[must_use]
    pub fn known<'a>(&self, item: &'a ActionItem) -> Vec<Known<'a>> {
        let mut known = Vec::new();
        if let Some(check) = &item.balance {
            let text = Cow::Borrowed(check.statement.as_str());
            known.push(Known::new(Topic::Balance, text, !check.is_confirmed));
        }
        match &item.freeze {
            Some(check) => {
                let text = Cow::Borrowed(check.statement.as_str());
                known.push(Known::new(Topic::Freeze, text, check.is_frozen));
            }
            None if self.kind == "issuer" => {
                let text = "whether the address is frozen is not known: the token's contract was not asked";
                known.push(Known::new(Topic::Freeze, Cow::Borrowed(text), false));
            }
            None => {}
        }
        if let Some(deposit) = &item.deposit {
            let into = deposit.paid_in.iter().map(|place| ("into it", place));
            let forwarded = deposit.forwarded.iter().map(|place| ("forwarded by", place));
            known.push(Known {
                address: Some(&deposit.at),
                transactions: into.chain(forwarded).collect(),
                ..Known::new(Topic::Deposit, Cow::Borrowed(&deposit.statement), false)
            });
        }
        if !item.also_in.is_empty() {
            let text = format!(
                "the same value is in {} as well: do not add them up",
                item.also_in.join(" and ")
            );
            known.push(Known::new(Topic::OtherRequest, Cow::Owned(text), false));
        }
        if item.is_repeated {
            let text =
                "the same coins as another amount of this report: the sum leaves this one out";
            known.push(Known::new(Topic::SameCoins, Cow::Borrowed(text), false));
        }
        known
    }

    /// That all or some of it is in other actions as well; `None` where nothing is.
    #[must_use]
    pub fn shared(&self) -> Option<String> {
        let also: BTreeSet<&Tag> = self.items.iter().flat_map(|item| &item.also_in).collect();
        let is_all = self.items.iter().all(|item| !item.also_in.is_empty());
        let others: Vec<&str> = also.into_iter().map(Tag::as_str).collect();
        (!others.is_empty()).then(|| {
            let part = if is_all { "The same value is" } else { "Some of this value is" };
            format!("{part} in {} as well: do not add the sums up.", others.join(" and "))
        })
    }
}

impl ActionItem {
    /// In a few words, for a line: that the balance is not confirmed, and whether it is frozen; empty where there is nothing
    /// of it to say.
    #[must_use]
    pub fn known_in_short(&self) -> String {
        let is_doubtful = self.balance.as_ref().is_some_and(|check| !check.is_confirmed);
        let balance = is_doubtful.then_some("balance NOT CONFIRMED");
        let freeze = self.freeze.as_ref().map(|check| match check.is_frozen {
            true => "FROZEN ALREADY",
            false => "not frozen",
        });
        let words: Vec<&str> = balance.into_iter().chain(freeze).collect();
        words.join(", ")
    }
}

impl Report {
    /// That requests are about the same value, so that nobody adds up their sums; `None` where none are.
    #[must_use]
    pub fn shared_requests(&self) -> Option<String> {
        let mut pairs: Vec<String> = Vec::new();
        let mut earlier: BTreeSet<&str> = BTreeSet::new();
        for action in &self.actions {
            let others: BTreeSet<&str> =
                action.items.iter().flat_map(|item| &item.also_in).map(Tag::as_str).collect();
            let others = others.into_iter().filter(|id| earlier.contains(id));
            pairs.extend(others.map(|other| format!("{other} and {}", action.id)));
            earlier.insert(&action.id);
        }
        (!pairs.is_empty()).then(|| {
            format!(
                "Some value stands in two of these requests ({}): what is held is asked of its holder, and of the issuer \
                 who can freeze it. Do not add their sums up.",
                pairs.join("; ")
            )
        })
    }
}
