//! What can be frozen or requested now.

use super::{Fields, Kind, Table, borrowed, joined, or_empty, yes_or_no};
use crate::Report;
use crate::schema::{Action, ActionItem, BalanceCheck, Deposit, FreezeCheck, Quote};

type Item<'a> = (&'a Action, &'a ActionItem);

/// One row per amount that an action is about, with what to quote for it and what is known of it.
///
/// `also_in` names other actions about the same amount: sums over all actions count it
/// twice. What is empty is not known or does not apply: `frozen` is `yes` or `no` only where the token's contract was asked.
pub(super) fn actions<'a>(report: &'a Report) -> Table<'a> {
    let of = |action: &'a Action| action.items.iter().map(move |item| (action, item));
    let items = report.actions.iter().flat_map(of);
    Fields::<Item<'_>>::new()
        .code("action", |(action, _)| borrowed(&action.id))
        .text("kind", |(action, _)| borrowed(action.kind))
        .text("whom", |(action, _)| borrowed(&action.whom))
        .text("what", |(action, _)| borrowed(&action.what))
        .quote(|(_, item)| Quote::from(*item))
        .code("also_in", |(_, item)| joined(&item.also_in, |id| borrowed(id)))
        .flag("also_counted", |(_, item)| item.is_repeated)
        .text("balance_confirmed", |item| yes_or_no(balance(item).map(|of| of.is_confirmed)))
        .number("balance_block", |item| balance(item).map(|of| of.block))
        .field("balance_time", Kind::Time, |item| {
            or_empty(balance(item).and_then(|of| of.time.as_deref()))
        })
        .text("balance", |item| or_empty(balance(item).map(|of| of.statement.as_str())))
        .text("frozen", |item| yes_or_no(freeze(item).map(|of| of.is_frozen)))
        .number("frozen_block", |item| freeze(item).map(|of| of.block))
        .text("freeze", |item| or_empty(freeze(item).map(|of| of.statement.as_str())))
        .code("deposit_address", |item| or_empty(deposit(item).map(|of| of.at.address.as_str())))
        .code("deposit_exchange", |item| {
            or_empty(deposit(item).map(|of| of.exchange.address.as_str()))
        })
        .text("deposit_confidence", |item| or_empty(deposit(item).map(|of| of.confidence)))
        .code("deposit_paid_in", |item| {
            joined(deposit(item).map_or(&[][..], |of| &of.paid_in), |place| {
                borrowed(place.transaction_text())
            })
        })
        .code("deposit_forwarded", |item| {
            let forwarded = deposit(item).and_then(|of| of.forwarded.as_ref());
            or_empty(forwarded.and_then(|place| place.transaction.as_deref()))
        })
        .text("deposit", |item| or_empty(deposit(item).map(|of| of.statement.as_str())))
        .price(|(_, item)| &item.money)
        .rows(report, items)
}

fn balance<'a>((_, item): &Item<'a>) -> Option<&'a BalanceCheck> {
    item.balance.as_deref()
}

fn freeze<'a>((_, item): &Item<'a>) -> Option<&'a FreezeCheck> {
    item.freeze.as_deref()
}

fn deposit<'a>((_, item): &Item<'a>) -> Option<&'a Deposit> {
    item.deposit.as_deref()
}
