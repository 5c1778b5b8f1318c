//! What can be asked of whom, and what that rests on.

use std::collections::BTreeMap;

use fundtrail_model::{
    Asset, AssetClass, Category, Confidence, Coverage, Ending, EndingKind, Freeze, FreezeKind,
    H256, Heuristic, HopKind, How, Link, Opinion, Oracle, Origin, Position, Proof, Step, Timestamp,
    Window,
};

use super::sample::{Sample, demo};
use super::tables::rows;
use crate::document::{document, plain};
use crate::schema::ActionItem;
use crate::{
    Addressee, Difference, Issuer, Report, TableName, html, letters, markdown, terminal,
    terminal_summary,
};

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
    check(&[], None, "the token's contract was not asked");
    check(&[(true, 5)], Some(true), "Frozen already: 1 of 1.");
    check(&[(true, 5), (false, 7)], Some(false), "Frozen already: 0 of 1.");
}

/// What the contract says and what it logged are one answer, the newest: never frozen and not frozen in one request.
#[test]
fn the_newest_of_state_and_logs_says_whether_it_is_frozen() {
    let check = |asked: Option<(bool, u64)>, logs: &[(FreezeKind, u64)], frozen, says: &str| {
        let (mut sample, ending) = holding();
        let (chain, address) = (ending.asset.chain(), ending.address.unwrap());
        let contract = ending.asset.contract().unwrap();
        let (oracle, amount) = (Oracle::Circle, ending.amount);
        sample.opinions.extend(asked.map(|(is_listed, block)| Opinion {
            chain,
            address,
            oracle,
            contract,
            block,
            is_listed,
        }));
        sample.freezes.extend(logs.iter().map(|&(kind, block)| Freeze {
            chain,
            address,
            oracle,
            contract,
            block,
            log: 0,
            kind,
            transaction: H256::repeat_byte(7),
            time: Timestamp(1_650_000_000),
            amount,
        }));
        let report = sample.report();
        for kind in ["held", "issuer"] {
            let told = item(&report, kind, &ending).freeze.as_ref().unwrap();
            assert_eq!(told.is_frozen, frozen, "{asked:?} {logs:?}");
            assert!(told.statement.contains(says), "{says}: {}", told.statement);
            let action = report.actions.iter().find(|action| action.kind == kind).unwrap();
            let claims = action.what.contains("frozen this already")
                || action.what.contains("have frozen 1 of")
                || action.what.contains("Frozen already: 1 of 1");
            assert_eq!(claims, frozen, "{}", action.what);
        }
    };
    let (frozen, released, destroyed) =
        (FreezeKind::Frozen, FreezeKind::Released, FreezeKind::Destroyed);
    check(Some((true, 90)), &[(frozen, 50)], true, "as the token's contract says");
    check(Some((true, 90)), &[(frozen, 50)], true, ": frozen in block 50");
    check(Some((false, 90)), &[(frozen, 50)], false, "says otherwise: frozen in block 50");
    check(Some((false, 90)), &[(frozen, 50), (released, 60)], false, ": released in block 60");
    check(Some((false, 40)), &[(frozen, 50)], true, "contract logged");
    check(None, &[(frozen, 50), (destroyed, 55)], true, "contract logged");
    check(None, &[(frozen, 50), (released, 60)], false, "contract logged");
}

/// What is held is asked of its holder and of the token's issuer: every format says that it is the same value.
#[test]
fn the_same_value_in_two_requests_is_said_in_every_format() {
    let (sample, ending) = holding();
    let report = sample.report();
    let id = |kind: &str| report.actions.iter().find(|action| action.kind == kind).unwrap().id;
    let (held, issuer) = (id("held"), id("issuer"));
    assert_eq!(item(&report, "held", &ending).also_in, [issuer].into());
    assert_eq!(item(&report, "issuer", &ending).also_in, [held].into());
    let all = format!("The same value is in {held} as well: do not add the sums up.");
    let some = format!("Some of this value is in {issuer} as well: do not add the sums up.");
    let heading = "Some value stands in two of these requests (A2 and A3)";
    assert_eq!((&*held, &*issuer), ("A2", "A3"));
    for (name, text) in read_formats(&report) {
        for words in [heading, &all, &some] {
            assert!(text.contains(words), "{name}: {words}");
        }
    }
    let summary = terminal_summary(&report, 160, false);
    assert!(summary.split_whitespace().collect::<Vec<_>>().join(" ").contains(heading));
    let rows = rows(&report, TableName::Actions);
    let row = rows.iter().find(|row| row["kind"] == "issuer").unwrap();
    assert_eq!(row["also_in"], held.as_str());

    // A request whose value is in no other says nothing of the kind.
    let mut sample = demo();
    sample.marks.retain(|_, marks| {
        !marks.labels.iter().any(|label| label.category == Category::FreezableToken)
    });
    let report = sample.report();
    assert!(report.actions.iter().all(|action| action.kind != "issuer"));
    for (name, text) in read_formats(&report) {
        assert!(!text.contains(heading), "{name}");
    }
}

/// Whatever is known of an amount stands beside it in every format that is read, whole hashes and addresses included.
#[test]
fn what_is_known_of_each_amount_is_in_every_format() {
    let (mut sample, held) = holding();
    let service = |ending: &&Ending| matches!(ending.kind, EndingKind::Service(_));
    let ending = sample.trail.endings.iter().find(service).unwrap().clone();
    let Origin::Hop(id) = ending.origin else { unreachable!() };
    let hop = sample.trail.hops[usize::try_from(id.0).unwrap()].clone();
    let HopKind::Payment { from, to: Some(to), .. } = hop.kind else { unreachable!() };
    sample.links.found.push(link(Heuristic::DepositAddress, Confidence::Probable, from, to));
    sample.opinions.push(Opinion {
        chain: held.asset.chain(),
        address: held.address.unwrap(),
        oracle: Oracle::Circle,
        contract: held.asset.contract().unwrap(),
        block: 5,
        is_listed: true,
    });
    let window = Window::new(100, 200).unwrap();
    sample.coverage.push(Coverage {
        chain: hop.chain,
        address: from,
        class: AssetClass::Native,
        window,
        how: How::BlocksOnly,
        proof: Proof::Reconciled,
    });
    let report = sample.report();
    let deposit = item(&report, "service", &ending).deposit.as_ref().unwrap();
    let mut words: Vec<&str> = vec![
        "as far as was looked at (native coin: blocks 100–200)",
        &deposit.at.address,
        deposit.forwarded.as_ref().unwrap().transaction_text(),
        "FROZEN ALREADY by the issuer at the end of block 5",
    ];
    words.extend(deposit.paid_in.iter().map(|place| place.transaction_text()));
    let statements: Vec<&str> = report
        .actions
        .iter()
        .flat_map(|action| &action.items)
        .filter_map(|item| Some(item.balance.as_ref()?.statement.as_str()))
        .collect();
    assert!(3 < statements.len() && statements.iter().any(|of| of.contains("not confirmed")));
    words.extend(&statements);
    for (name, text) in read_formats(&report) {
        for words in &words {
            assert!(text.contains(words), "{name}: {words}: {text}");
        }
    }
    let rows = rows(&report, TableName::Actions);
    let row = |kind: &str, at: fundtrail_model::Address| {
        let at = fundtrail_model::checksum(at);
        let is_it = |row: &&Row| row["kind"] == kind && row["at_address"] == at;
        rows.iter().find(is_it).unwrap()
    };
    let issuer = row("issuer", held.address.unwrap());
    assert_eq!((&*issuer["frozen"], &*issuer["frozen_block"]), ("yes", "5"));
    assert_eq!(issuer["balance_confirmed"], "no");
    let asked = row("service", ending.address.unwrap());
    assert_eq!((&*asked["frozen"], &*asked["balance_confirmed"]), ("", ""));
    assert_eq!(asked["deposit_address"], deposit.at.address);
    assert_eq!(asked["deposit_confidence"], "probable");
    let into: Vec<&str> = deposit.paid_in.iter().map(|of| of.transaction_text()).collect();
    assert_eq!(asked["deposit_paid_in"], into.join(" + "));
    let forwarded = deposit.forwarded.as_ref().unwrap().transaction_text();
    assert_eq!(asked["deposit_forwarded"], forwarded);
    // The exchange is given both transactions.
    let letters = letters(&report, Addressee::Exchange);
    let text = markdown(&letters[0].document);
    for words in &words[..3] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// A source may be sure of one address and not of another of the same name.
#[test]
fn every_label_that_a_request_rests_on_is_told() {
    let mut sample = demo();
    let mut confidence = [Confidence::Certain, Confidence::Claimed].into_iter();
    for ending in &mut sample.trail.endings {
        if let EndingKind::Service(label) = &mut ending.kind {
            label.confidence = confidence.next().unwrap();
        }
    }
    let report = sample.report();
    let action = report.actions.iter().find(|action| action.kind == "service").unwrap();
    assert_eq!(action.items.len(), 2);
    for words in ["; certain (invented), or labelled as", "; claimed (invented). Quote"] {
        assert!(action.what.contains(words), "{words}: {}", action.what);
    }
}

#[test]
fn what_says_that_it_is_invented_is_marked_once() {
    let mut sample = demo();
    for marks in sample.marks.values_mut() {
        for label in &mut marks.labels {
            label.name = format!("{} (invented)", label.name);
        }
        for listing in &mut marks.listings {
            listing.entity = format!("{} (invented)", listing.entity);
        }
    }
    for ending in &mut sample.trail.endings {
        match &mut ending.kind {
            EndingKind::Service(label) | EndingKind::Bridge(label) | EndingKind::Mixer(label) => {
                label.name = format!("{} (invented)", label.name);
            }
            _ => {}
        }
    }
    let report = sample.report();
    for (name, text) in read_formats(&report) {
        assert!(text.contains("Exchange A (invented)”"), "{name}");
        for twice in ["(invented)” (invented)", "(invented)” (invented,", "(invented) (invented)"]
        {
            assert!(!text.contains(twice), "{name}: {twice}");
        }
    }
}

type Row = BTreeMap<String, String>;

/// Every format that is read as text, without line breaks and marks.
fn read_formats(report: &Report) -> [(&'static str, String); 3] {
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = html(report).unwrap();
    let page = page.replace("<p class=\"status\">", "").replace("&#39;", "'");
    [
        ("terminal", flat(terminal(report, 160, false))),
        ("document", flat(plain(&document(report), 160))),
        ("html", flat(page)),
    ]
}

fn link(
    heuristic: Heuristic,
    confidence: Confidence,
    from: fundtrail_model::Address,
    to: fundtrail_model::Address,
) -> Link {
    Link {
        heuristic,
        chain: super::sample::POLYGON,
        from: super::sample::address(70),
        to: from,
        through: Some(to),
        confidence,
        score_ppm: None,
        witnesses: Vec::new(),
        is_partly_looked_at: false,
    }
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
        sample.links.found.push(link(heuristic, confidence, from, to));
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
        for words in [
            says,
            "paid nobody but exchanges as far as was looked at (",
            "INFERRED from behaviour (L1), said by no list",
            &deposit.label,
        ] {
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
