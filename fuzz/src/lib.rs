//! What every fuzz target checks: bytes are read or refused, the same each time, and what is counted is what is
//! there.

use std::path::Path;

use fundtrail_fetch::hostile::READERS;
use fundtrail_labels::intake::{Format, Input, Reading, Terms, read as read_list, samples};
use fundtrail_labels::prices::Prices;
use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Balance, BlockStamp, Cause,
    ChainId, Coverage, FetchedWindow, H256, How, Position, Proof, Step, Timestamp, TokenClaim,
    Transfer, Window,
};
use fundtrail_store::Case;

/// Reads bytes as a list of that format.
///
/// # Panics
///
/// If a reader contradicts itself: the fuzzer takes that for a crash.
pub fn read(format: Format, bytes: &[u8]) {
    let _ = Format::detect(bytes, "fuzz");
    let first = parse(format, bytes);
    assert_eq!(first, parse(format, bytes));
    if let Ok(reading) = first {
        let counts = reading.counts;
        let foreign: u64 = counts.foreign.values().sum();
        let n_facts = u64::try_from(reading.facts.len()).expect("fits");
        assert!(0 < counts.entries);
        assert_eq!(n_facts, counts.listed + counts.named + counts.tokens + foreign);
    }
}

fn parse(format: Format, bytes: &[u8]) -> Result<Reading, fundtrail_labels::Error> {
    let terms = Terms { source: Some("fuzz".to_owned()), ..Terms::default() };
    read_list(format, Input { origin: "fuzz", data: &mut &*bytes }, None, &terms)
}

/// Reads bytes as what the reader of that name in `fundtrail_fetch::hostile` reads.
///
/// # Panics
///
/// If it contradicts itself, and where there is no such reader.
pub fn feed(name: &str, bytes: &[u8]) {
    let reader = READERS.iter().find(|reader| reader.name == name).expect("a reader of this name");
    let _ = (reader.read)(bytes);
}

/// Reads bytes as a file of prices.
pub fn prices(bytes: &[u8]) {
    let read = |bytes: &[u8]| Prices::parse(bytes, "fuzz").map(|prices| format!("{prices:?}"));
    assert_eq!(read(bytes), read(bytes));
}

/// Opens bytes as a case, to read and then to write, and reads all that is in it.
///
/// # Panics
///
/// If there is no folder for temporary files.
pub fn case_file(bytes: &[u8]) {
    let folder =
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    let path = folder.path().join("case.ftcase");
    std::fs::write(&path, bytes).expect("a file");
    if let Ok(case) = Case::open_read_only(&path) {
        read_case(&case);
    }
    if let Ok(mut case) = Case::open(&path) {
        let _ = case.write_window(&window());
        read_case(&case);
    }
}

fn read_case(case: &Case) {
    let _ = (case.check(), case.digest(), case.counts(), case.settings(), case.seeds());
    let _ = (case.pending(), case.pending_transactions(), case.marks(), case.known_tokens());
    let _ = (case.opinions(), case.freezes(), case.prices());
    for chain in case.chains().unwrap_or_default().into_iter().chain([ChainId(1)]) {
        let _ = (case.transfers(chain), case.coverage(chain), case.crowds(chain));
        let _ = (case.balances(chain), case.accounts(chain), case.claims(chain));
        let _ = (case.blocks(chain), case.addresses(chain));
        let _ = (case.whole_transactions(chain), case.absent_transactions(chain));
    }
}

/// One token transfer, and what proves it.
fn window() -> FetchedWindow {
    let (chain, window) = (ChainId(1), Window::new(10, 12).expect("not empty"));
    let [from, to, contract] = [1, 2, 3].map(Address::repeat_byte);
    let asset = Asset::Token(chain, contract);
    let amount = Amount::from(1_500_000);
    let position = Position { block: 11, transaction: 3, step: Step::Log(4) };
    let transaction = Some(H256::repeat_byte(7));
    let (from, to) = (Some(from), Some(to));
    let block = |number: u64| {
        let [hash, parent] = [number, number - 1].map(H256::from_low_u64_be);
        BlockStamp { number, hash, parent, timestamp: Timestamp(1_600_000_000 + number) }
    };
    let address = Address::repeat_byte(2);
    let (class, how, proof) = (AssetClass::Tokens, How::Logs, Proof::Reconciled);
    FetchedWindow {
        chain,
        window,
        addresses: vec![address],
        transfers: vec![Transfer {
            position,
            asset,
            from,
            to,
            amount,
            cause: Cause::Token,
            transaction,
        }],
        coverage: vec![Coverage { chain, address, class, window, how, proof }],
        crowds: vec![],
        blocks: (10..13).map(block).collect(),
        accounts: vec![AccountFact { chain, address, kind: AccountKind::Wallet, block: 12 }],
        claims: vec![TokenClaim { asset, symbol: Some("USDC".to_owned()), decimals: Some(6) }],
        balances: vec![Balance { address, asset, block: 12, amount }],
    }
}

/// What the fuzzer begins with: the target, a number, and the bytes.
///
/// # Panics
///
/// If a case cannot be made in the folder for temporary files.
#[must_use]
pub fn seeds() -> Vec<(String, usize, Vec<u8>)> {
    let mut all: Vec<(String, Vec<Vec<u8>>)> = vec![];
    for (format, text) in samples::samples() {
        let target = format.to_string().replace(['-', ' '], "_");
        all.push((target, vec![text.into_bytes()]));
    }
    for reader in &READERS {
        all.push((reader.name.to_owned(), (reader.samples)()));
    }
    let prices = "chain,contract,date,usd,source\n137,native,2022-03-29,1.63,s\n1,0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48,2022-03-29,1,s\n";
    all.push(("prices".to_owned(), vec![prices.as_bytes().to_vec()]));
    let folder = tempfile::tempdir().expect("a folder");
    all.push(("case_file".to_owned(), vec![small_case(&folder.path().join("case.ftcase"))]));
    let numbered = |(target, samples): (String, Vec<Vec<u8>>)| {
        samples.into_iter().enumerate().map(move |(idx, bytes)| (target.clone(), idx, bytes))
    };
    all.into_iter().flat_map(numbered).collect()
}

fn small_case(path: &Path) -> Vec<u8> {
    let mut case = Case::create(path).expect("a case");
    case.set_setting("rule", "fifo").expect("a setting");
    case.write_window(&window()).expect("a window");
    drop(case);
    std::fs::read(path).expect("a file")
}
