//! A damaged or hostile file gives an error, never a wrong answer without one, and never a panic.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::world::{CHAINS, full_window, window};
use crate::{Case, Error};

/// Reads everything there is.
fn read_all(path: &Path) -> Result<(), Error> {
    let case = Case::open_read_only(path)?;
    case.check()?;
    case.digest()?;
    case.counts()?;
    case.pending()?;
    case.pending_transactions()?;
    case.whole_transactions(CHAINS[0])?;
    case.absent_transactions(CHAINS[0])?;
    case.known_tokens()?;
    case.marks()?;
    case.addresses(CHAINS[0])?;
    Ok(())
}

fn small_case(path: &Path) {
    let mut case = Case::create(path).unwrap();
    case.write_window(&full_window()).unwrap();
    case.set_setting("rule", "fifo").unwrap();
}

#[test]
fn a_truncated_file_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.fundtrail");
    small_case(&path);
    let whole = fs::read(&path).unwrap();
    read_all(&path).unwrap();
    let pages = whole.len() / 4096;
    for bytes in (1..pages).flat_map(|page| [4096 * page, 4096 * page - 1000]) {
        fs::write(&path, &whole[..bytes]).unwrap();
        let error = read_all(&path).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. } | Error::Io { .. }), "{bytes}: {error:?}");
    }
}

#[test]
fn a_page_of_rubbish_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.fundtrail");
    small_case(&path);
    let mut bytes = fs::read(&path).unwrap();
    let pages = bytes.len() / 4096;
    bytes[4096 * (pages - 2)..].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    let error = read_all(&path).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    assert!(error.hint().is_some_and(|hint| hint.contains("fetch")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn bytes_changed_anywhere_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        window in window(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.fundtrail");
        small_case(&path);
        let mut bytes = fs::read(&path).unwrap();
        for (place, byte) in &changes {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        fs::write(&path, bytes).unwrap();
        let _ = read_all(&path);
        if let Ok(mut case) = Case::open(&path) {
            let _ = case.digest();
            let _ = case.write_window(&window);
        }
    }
}

/// Values that the schema allows and no program of ours writes.
#[test]
fn a_forged_file_is_damaged() {
    let check = |forge: &str, expected: &str| {
        let mut case = Case::in_memory().unwrap();
        case.write_window(&full_window()).unwrap();
        case.conn.pragma_update(None, "foreign_keys", false).unwrap();
        case.conn.execute_batch(forge).unwrap();
        match case.digest().unwrap_err() {
            Error::Corrupt { detail, .. } => assert_eq!(detail, expected),
            other => panic!("{other:?}"),
        }
    };
    check("UPDATE transfer SET kind = 32 + 15", "no cause has the number 15");
    check("UPDATE transfer SET kind = 3, number = 1", "no step has the number 1");
    check("UPDATE transfer SET payee = 77", "there is no address with the number 77");
    check("UPDATE transfer SET asset = 0", "there is no asset with the number 0");
    let is_not_named = "transaction 3 of block 11 is not named";
    check("UPDATE transfer SET transaction_hash = NULL", is_not_named);
    check(
        "INSERT INTO transfer SELECT chain, block, transaction_index, kind, number + 1, asset, payer,
                                     payee, amount, transaction_hash FROM transfer",
        "transaction 3 of block 11 is named twice",
    );
    check(
        "UPDATE transfer SET transaction_index = 1 << 40",
        "a number is too large: 1099511627776",
    );
    check("UPDATE coverage SET how = 0", "no way of looking has the number 0");
    check("UPDATE coverage SET proof = 0", "no proof has the number 0");
    check("UPDATE coverage SET class = 0", "no asset class has the number 0");
    check("UPDATE account SET kind = 1", "no account is of the kind 1");
    check("UPDATE claim SET decimals = -1", "a token has -1 decimals");
    check(
        "INSERT INTO address VALUES (1 << 60, zeroblob(20))",
        "the address with the number 5 is missing",
    );
    check("DROP TABLE balance", "no such table: balance");
}

#[test]
fn what_the_schema_cannot_see_is_found_by_a_check() {
    let check = |forge: &str, expected: &str| {
        let mut case = Case::in_memory().unwrap();
        case.write_window(&full_window()).unwrap();
        case.check().unwrap();
        case.conn.pragma_update(None, "foreign_keys", false).unwrap();
        case.conn.execute_batch(forge).unwrap();
        match case.check().unwrap_err() {
            Error::Corrupt { detail, .. } => assert_eq!(detail, expected),
            other => panic!("{other:?}"),
        }
    };
    check("UPDATE coverage SET address = 77", "a row of `coverage` refers to nothing");
    check("UPDATE transfer SET payer = 77", "there is no address with the number 77");
    let double = format!("the address {} is there twice", "FF".repeat(20));
    check("UPDATE address SET bytes = unhex(printf('%.*c', 40, 'F')) WHERE id > 2", &double);
}

#[test]
fn an_address_that_is_there_twice_is_not_added_to() {
    let mut case = Case::in_memory().unwrap();
    case.write_window(&full_window()).unwrap();
    case.conn.execute_batch("UPDATE address SET bytes = zeroblob(20) WHERE id IN (1, 3)").unwrap();
    // Another program did that, as far as this one can know.
    case.forget_ids();
    match case.write_window(&full_window()).unwrap_err() {
        Error::Corrupt { detail, .. } => {
            assert_eq!(detail, "the address with the number 3 is there twice");
        }
        other => panic!("{other:?}"),
    }
}
