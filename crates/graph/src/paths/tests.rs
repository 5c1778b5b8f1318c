use fundtrail_model::Rule;

use super::{cycles, paths};
use crate::tests::scenario::{name, parse};

#[test]
fn paths_follow_the_largest_lot_back_to_the_seed() {
    let trail = parse(
        "contract pool
         10 seed V -> A 90 usdc
         11 A -> B 60 usdc
         12 A -> C 30 usdc
         13 B -> D 20 usdc
         14 C -> D 30 usdc
         15 D -> pool 50 usdc, pool -> D 5 native
         16 D -> E 5 native",
    )
    .follow(Rule::Fifo);
    let shown: Vec<String> = trail
        .endings
        .iter()
        .zip(paths(&trail))
        .map(|(ending, path)| {
            let path: Vec<String> = path.iter().map(ToString::to_string).collect();
            format!("{}: {}", ending.address.map_or_else(String::new, name), path.join(" "))
        })
        .collect();
    // Thirty of D's fifty came through C.
    assert_eq!(shown, ["E: H2 H4 H5 H6", "B: H1"]);
}

#[test]
fn cycles_are_groups_that_value_can_go_round_in() {
    let check = |scenario: &str, expected: &[&str]| {
        let trail = parse(scenario).follow(Rule::Fifo);
        let shown: Vec<String> = cycles(&trail)
            .into_iter()
            .map(|cycle| cycle.into_iter().map(name).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(shown, expected);
    };
    check("10 seed V -> A 9 usdc\n11 A -> B 9 usdc\n12 B -> C 9 usdc", &[]);
    check(
        "10 seed V -> A 9 usdc
         11 A -> B 9 usdc
         12 B -> C 9 usdc
         13 C -> A 4 usdc
         14 C -> X 5 usdc
         15 X -> Y 3 usdc
         16 Y -> X 3 usdc
         17 X -> Z 1 usdc",
        &["A B C", "X Y"],
    );
}
