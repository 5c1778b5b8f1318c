use super::{Heuristic, Link, Links};
use crate::{Address, ChainId, Confidence};

fn link(heuristic: Heuristic, from: u64, to: u64) -> Link {
    Link {
        heuristic,
        chain: ChainId(1),
        from: Address::from_low_u64_be(from),
        to: Address::from_low_u64_be(to),
        through: None,
        confidence: Confidence::Probable,
        score_ppm: None,
        witnesses: Vec::new(),
        is_partly_looked_at: false,
    }
}

#[test]
fn only_strong_links_make_clusters() {
    let check = |links: &[(Heuristic, u64, u64)], expected: &[&[u64]]| {
        let mut found: Vec<Link> = links.iter().map(|(by, a, b)| link(*by, *a, *b)).collect();
        let expected: Vec<Vec<Address>> = expected
            .iter()
            .map(|addresses| addresses.iter().copied().map(Address::from_low_u64_be).collect())
            .collect();
        for _ in 0..found.len().max(1) {
            let clusters = Links::clusters_of(&found);
            let addresses: Vec<_> = clusters.iter().map(|of| of.addresses.clone()).collect();
            assert_eq!(addresses, expected, "{links:?}");
            assert!(clusters.iter().all(|of| !of.is_too_large));
            if let Some(first) = found.pop() {
                found.insert(0, first);
            }
        }
    };
    let deposit = Heuristic::DepositAddress;
    check(&[], &[]);
    check(&[(deposit, 2, 1)], &[&[1, 2]]);
    // Two users of one deposit address are one owner.
    check(&[(deposit, 1, 9), (deposit, 2, 9), (deposit, 3, 8)], &[&[1, 2, 9], &[3, 8]]);
    check(&[(deposit, 1, 9), (deposit, 2, 8), (deposit, 1, 8)], &[&[1, 2, 8, 9]]);
    for weak in Heuristic::ALL.into_iter().filter(|by| !by.is_strong()) {
        check(&[(weak, 1, 2)], &[]);
        check(&[(deposit, 1, 9), (weak, 1, 2), (deposit, 2, 8)], &[&[1, 9], &[2, 8]]);
    }
}

#[test]
fn a_cluster_that_nobody_can_own_is_marked() {
    let check = |n_users: u64, is_too_large| {
        let links: Vec<Link> =
            (1..=n_users).map(|user| link(Heuristic::DepositAddress, user, 1_000)).collect();
        let clusters = Links::clusters_of(&links);
        let marked: Vec<_> = clusters.iter().map(|of| of.is_too_large).collect();
        assert_eq!(marked, [is_too_large], "{n_users}");
    };
    check(49, false);
    check(50, true);
}
