//! The content does not depend on the order of the writes, nor on what else was written before.

use fundtrail_model::{Address, Amount, Asset, Balance};
use proptest::prelude::*;

use super::world::{full_window, window};
use crate::Case;

fn written(windows: &[fundtrail_model::FetchedWindow]) -> Case {
    let mut case = Case::in_memory().unwrap();
    for window in windows {
        case.write_window(window).unwrap();
    }
    case
}

proptest! {
    #[test]
    fn the_same_windows_give_the_same_case(
        (windows, shuffled) in prop::collection::vec(window(), 1..8)
            .prop_flat_map(|windows| (Just(windows.clone()), Just(windows).prop_shuffle())),
        again in any::<prop::sample::Index>(),
    ) {
        let expected = written(&windows);
        let mut case = written(&shuffled);
        case.write_window(&windows[again.index(windows.len())]).unwrap();
        for chain in super::world::CHAINS {
            prop_assert_eq!(case.transfers(chain).unwrap(), expected.transfers(chain).unwrap());
            prop_assert_eq!(case.coverage(chain).unwrap(), expected.coverage(chain).unwrap());
        }
        prop_assert_eq!(case.digest().unwrap(), expected.digest().unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Numbers of addresses are kept from one write to the next: not when another program gave some, nor
    /// when the write that gave them was refused.
    #[test]
    fn programs_that_take_turns_give_the_same_case(
        writes in prop::collection::vec((window(), any::<bool>(), any::<bool>()), 1..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.fundtrail");
        let mut one = Case::create(&path).unwrap();
        let mut other = Case::open(&path).unwrap();
        let mut read = super::world::CHAINS.map(|chain| (chain, vec![]));
        for (window, is_other, is_refused_first) in &writes {
            let case = if *is_other { &mut other } else { &mut one };
            if *is_refused_first {
                let mut refused = window.clone();
                refused.balances.push(Balance {
                    address: Address::repeat_byte(0x77),
                    asset: Asset::Native(window.chain),
                    block: u64::MAX,
                    amount: Amount::ZERO,
                });
                prop_assert!(case.write_window(&refused).is_err());
            }
            case.write_window(window).unwrap();
            for (chain, read) in &mut read {
                let written = [window.window].into_iter().filter(|_| *chain == window.chain);
                one.refresh_transfers(*chain, read, &written.collect::<Vec<_>>()).unwrap();
                prop_assert_eq!(&*read, &one.transfers(*chain).unwrap());
            }
        }
        one.check().unwrap();
        let windows: Vec<_> = writes.into_iter().map(|(window, ..)| window).collect();
        prop_assert_eq!(other.digest().unwrap(), written(&windows).digest().unwrap());
    }
}

/// The fingerprint goes into reports: a change of it must be meant.
#[test]
fn the_digest_is_documented_and_stays() {
    let empty = Case::in_memory().unwrap().digest().unwrap();
    assert_eq!(empty.0, ethers_core::utils::keccak256("fundtrail case 1"));
    let mut case = Case::in_memory().unwrap();
    case.set_setting("a", "bc").unwrap();
    let mut state = empty.as_bytes().to_vec();
    state.extend(b"s\0\0\0\0\0\0\0\x01a\0\0\0\0\0\0\0\x02bc");
    assert_eq!(case.digest().unwrap().0, ethers_core::utils::keccak256(state));
    let digest = written(&[full_window()]).digest().unwrap();
    assert_eq!(
        format!("{digest:#x}"),
        "0xd74253e9111578cb895a9df2e16bcc7cc42a2794a6ad884a5fb7053c920eb0af"
    );
}
