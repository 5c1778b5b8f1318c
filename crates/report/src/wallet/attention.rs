//! What asks for attention, and what it means.

use std::collections::BTreeSet;

use fundtrail_model::{
    Category, H256, Movement, Pattern, PatternKind, PatternRole, Side, Transfer, checksum, hash_hex,
};

use super::input::Subject;
use super::schema::{Flag, Listed};
use super::view::{Class, Tally, View};
use crate::content::{definition, measure};
use crate::number::group;

/// Transactions that one flag names.
const MOST_TRANSACTIONS: usize = 10;

/// What is already known of a wallet when its flags are told.
pub(super) struct Told<'a> {
    pub(super) listings: &'a [String],
    pub(super) is_listed: bool,
    pub(super) listed: &'a [Listed],
    /// Whether contracts on the chain contradict the lists.
    pub(super) disagreements: &'a [String],
}

/// Alerts first, otherwise in the order in which they are worth reading.
pub(super) fn flags(view: &View<'_>, subject: &Subject<'_>, told: &Told<'_>) -> Vec<Flag> {
    let mut flags = Vec::new();
    if !subject.is_named {
        let means = "whom nobody looked up has no label and no listing here, whoever it is: that nothing is found says \
                     nothing";
        flags.push(flag("not looked up", true, super::summary::NO_NAMES.to_owned(), means));
    }
    itself(view, told, &mut flags);
    dealings_with_listed(told.listed, &mut flags);
    for text in told.disagreements {
        let means = "a contract on the chain and the lists used do not say the same of an address: one of them may be \
                     out of date";
        flags.push(flag("second opinion", true, text.clone(), means));
    }
    categories(view, &mut flags);
    flags.extend(subject.patterns.found.iter().map(|of| pattern(view, of)));
    conversions(view, &mut flags);
    unreturned(view, &mut flags);
    balances(view, &mut flags);
    hub(view, &mut flags);
    flags.sort_by_key(|flag| !flag.is_alert);
    for (idx, flag) in flags.iter_mut().enumerate() {
        flag.id = format!("F{}", idx.saturating_add(1));
    }
    flags
}

const fn flag(kind: &'static str, is_alert: bool, text: String, means: &'static str) -> Flag {
    Flag { id: String::new(), kind, is_alert, text, means, transactions: Vec::new() }
}

fn hashes<'a>(of: impl Iterator<Item = &'a Transfer>) -> Vec<String> {
    let mut seen: BTreeSet<H256> = BTreeSet::new();
    let new = of.filter_map(|of| of.transaction).filter(|hash| seen.insert(*hash));
    new.take(MOST_TRANSACTIONS).map(hash_hex).collect()
}

/// What lists and labels say of the wallet itself.
fn itself(view: &View<'_>, told: &Told<'_>, flags: &mut Vec<Flag>) {
    for text in told.listings {
        let means = "the address itself stands, or stood, on a sanctions list: the dates say when";
        flags.push(flag("listed itself", told.is_listed, text.clone(), means));
    }
    let grave = |category: Category| match category {
        Category::Mixer => {
            Some("the address is a mixer: what leaves it is not tied to what came in")
        }
        Category::Scam => Some("somebody says that the address is known for fraud"),
        Category::Theft => Some("somebody says that the address is known for holding stolen funds"),
        Category::Sanctioned => {
            Some("a label, not a list of an authority, calls the address sanctioned")
        }
        _ => None,
    };
    for label in view.labels(view.statement.address) {
        if let Some(means) = grave(label.category) {
            let text = crate::content::label_text(label);
            flags.push(flag("labelled itself", true, text, means));
        }
    }
}

fn dealings_with_listed(listed: &[Listed], flags: &mut Vec<Flag>) {
    for line in listed {
        let sums = |line: &Listed| {
            let totals = line.totals.iter().map(super::schema::Quantity::with_usd);
            totals.collect::<Vec<_>>().join(" + ")
        };
        let (kind, means) = match (line.counts, line.side) {
            (true, "out") => (
                "paid a listed address",
                "the wallet paid it directly. Whether that was forbidden depends on the day, on who acted and on \
                 the law that binds them: both verdicts are given",
            ),
            (true, _) => (
                "received from a listed address",
                "the address paid the wallet directly. Nobody can refuse a transfer: what the wallet did next \
                 tells more than that it came",
            ),
            (false, _) => (
                "named beside a listed address",
                "not counted: next to nothing that came unasked, or what a token logs that nobody vouches for; \
                 anybody can make both",
            ),
        };
        let way = if line.side == "out" { "to" } else { "from" };
        let text =
            format!("{} {way} {} ({}): {}", sums(line), line.address, line.listing, line.statement);
        let hashes: Vec<String> =
            line.transfers.iter().filter_map(|of| of.at.transaction.clone()).collect();
        flags.push(Flag {
            transactions: hashes.into_iter().take(MOST_TRANSACTIONS).collect(),
            ..flag(kind, line.is_flagged && line.is_in_force, text, means)
        });
    }
}

/// Direct dealings with places where value is hidden, or that somebody calls a crime's.
fn categories(view: &View<'_>, flags: &mut Vec<Flag>) {
    let kinds: [(Category, bool, &'static str); 6] = [
        (
            Category::Sanctioned,
            true,
            "a label, not a list of an authority, calls the counterparty sanctioned",
        ),
        (
            Category::Mixer,
            true,
            "a mixer breaks the tie between what comes in and what goes out; people use it for privacy, and to hide \
             where money came from",
        ),
        (
            Category::Theft,
            true,
            "somebody says that the counterparty is known for holding stolen funds",
        ),
        (
            Category::Scam,
            true,
            "somebody says that the counterparty is known for fraud: whoever paid it may be its victim",
        ),
        (
            Category::Gambling,
            false,
            "a gambling service: what comes back is not tied to what went in",
        ),
        (
            Category::Bridge,
            false,
            "a bridge moves value to another chain, where this report does not look; `fundtrail trace` says where \
             a payment to it ends",
        ),
    ];
    for (category, is_alert, means) in kinds {
        for side in [Side::Out, Side::In] {
            // What the label says counts, also where a listing puts the dealing into another category.
            let is_one = |of: &&Movement| {
                of.side == side
                    && of.standing.is_dealing()
                    && of.counterparty.is_some_and(|who| {
                        let label = view.label(who, of.transfer.position.block);
                        label.is_some_and(|label| label.category == category)
                    })
            };
            let of: Vec<&Movement> = view.statement.movements.iter().filter(is_one).collect();
            if of.is_empty() {
                continue;
            }
            let mut sums = Tally::default();
            of.iter().for_each(|of| sums.add(view, &of.transfer));
            let who: BTreeSet<_> = of.iter().filter_map(|of| of.counterparty).collect();
            let what = if side == Side::Out { "paid to" } else { "received from" };
            let text = format!(
                "{} {what} {} ({})",
                list(&sums, view),
                counted(who.len(), "address"),
                counted(of.len(), "transfer"),
            );
            let transactions = hashes(of.iter().map(|of| &of.transfer));
            let kind = Class::Labelled(category).name();
            flags.push(Flag { transactions, ..flag(kind, is_alert, text, means) });
        }
    }
}

fn list(sums: &Tally, view: &View<'_>) -> String {
    let quantities = sums.quantities(view);
    quantities.iter().map(super::schema::Quantity::with_usd).collect::<Vec<_>>().join(" + ")
}

/// "1 transfer", "2 transfers", "2 addresses".
pub(super) fn counted(count: usize, what: &str) -> String {
    let plural = match (count, what.ends_with('s'), what.ends_with('y')) {
        (1, ..) => what.to_owned(),
        (_, true, _) => format!("{what}es"),
        (_, _, true) => format!("{}ies", what.trim_end_matches('y')),
        _ => format!("{what}s"),
    };
    format!("{} {plural}", group(&count.to_string()))
}

fn pattern(view: &View<'_>, of: &Pattern) -> Flag {
    let me = view.statement.address;
    let roles: Vec<&str> =
        of.parties.iter().filter(|(_, who)| *who == me).map(|(role, _)| role.name()).collect();
    let is_victim =
        matches!(of.kind, PatternKind::AddressPoisoning | PatternKind::CounterfeitToken);
    let others: Vec<String> = of
        .parties
        .iter()
        .filter(|(role, who)| *who != me && is_victim && *role != PatternRole::Holder)
        .map(|(role, who)| format!("{} {}", role.name(), checksum(*who)))
        .collect();
    let amount = view.quantity(of.asset, of.amount, None).text();
    let measures: Vec<String> = of.measures.iter().map(|of| measure(of).text).collect();
    let mut parts = vec![format!("the wallet is its {}", roles.join(" and "))];
    parts.extend((!of.amount.is_zero()).then_some(amount));
    parts.extend(others);
    parts.push(format!("blocks {}", of.window));
    parts.extend(measures);
    if !of.reservations.is_empty() {
        parts.push(
            "only part of what belongs to it was looked at: more could unmake this".to_owned(),
        );
    }
    let mut seen = BTreeSet::new();
    let new = of.witnesses.iter().filter_map(|of| of.transaction).filter(|hash| seen.insert(*hash));
    Flag {
        transactions: new.take(MOST_TRANSACTIONS).map(hash_hex).collect(),
        ..flag(of.kind.name(), false, parts.join("; "), definition(of.kind))
    }
}

fn conversions(view: &View<'_>, flags: &mut Vec<Flag>) {
    let doubtful: Vec<_> = view.statement.conversions.iter().filter(|of| !of.is_vouched).collect();
    if doubtful.is_empty() {
        return;
    }
    let text =
        format!("{} gave only what nobody vouches for", counted(doubtful.len(), "conversion"));
    let means = "a contract took something of worth and gave tokens that no list used knows: a purchase of a token, \
                 a deposit, or a payment that looks like one";
    let places: BTreeSet<_> = doubtful.iter().map(|of| of.position).collect();
    let of = view.statement.movements.iter().map(|of| &of.transfer);
    let transactions = hashes(of.filter(|of| places.contains(&of.position)));
    flags.push(Flag { transactions, ..flag("conversion for unknown tokens", false, text, means) });
}

/// What contracts took and gave nothing for in the same transaction.
fn unreturned(view: &View<'_>, flags: &mut Vec<Flag>) {
    let is_one = |of: &&Movement| {
        of.side == Side::Out
            && of.standing == fundtrail_model::Standing::Payment
            && matches!(
                view.class(of),
                Class::Contract | Class::Labelled(Category::Dex | Category::Lending)
            )
    };
    let of: Vec<&Movement> = view.statement.movements.iter().filter(is_one).collect();
    if of.is_empty() {
        return;
    }
    let mut sums = Tally::default();
    of.iter().for_each(|of| sums.add(view, &of.transfer));
    let text = format!("{} in {}", list(&sums, view), counted(of.len(), "transfer"));
    let means = "contracts that were paid and gave the wallet no other asset in the same transaction: a deposit, a purchase \
                 of what is no token, or a swap for somebody else. `fundtrail trace` with the transaction says who \
                 got what";
    let transactions = hashes(of.iter().map(|of| &of.transfer));
    flags.push(Flag { transactions, ..flag("paid contracts without return", false, text, means) });
}

fn balances(view: &View<'_>, flags: &mut Vec<Flag>) {
    for account in view.statement.accounts.iter().filter(|account| account.is_vouched) {
        let is_off = !account.unexplained_in.is_zero()
            || !account.unexplained_out.is_zero()
            || !account.differences.is_empty();
        if is_off {
            let text = super::subject::check(view, account);
            let means = "the balance changed by more or less than the transfers that were seen: something was not \
                         seen, or a node or a token does not tell the truth";
            flags.push(flag("does not add up", true, text, means));
        }
    }
}

fn hub(view: &View<'_>, flags: &mut Vec<Flag>) {
    let of = view.statement.movements.iter().filter(|of| of.standing.is_dealing());
    let others: BTreeSet<_> = of.filter_map(|of| of.counterparty).collect();
    let gate = view.known.input.hub_counterparties;
    if usize::try_from(gate).is_ok_and(|gate| gate < others.len()) {
        let text = format!("it dealt with {} addresses", group(&others.len().to_string()));
        let means = "so many counterparties are a service's, not a person's: dealings of its customers are not its own";
        flags.push(flag("hub", false, text, means));
    }
}
