//! The content does not depend on the order of the writes, nor on what else was written before.

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
