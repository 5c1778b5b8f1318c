//! What is not known of a wallet, and what contracts on the chain say beside the lists.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Listing, Opinion, Standing, checksum};

use super::attention::counted;
use super::input::Subject;
use super::view::View;
use crate::content::{search, since, told};
use crate::number::group;

/// What contracts say of the wallet and of those it dealt with: all that is said or that contradicts the lists, what
/// issuers did to them, and which of their logs were read; and of these what contradicts the lists.
pub(super) fn opinions(view: &View<'_>, subject: &Subject<'_>) -> (Vec<String>, Vec<String>) {
    let who = concerned(view);
    let is_ours = |of: &&Opinion| of.chain == view.chain() && who.contains(&of.address);
    // Of several blocks the last one counts.
    let mut last: BTreeMap<(Address, Address), &Opinion> = BTreeMap::new();
    for of in view.known.input.opinions.iter().filter(is_ours) {
        let slot = last.entry((of.address, of.contract)).or_insert(of);
        if slot.block < of.block {
            *slot = of;
        }
    }
    let mut found: Vec<(bool, String)> = Vec::new();
    let asked: BTreeSet<Address> = last.keys().map(|(_, contract)| *contract).collect();
    for of in last.into_values() {
        let day = view.day(of.block).unwrap_or(view.known.input.today);
        let block = view.known.coins.block(view.chain(), of.block);
        let listings: Vec<&Listing> = view.listings(of.address).collect();
        let (history, since) = since(of, view.known.input.freezes, subject.issuers);
        let (statement, is_disagreement) = told(of, day, (&block, &since), &listings);
        if of.is_listed || is_disagreement || !history.is_empty() {
            found.push((is_disagreement, format!("{}: {statement}", checksum(of.address))));
        }
    }
    found.sort_by_key(|(is_disagreement, _)| !is_disagreement);
    let disagreements = found.iter().filter(|(is, _)| *is).map(|(_, text)| text.clone()).collect();
    let mut told: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
    let chain = view.known.coins.chain(view.chain());
    let issuers = subject.issuers.iter().filter(|of| asked.contains(&of.contract));
    told.extend(issuers.filter_map(|issuer| search(issuer, &chain)));
    (told, disagreements)
}

/// The wallet and those it dealt with.
fn concerned(view: &View<'_>) -> BTreeSet<Address> {
    let dealt = view.statement.movements.iter().filter(|of| of.standing.is_dealing());
    dealt.filter_map(|of| of.counterparty).chain([view.statement.address]).collect()
}

/// Whom no contract on the chain was asked about.
fn unasked(view: &View<'_>) -> String {
    let input = view.known.input;
    let chain = view.chain();
    if !input.has_oracles.contains(&chain) {
        return "What contracts on the chain that keep lists of their own say: none is known on this chain.".to_owned();
    }
    let mut left = concerned(view);
    let all = left.len();
    for of in input.opinions.iter().filter(|of| of.chain == chain) {
        left.remove(&of.address);
    }
    let what = "What contracts on the chain that keep lists of their own (the sanctions oracle, the issuers of USDT \
                and USDC) say";
    match (left.len(), left.contains(&view.statement.address)) {
        (0, _) => String::new(),
        (_, true) => format!(
            "{what} of it and of whom it dealt with: they were not asked (--second-opinions)."
        ),
        (count, false) => format!(
            "{what} of {} of the {} that it dealt with: they were not asked about these.",
            group(&count.to_string()),
            group(&all.saturating_sub(1).to_string()),
        ),
    }
}

/// A sentence each.
pub(super) fn not_known(view: &View<'_>, subject: &Subject<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if !subject.is_named {
        lines.push(format!(
            "Who is listed or labelled, the address itself and all whom it dealt with, and which tokens are real: {}. The \
             command that fetched them looks them up; so does `fundtrail screen` without --offline, or `fundtrail trace` \
             on the case.",
            super::summary::NO_NAMES
        ));
    }
    for look in &view.statement.looks {
        let what = match look.class {
            fundtrail_model::AssetClass::Native => "the native coin",
            _ => "tokens",
        };
        if !look.gaps.is_empty() {
            let gaps: Vec<String> = look.gaps.iter().take(5).map(ToString::to_string).collect();
            let more = look.gaps.len().saturating_sub(gaps.len());
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            lines.push(format!(
                "Movements of {what} in blocks {}{more}, with whom, and what they make of balances: they were not looked \
                 at.",
                gaps.join(", ")
            ));
        }
        let is_weak = |(_, proof): &&(fundtrail_model::How, fundtrail_model::Proof)| {
            *proof < fundtrail_model::Proof::Reconciled
        };
        if !view.statement.is_seen(look) && look.blocks.keys().any(|key| is_weak(&key)) {
            lines.push(format!(
                "Whether movements of {what} are missing: of some blocks no balance checks what was seen, or it does \
                 not agree. The coverage says of how many."
            ));
        }
    }
    lines.extend(Some(unasked(view)).filter(|line| !line.is_empty()));
    let movements = &view.statement.movements;
    let unvouched: BTreeSet<_> = movements
        .iter()
        .filter(|of| of.standing == Standing::Unvouched)
        .map(|of| of.transfer.asset)
        .collect();
    if !unvouched.is_empty() {
        lines.push(format!(
            "What {} that no list used knows are worth, and whether what they log happened: they count as nobody's \
             dealings. If one of them is real, name it in a file of tokens with --labels.",
            counted(unvouched.len(), "token")
        ));
    }
    for (kind, n) in &subject.patterns.left_out {
        lines.push(format!(
            "What {} more of the pattern {kind} are: they were counted only.",
            counted(*n, "instance")
        ));
    }
    let counts = |of: &&fundtrail_model::Movement| of.standing.is_dealing();
    let unpriced = movements.iter().filter(counts).filter(|of| view.usd(&of.transfer).is_none());
    let unpriced = unpriced.count();
    if 0 < unpriced && view.known.is_valued() {
        lines.push(format!(
            "What {} were worth in US dollars: there is no price for their day.",
            counted(unpriced, "transfer")
        ));
    }
    if !subject.is_person {
        lines.push(
            "Whether its behaviour is of a kind that has a name: it is a contract, a service or a hub, or it was not \
             looked at, and what many people do through one address looks like everything."
                .to_owned(),
        );
    }
    lines.push(
        "What came before its counterparties, and what came after: exposure here is direct, one hop. `fundtrail trace` \
         follows an amount further, and back with --direction in."
            .to_owned(),
    );
    lines.push(
        "What it held all the time without moving it, NFTs, and what happened on other chains under the same address."
            .to_owned(),
    );
    lines.push(
        "Who controls it. That no list used names an address does not say that nobody does: lists of addresses are \
         never complete."
            .to_owned(),
    );
    lines
}
