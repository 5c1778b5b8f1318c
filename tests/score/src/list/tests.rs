use std::path::{Path, PathBuf};

use fundtrail_model::Amount;

use super::{DECIMALS, FlowList};

const HEADER: &str = "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD";
const SOURCE: &str = "0x1111111111111111111111111111111111111111";
const MULE: &str = "0x2222222222222222222222222222222222222222";
const TERMINAL: &str = "0x3333333333333333333333333333333333333333";

fn hash(digit: char) -> String {
    format!("0x{}", digit.to_string().repeat(64))
}

fn row(block: &str, transaction: &str, from: &str, to: &str, value: &str) -> String {
    format!("2024-07-16 12:04:47,{block},{transaction},{from},\"a, b\",{to},,{value}")
}

/// The row that is always there.
fn paid() -> String {
    row("100", &hash('a'), SOURCE, TERMINAL, "50.25")
}

fn read(records: &str, sources: &str, terminals: &str) -> Result<FlowList, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    for (name, text) in [
        ("flow_records.csv", records),
        ("source_addresses.csv", sources),
        ("terminal_addresses.csv", terminals),
    ] {
        if text != "MISSING" {
            std::fs::write(path(name), text).unwrap();
        }
    }
    let inside = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    FlowList::read(folder.path()).map_err(|error| error.to_string().replace(&inside, ""))
}

fn with_row(row: &str) -> Result<FlowList, String> {
    read(&format!("{HEADER}\n{}\n{row}\n", paid()), SOURCE, TERMINAL)
}

#[test]
fn a_row_that_is_wrong_is_named() {
    let check = |row: &str, expected: &str| {
        let error = with_row(row).unwrap_err();
        assert!(error.starts_with("flow_records.csv, line 3: "), "{row}: {error}");
        assert!(error.contains(expected), "{row}: {error}");
    };
    let (tx, from, to) = (hash('b'), MULE, TERMINAL);
    check(&row("-1", &tx, from, to, "1"), "Block `-1` is not a block number");
    check(&row("1e6", &tx, from, to, "1"), "Block `1e6`");
    check(&row("", &tx, from, to, "1"), "Block ``");
    check(&row("99999999999999999999", &tx, from, to, "1"), "is not a block number");
    check(&row("7", "0xabc", from, to, "1"), "Tx_hash `0xabc` is not 0x and 64");
    check(&row("7", &tx, "0xabc", to, "1"), "0xabc");
    check(&row("7", &tx, from, "Binance 14", "1"), "Binance 14");
    let mixed_up = "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    check(&row("7", &tx, from, mixed_up, "1"), mixed_up);
    for value in ["", "-5", "nan", "inf", "1,000", "$5", "0x10", "1e", "1e1000", "1.2.3", "-0.1"] {
        let quoted = format!("\"{value}\"");
        check(&row("7", &tx, from, to, &quoted), &format!("Value_in_USD `{value}` is not a plain"));
    }
    for value in ["1000000000000.01", "1e30", "1e99", &"9".repeat(90)] {
        check(&row("7", &tx, from, to, value), "is more than 1000000000000");
    }
    check("2024,7,0x", "fields");
    check(&row("7", &hash('a'), from, to, "1"), "its transaction stands in block 100 and in 7");
    check(&row("7\u{1b}[31m", &tx, from, to, "1"), "Block `7\\u{1b}[31m`");
}

#[test]
fn values_are_read_as_tables_write_them() {
    let check = |text: &str, expected: &str| {
        let list = with_row(&row("200", &hash('b'), MULE, TERMINAL, text)).unwrap();
        let expected = Amount::from_decimal(expected, DECIMALS).unwrap();
        assert_eq!(list.flows[1].amount, expected, "{text}");
    };
    check("335.65", "335.65");
    check(" 7 ", "7");
    check("335.65000000000003", "335.65000000000003");
    check("0.1234567890123456789", "0.123456789012345678");
    check("1.5e-05", "0.000015");
    check("12.5E+3", "12500");
    check("1e12", "1000000000000");
    check("1e-18", "0.000000000000000001");
}

#[test]
fn what_moves_nothing_is_left_out_and_counted() {
    let check = |row: &str, why: &str| {
        let list = with_row(row).unwrap();
        assert_eq!(list.flows.len(), 1, "{row}");
        assert_eq!(list.left_out.iter().collect::<Vec<_>>(), [(&why, &1)], "{row}");
    };
    let (tx, zero) = (hash('b'), format!("0x{}", "0".repeat(40)));
    check(&row("7", &tx, MULE, MULE, "5"), "to the payer himself");
    check(&row("7", &tx, MULE, TERMINAL, "0.00"), "of no value");
    check(&row("7", &tx, MULE, TERMINAL, "1e-20"), "of no value");
    check(&row("7", &tx, &zero, TERMINAL, "5"), "paid by the zero address");
}

#[test]
fn files_that_are_wrong_are_named() {
    let good = format!("{HEADER}\n{}\n", paid());
    let check = |records: &str, sources: &str, terminals: &str, expected: &str| {
        let error = read(records, sources, terminals).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    check("MISSING", SOURCE, TERMINAL, "flow_records.csv: No such file");
    check(&good, "MISSING", TERMINAL, "source_addresses.csv: No such file");
    check(
        &good,
        SOURCE,
        "MISSING",
        "a case folder holds flow_records.csv, source_addresses.csv and",
    );
    check(&good, "\n\n", TERMINAL, "source_addresses.csv: it holds no address");
    check(&good, SOURCE, "0x12", "terminal_addresses.csv, line 1: ");
    check(&good, &format!("{SOURCE}\nnobody"), TERMINAL, "source_addresses.csv, line 2: ");
    check(&good, TERMINAL, TERMINAL, "no flow is paid by one of source_addresses.csv");
    check(&format!("{HEADER}\n"), SOURCE, TERMINAL, "no flow is paid by");
    check(&good, SOURCE, MULE, "no flow goes to one of terminal_addresses.csv");
    check("", SOURCE, TERMINAL, "flow_records.csv: the columns are ``, and not `Timestamp,");
    for header in [
        HEADER.replace("Value_in_USD", "Value_in_ETH"),
        HEADER.replace(",To_label", ""),
        format!("{HEADER},Token"),
        HEADER.replace("To_label", "From"),
    ] {
        let records = format!("{header}\n{}\n", paid());
        check(&records, SOURCE, TERMINAL, &format!("the columns are `{header}`"));
    }
}

#[test]
fn columns_and_rows_may_stand_in_any_order() {
    let header = "Value_in_USD,To,From,Tx_hash,Block,Timestamp,To_label,From_label";
    let row = |value: &str, to: &str, from: &str, digit, block: u64| {
        format!("{value},{to},{from},{},{block},,,", hash(digit))
    };
    let rows = [row("2", TERMINAL, MULE, 'b', 9), row("3", MULE, SOURCE, 'a', 8)];
    // A mark at the beginning, lines as on Windows, addresses in capitals.
    let records = format!("\u{feff}{header}\r\n{}\r\n{}\r\n", rows[0], rows[1]);
    let sources = format!("{SOURCE}\r\n{SOURCE}\r\n");
    let list = read(&records, &sources, &TERMINAL.replace("0x", "0X")).unwrap();
    let blocks: Vec<u64> = list.flows.iter().map(|flow| flow.block).collect();
    assert_eq!((blocks, list.span(), list.sources.len()), (vec![8, 9], 2, 1));
}

#[test]
fn the_invented_case_is_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/invented");
    let list = FlowList::read(&folder).unwrap();
    assert_eq!((list.flows.len(), list.span()), (18, 38_001));
    assert_eq!(list.left_out.values().sum::<usize>(), 2);
    assert_eq!((list.sources.len(), list.terminals.len()), (2, 5));
}
