//! One wallet: who it is, what was looked at, what came, went and is left.

use std::collections::BTreeMap;

use fundtrail_model::{
    AccountKind, Asset, AssetAccount, AssetClass, Cause, Date, Listing, Movement, Side, Standing,
    Transfer, Verdict, checksum,
};

use super::attention::{self, Told, counted};
use super::input::Subject;
use super::schema::{self, Balance, Look, Seen, Wallet};
use super::view::{Known, View};
use super::{listed, parties, summary, unknown};
use crate::content::{label_text, listing_dates, listing_text, today_words};
use crate::input::Usd;
use crate::number::group;

/// Differences that one line names.
const MOST_DIFFERENCES: usize = 3;

pub(super) fn wallet(known: &Known<'_>, idx: usize, subject: &Subject<'_>) -> Wallet {
    let statement = subject.statement;
    let view = View { known, statement };
    let (chain, me, window) = (statement.chain, statement.address, statement.window);
    let time = |block| known.coins.time(chain, block).map(|time| time.to_string());
    let listed = listed::listed(&view);
    let listings: Vec<String> = view.listings(me).map(|of| own_listing(&view, of)).collect();
    let (opinions, disagreements) = unknown::opinions(&view, subject);
    let is_flagged_itself = view.listings(me).any(|of| is_flagged(&view, of));
    let told = Told {
        listings: &listings,
        is_listed: view.listings(me).any(|of| is_flagged(&view, of) && may_be_in_force(&view, of)),
        listed: &listed,
        disagreements: &disagreements,
    };
    let flags = attention::flags(&view, subject, &told);
    let address = checksum(me);
    let labels = view.labels(me);
    let marks = known.input.marks.get(&(chain, me));
    let mut wallet = Wallet {
        id: format!("W{}", idx.saturating_add(1)),
        chain: chain.0,
        chain_name: known.coins.chain(chain),
        link: known.coins.link(chain, "address", &address),
        address,
        kind: kind(&view),
        labels: labels.iter().map(label_text).collect(),
        conflicts: marks.map_or_else(Vec::new, |marks| {
            let of = marks.conflicts().into_iter();
            of.map(|(counts, other)| {
                format!("it counts as {}, not as {}", label_text(counts), label_text(other))
            })
            .collect()
        }),
        listings,
        opinions,
        is_invented: known.input.invented.is_some()
            && labels.iter().all(|label| label.is_invented)
            && view.listings(me).all(|listing| listing.is_invented),
        is_flagged: is_flagged_itself
            || !disagreements.is_empty() && known.input.flag != fundtrail_model::FlagRule::Then
            || listed.iter().any(|line| line.is_flagged),
        is_complete: statement.is_complete()
            && subject.is_named
            && known.input.unfinished.is_none(),
        is_named: subject.is_named,
        summary: Vec::new(),
        first_block: window.first(),
        first_block_time: time(window.first()),
        last_block: window.last(),
        last_block_time: time(window.last()),
        looks: statement.looks.iter().map(|of| look(&view, of)).collect(),
        seen: seen(&view),
        balances: balances(&view),
        categories: parties::categories(&view),
        listed,
        flags,
        counterparties: parties::counterparties(&view),
        conversions: conversions(&view),
        unasked: parties::unasked(&view),
        not_known: unknown::not_known(&view, subject),
        transfers: statement.movements.iter().map(|of| transfer(&view, of)).collect(),
    };
    wallet.summary = summary::summary(&wallet, known.is_valued());
    wallet
}

fn kind(view: &View<'_>) -> String {
    match view.account_kind(view.statement.address) {
        Some(AccountKind::Wallet) => "wallet".to_owned(),
        Some(AccountKind::DelegatedWallet { delegate }) => {
            format!("wallet that borrows the code of {}", checksum(delegate))
        }
        Some(AccountKind::Contract) => "contract".to_owned(),
        None => "not known".to_owned(),
    }
}

/// The days on which the wallet did something or something was done to it.
fn days<'a>(view: &'a View<'_>) -> impl Iterator<Item = Option<Date>> + 'a {
    view.statement.movements.iter().map(|of| view.day(of.transfer.position.block))
}

fn verdicts<'a>(view: &'a View<'_>, listing: &'a Listing) -> impl Iterator<Item = Verdict> + 'a {
    let today = view.known.input.today;
    // A wallet that did nothing is judged as of today.
    let nothing = view.statement.movements.is_empty().then_some(Some(today));
    days(view).chain(nothing).map(move |day| Verdict::of(listing, day, today))
}

fn is_flagged(view: &View<'_>, listing: &Listing) -> bool {
    verdicts(view, listing).any(|verdict| view.known.input.flag.flags(verdict))
}

fn may_be_in_force(view: &View<'_>, listing: &Listing) -> bool {
    verdicts(view, listing).any(Verdict::may_be_in_force)
}

/// A listing of the wallet itself, and how many of its transfers were in its time.
fn own_listing(view: &View<'_>, listing: &Listing) -> String {
    let today = view.known.input.today;
    let n = verdicts(view, listing).filter(|verdict| verdict.may_count_then()).count();
    let n = if view.statement.movements.is_empty() { 0 } else { n };
    format!(
        "{}; {}; {} ({today}); while it was listed, or may have been: {} [{}]",
        listing_text(listing),
        listing_dates(listing),
        today_words(listing.status_on(today)),
        counted(n, "transfer"),
        crate::content::clean(&listing.source),
    )
}

fn look(view: &View<'_>, of: &fundtrail_model::Look) -> Look {
    let assets = match of.class {
        AssetClass::Native => view.known.coins.asset(Asset::Native(view.chain())),
        AssetClass::Tokens | AssetClass::Token(_) => "tokens".to_owned(),
    };
    let blocks = of.blocks.iter().map(|((how, proof), count)| {
        format!("{} blocks by {}, {}", group(&count.to_string()), how.name(), proof.name())
    });
    Look {
        assets,
        blocks: blocks.collect(),
        gaps: of.gaps.iter().map(ToString::to_string).collect(),
        is_complete: view.statement.is_seen(of),
    }
}

fn seen(view: &View<'_>) -> Seen {
    let movements = &view.statement.movements;
    let place = |of: &Movement| (of.transfer.position.block, of.transfer.position.transaction);
    let moment = |of: Option<&Movement>| of.map(|of| view.moment(&of.transfer));
    let (mut transactions, mut signed, mut fee_only) = (0_usize, 0_usize, 0_usize);
    for group in movements.chunk_by(|a, b| place(a) == place(b)) {
        let is_signed = group.iter().any(|of| of.is_signed);
        let is_caused = group.iter().any(|of| of.transfer.transaction.is_some());
        transactions = transactions.saturating_add(usize::from(is_caused));
        signed = signed.saturating_add(usize::from(is_signed));
        let has_only_fee = is_signed && group.iter().all(|of| of.transfer.cause == Cause::Fee);
        fee_only = fee_only.saturating_add(usize::from(has_only_fee));
    }
    Seen {
        first: moment(movements.first()),
        last: moment(movements.last()),
        first_signed: moment(movements.iter().find(|of| of.is_signed)),
        last_signed: moment(movements.iter().rfind(|of| of.is_signed)),
        transfers: movements.len(),
        transactions,
        signed,
        fee_only,
    }
}

/// The dollars of what came in, what went out and of fees, as long as every movement has a price.
type Worth = [Option<Usd>; 3];

/// What all movements of each asset were worth.
fn worth(view: &View<'_>) -> BTreeMap<Asset, Worth> {
    let mut found: BTreeMap<Asset, Worth> = BTreeMap::new();
    for of in &view.statement.movements {
        let place = match (of.standing, of.side) {
            (Standing::Unexplained | Standing::Nothing, _) => continue,
            (Standing::Fee, _) => 2,
            (_, Side::In) => 0,
            (_, Side::Out) => 1,
        };
        let sums = found.entry(of.transfer.asset).or_insert([Some(Usd::default()); 3]);
        if let Some(sum) = sums.get_mut(place) {
            *sum = sum.zip(view.usd(&of.transfer)).map(|(sum, usd)| sum.saturating_add(usd));
        }
    }
    found
}

fn balances(view: &View<'_>) -> Vec<Balance> {
    let worth = worth(view);
    let accounts = view.statement.accounts.iter();
    let line = |of: &AssetAccount| {
        let usd = worth.get(&of.asset).filter(|_| of.is_vouched).copied();
        let [came, went, fees] = usd.unwrap_or_default();
        balance(view, of, [came, went, fees])
    };
    accounts.map(line).collect()
}

fn balance(view: &View<'_>, of: &AssetAccount, [came, went, fees]: Worth) -> Balance {
    let plain = |amount| view.quantity(of.asset, amount, None);
    Balance {
        is_vouched: of.is_vouched,
        movements: of.movements,
        opening: of.opening.map(|balance| plain(balance.amount)),
        received: view.quantity(of.asset, of.received, came),
        sent: view.quantity(of.asset, of.sent, went),
        fees: view.quantity(of.asset, of.fees, fees),
        unexplained_in: plain(of.unexplained_in),
        unexplained_out: plain(of.unexplained_out),
        closing: of.closing.map(|balance| plain(balance.amount)),
        is_seen: of.is_seen,
        closes: match of.differences.is_empty() {
            false => Some(false),
            true => of.closes().filter(|_| of.is_checked()),
        },
        check: check(view, of),
    }
}

/// How it is known that the movements are the difference of the balances, or where they are not.
pub(super) fn check(view: &View<'_>, of: &AssetAccount) -> String {
    let text = |amount| view.quantity(of.asset, amount, None).text();
    if of.overflows {
        return "not told: the sums are larger than any amount, so the token lies".to_owned();
    }
    let mut parts = Vec::new();
    for difference in of.differences.iter().take(MOST_DIFFERENCES) {
        let expected = difference.expected.map_or_else(|| "less than nothing".to_owned(), text);
        parts.push(format!(
            "blocks {}: the transfers make {expected}, the balance is {}",
            difference.window,
            text(difference.found)
        ));
    }
    let more = of.differences.len().saturating_sub(MOST_DIFFERENCES);
    parts.extend((0 < more).then(|| format!("{} more", counted(more, "difference"))));
    if !of.unexplained_in.is_zero() {
        parts.push(format!("{} came in that no transfer explains", text(of.unexplained_in)));
    }
    if !of.unexplained_out.is_zero() {
        parts.push(format!("{} went out that no transfer explains", text(of.unexplained_out)));
    }
    if !of.is_seen {
        let last = of.last_told.map(|(block, amount)| {
            format!(
                "the last balance that the node gave is {} at the end of block {block}",
                text(amount)
            )
        });
        parts.push("not all blocks were looked at: whether it adds up is not known".to_owned());
        parts.extend(last);
    }
    if !parts.is_empty() {
        return parts.join("; ");
    }
    let told = counted(of.balances, "balance");
    match (of.is_checked(), of.balances) {
        (true, _) => format!("adds up to the unit, held against {told}"),
        (false, 0) => "not checked: the node gave no balance".to_owned(),
        (false, _) => format!(
            "only partly checked: {told} of the node, of which one end at least is computed from the transfers"
        ),
    }
}

fn conversions(view: &View<'_>) -> Vec<schema::Conversion> {
    let movements = &view.statement.movements;
    let of = |of: &fundtrail_model::StatedConversion| {
        let leg = movements.binary_search_by_key(&of.position, |of| of.transfer.position).ok();
        let leg: &Transfer = &movements.get(leg?)?.transfer;
        let of_block = of.position.block;
        let list = |amounts: &[(Asset, fundtrail_model::Amount)]| {
            let of = amounts.iter().copied();
            of.map(|(asset, amount)| view.priced(asset, amount, of_block)).collect()
        };
        let name = |address: &fundtrail_model::Address| match view.name(*address, of.position.block)
        {
            Some(name) => format!("{} {name}", checksum(*address)),
            None => checksum(*address),
        };
        Some(schema::Conversion {
            at: view.moment(leg),
            paid: list(&of.paid),
            received: list(&of.received),
            contracts: of.contracts.iter().map(name).collect(),
            is_vouched: of.is_vouched,
        })
    };
    view.statement.conversions.iter().filter_map(of).collect()
}

fn transfer(view: &View<'_>, of: &Movement) -> schema::Transfer {
    let block = of.transfer.position.block;
    let other = of.counterparty;
    schema::Transfer {
        at: view.moment(&of.transfer),
        side: of.side.name(),
        standing: of.standing.name(),
        conversion: match of.standing {
            Standing::Conversion(idx) => Some(idx.saturating_add(1)),
            _ => None,
        },
        cause: of.transfer.cause.name(),
        counterparty: other.map(checksum),
        counterparty_name: other.and_then(|who| view.name(who, block)),
        category: of.standing.is_dealing().then(|| view.class(of).name()),
        amount: view.amount(&of.transfer),
        is_signed: of.is_signed,
        verdicts: other.map_or_else(Vec::new, |who| listed::verdicts(view, who, block)),
    }
}
