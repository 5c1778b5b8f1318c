//! What can be asked of whom, and what that rests on.

use fundtrail_model::{
    Asset, AssetClass, Confidence, Coverage, Ending, EndingKind, Heuristic, HopKind, How, Link,
    Opinion, Oracle, Origin, Position, Proof, Step, Window,
};

use super::sample::{Sample, demo};
use crate::schema::ActionItem;
use crate::{Difference, Issuer, Report};

/// A sample, and an amount of a token that is still held in it.
fn holding() -> (Sample, Ending) {
    let mut sample = demo();
    sample.coverage.clear();
    let held = |ending: &&Ending| {
        matches!(ending.kind, EndingKind::Held { .. }) && ending.asset.contract().is_some()
    };
    let ending = sample.trail.endings.iter().find(held).unwrap().clone();
    (sample, ending)
}

fn item<'a>(report: &'a Report, kind: &str, ending: &Ending) -> &'a ActionItem {
    let address = fundtrail_model::checksum(ending.address.unwrap());
    let actions = report.actions.iter().filter(|action| action.kind == kind);
    let mut items = actions.flat_map(|action| &action.items);
    items.find(|of| of.at.address == address && of.money.amount == ending.amount).unwrap()
}

#[test]
fn a_balance_is_confirmed_only_where_what_was_looked_at_proves_it() {
    let (_, ending) = holding();
    let EndingKind::Held { as_of } = ending.kind else { unreachable!() };
    let (first, half) = (ending.arrived.block, ending.arrived.block + 10);
    let token = AssetClass::Token(ending.asset.contract().unwrap());
    type Look = (AssetClass, u64, u64, How, Proof);
    let check = |looks: &[Look], differs: &[Asset], says: Option<&str>| {
        let (mut sample, ending) = holding();
        let (chain, address) = (ending.asset.chain(), ending.address.unwrap());
        for &(class, first, last, how, proof) in looks {
            let window = Window::new(first, last).unwrap();
            sample.coverage.push(Coverage { chain, address, class, window, how, proof });
        }
        for &asset in differs {
            sample.differences.push(Difference {
                address,
                asset,
                position: Position { block: as_of, transaction: u32::MAX, step: Step::Unexplained },
                is_outgoing: true,
                amount: ending.amount,
            });
        }
        let report = sample.report();
        for kind in ["held", "issuer"] {
            let told = item(&report, kind, &ending).balance.as_ref().unwrap();
            assert_eq!((told.is_confirmed, told.block), (says.is_none(), as_of), "{looks:?}");
            let wanted = says.unwrap_or("balance confirmed at the end of block");
            assert!(told.statement.contains(wanted), "{wanted}: {}", told.statement);
            let whole = report.actions.iter().find(|action| action.kind == kind).unwrap();
            assert_eq!(whole.what.contains("NOT CONFIRMED"), says.is_some() || kind == "held");
        }
    };
    let tokens = AssetClass::Tokens;
    let all = |proof| (tokens, first, as_of, How::Logs, proof);
    check(&[all(Proof::Reconciled)], &[], None);
    check(&[all(Proof::Exact)], &[], None);
    check(&[(token, first, as_of, How::Logs, Proof::Reconciled)], &[], None);
    check(&[], &[], Some("not all of it was looked at"));
    check(&[(AssetClass::Native, first, as_of, How::Logs, Proof::Exact)], &[], Some("not all"));
    check(&[all(Proof::Indicative)], &[], Some("were looked at by logs only"));
    check(&[all(Proof::Unreconciled)], &[], Some("balances do not agree"));
    check(&[all(Proof::Unreconciled)], &[ending.asset], Some("its balance does not agree"));
    // What disagrees is another token, which may say what it likes.
    let other = Asset::Token(ending.asset.chain(), fundtrail_model::Address::repeat_byte(9));
    check(&[all(Proof::Unreconciled)], &[other], None);
    // Windows that follow each other prove it, unless one is missing or weak; a better one counts.
    let early = (tokens, first, half, How::Logs, Proof::Reconciled);
    let late = |how, proof| (tokens, half + 1, as_of, how, proof);
    check(&[early, late(How::Logs, Proof::Reconciled)], &[], None);
    check(&[early, late(How::StateAlone, Proof::Indicative)], &[], Some("state alone only"));
    check(&[all(Proof::Indicative), early, late(How::Logs, Proof::Exact)], &[], None);
    let gap = format!("blocks {}–{as_of} are missing", half + 1);
    check(&[early], &[], Some(&gap));
    let hole = (tokens, half + 5, as_of, How::Logs, Proof::Exact);
    check(&[early, hole], &[], Some(&format!("blocks {}–{} are missing", half + 1, half + 4)));
}

#[test]
fn what_is_frozen_already_is_said() {
    let check_issuer = |asked: &[(bool, u64)], frozen: Option<bool>, says: &str, is_known: bool| {
        let (mut sample, ending) = holding();
        let (chain, contract) = (ending.asset.chain(), ending.asset.contract().unwrap());
        let issuer = Issuer { chain, oracle: Oracle::Circle, contract, searched: None };
        sample.issuers.extend(is_known.then_some(issuer));
        for &(is_listed, block) in asked {
            sample.opinions.push(Opinion {
                chain: ending.asset.chain(),
                address: ending.address.unwrap(),
                oracle: Oracle::Circle,
                contract: ending.asset.contract().unwrap(),
                block,
                is_listed,
            });
        }
        let report = sample.report();
        let told = item(&report, "issuer", &ending).freeze.as_ref();
        assert_eq!(told.map(|told| told.is_frozen), frozen);
        let issuer = report.actions.iter().find(|action| action.kind == "issuer").unwrap();
        assert!(issuer.what.contains(says), "{}", issuer.what);
        assert!(issuer.what.contains("(freezable-token) by scenario of the demo"));
    };
    let check = |asked: &[(bool, u64)], frozen: Option<bool>, says: &str| {
        check_issuer(asked, frozen, says, true);
    };
    // Of BUSD, for one, no contract can be asked here: it is not advised.
    check_issuer(&[], None, "only the issuer can say", false);
    check(&[], None, "was not asked on the chain (--second-opinions)");
    check(&[(true, 5)], Some(true), "Frozen already: 1 of 1.");
    check(&[(true, 5), (false, 7)], Some(false), "Frozen already: 0 of 1.");
}

/// The exchange is asked with the transaction into the deposit address, too; the ledger does not change.
#[test]
fn a_deposit_address_is_inferred_and_says_so() {
    let check = |heuristic, confidence, says: &str| {
        let mut sample = demo();
        let service = |ending: &&Ending| matches!(ending.kind, EndingKind::Service(_));
        let ending = sample.trail.endings.iter().find(service).unwrap().clone();
        let Origin::Hop(id) = ending.origin else { unreachable!() };
        let hop = sample.trail.hops[usize::try_from(id.0).unwrap()].clone();
        let HopKind::Payment { from, to: Some(to), .. } = hop.kind else { unreachable!() };
        let before = sample.report();
        assert!(item(&before, "service", &ending).deposit.is_none());
        sample.links.found.push(Link {
            heuristic,
            chain: hop.chain,
            from: super::sample::address(70),
            to: from,
            through: Some(to),
            confidence,
            score_ppm: None,
            witnesses: Vec::new(),
            is_partly_looked_at: false,
        });
        let report = sample.report();
        let told = item(&report, "service", &ending);
        let deposit = told.deposit.as_ref().unwrap();
        assert_eq!(deposit.at.address, fundtrail_model::checksum(from));
        assert_eq!(deposit.exchange.address, fundtrail_model::checksum(to));
        assert_eq!(deposit.forwarded.as_ref(), Some(&told.place));
        assert!(!deposit.paid_in.is_empty() && !deposit.paid_in.contains(&told.place));
        assert_eq!(
            (deposit.confidence, deposit.links.as_slice()),
            (confidence.name(), &["L1".to_owned()][..])
        );
        for words in [says, "INFERRED from behaviour (L1), said by no list", &deposit.label] {
            assert!(deposit.statement.contains(words), "{words}: {}", deposit.statement);
        }
        let action = report.actions.iter().find(|action| action.kind == "service").unwrap();
        assert!(action.what.contains("(inferred)"), "{}", action.what);
        let sums = |report: &Report| format!("{:?}", report.ledger);
        assert_eq!(sums(&before), sums(&report));
    };
    check(Heuristic::DepositAddress, Confidence::Probable, "probably a deposit address");
    check(Heuristic::LoneForwarder, Confidence::Claimed, "or its own owner's account");
}

#[test]
fn the_most_value_comes_first() {
    // Not every amount has a price: the order is by shares, and says so.
    let report = demo().report();
    assert!(report.action_order.contains("share of the seeds' value"));
    let kinds: Vec<&str> = report.actions.iter().map(|action| action.kind).collect();
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    // Of what is all priced, the order is by dollars.
    let mut sample = demo();
    let matic = Asset::Native(super::sample::POLYGON);
    sample.trail.endings.retain(|ending| ending.asset == matic);
    sample.paths.truncate(sample.trail.endings.len());
    let report = sample.report();
    assert!(report.action_order.contains("US dollars"), "{}", report.action_order);
    let dollars: Vec<&str> =
        report.actions.iter().map(|action| action.usd.as_deref().unwrap()).collect();
    assert_eq!(dollars, ["$100,942.36", "$553.08"]);
}
