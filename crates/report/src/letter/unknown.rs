//! What the letter does not know, which its reader has to know.

use std::collections::BTreeSet;

use super::Addressee;
use crate::Report;
use crate::document::parts::{list, section};
use crate::document::{Section, Text};
use crate::schema::{Action, PartyRef};

/// What is not known, a sentence each.
pub(super) fn unknown(report: &Report, addressee: Addressee, action: &Action) -> Section {
    let mut unknown = section("unknown", "What is not known");
    let mut lines: Vec<Text> = Vec::new();
    lines.extend(
        report
            .unfinished
            .iter()
            .map(|what| Text::default().strong("NOT FINISHED").then(format!(": {what}."))),
    );
    lines.push(match addressee {
        Addressee::Exchange => "Whose account a transaction was credited or debited to, and who controls that account, \
                                does not show on the chain. Nothing here says that a customer of yours did wrong."
            .into(),
        Addressee::Bridge => "Who asked for a transfer, and who gets or got it on the other chain, was not looked at. \
                              Nothing here says that you did wrong, or that whoever got it knew."
            .into(),
        Addressee::Issuer => "Who controls the addresses does not show on the chain. Whoever does may have moved the \
                              balances since the block that is named: look again before acting."
            .into(),
    });
    let share = format!(
        "Value that is mixed in an account is told apart by a rule (here: {}), which is a convention. By another rule \
         the amounts may be different.",
        report.rule
    );
    lines.push(share.into());
    lines.extend(by_other_rules(report, action).into_iter().map(Text::from));
    let certainty = &report.certainty;
    if certainty.is_upper_bound {
        lines.push("By this rule amounts are upper bounds, which overlap.".into());
    }
    if !certainty.closes && !certainty.is_upper_bound {
        let text = "THE LEDGER DOES NOT CLOSE: do not rely on these amounts.";
        lines.push(Text::default().strong(text));
    }
    for (count, what) in [
        (certainty.open_ends.len(), "not looked at, or not to the end"),
        (
            certainty.differences.len(),
            "whose balances do not agree with the transfers that were seen",
        ),
    ] {
        if 0 < count {
            let count = crate::number::group(&count.to_string());
            let text =
                format!("Addresses of the whole case {what}: {count}. The report names them.");
            lines.push(text.into());
        }
    }
    let reservations = certainty.reservations.len();
    if 0 < reservations {
        let count = crate::number::group(&reservations.to_string());
        lines.push(
            format!("Reservations of the whole report: {count}. The report lists them.").into(),
        );
    }
    unknown.blocks.extend(list(lines));
    unknown
}

/// Where the rules were compared: between what and what the amounts are.
fn by_other_rules(report: &Report, action: &Action) -> Vec<String> {
    let Some(band) = &report.certainty.band else { return Vec::new() };
    let quoted: BTreeSet<(&str, u64, Option<&str>)> = action
        .items
        .iter()
        .map(|item| (&*item.at.address, item.money.chain, item.money.contract.as_deref()))
        .collect();
    let places = band.assets.iter().flat_map(|asset| &asset.places);
    let here = places.filter(|place| {
        let most = &place.most;
        let is_here =
            |at: &PartyRef| quoted.contains(&(&*at.address, most.chain, most.contract.as_deref()));
        place.at.as_ref().is_some_and(is_here)
    });
    let told = here.filter_map(|place| {
        let address = &place.at.as_ref()?.address;
        let (least, most) = (&place.least.text(), &place.most.text());
        Some(match place.is_certain() {
            true => format!("At {address} every rule that adds up says {most} in all."),
            false => {
                format!("At {address} the rules that add up say between {least} and {most} in all.")
            }
        })
    });
    told.collect()
}
