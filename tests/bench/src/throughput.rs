//! Pulling half a million logs from a real node, against a plain download of the same answers.

use std::collections::BTreeSet;
use std::time::Duration;

use fundtrail_fetch::{Client, Endpoint, Node, Options, bench};
use fundtrail_model::Window;

use crate::dense::Dense;
use crate::download::{discard, runtime};
use crate::measure::{in_turn, time};
use crate::table::{Row, Table};

const ROUNDS: u32 = 5;
/// As many as the fetcher has under way.
const AT_ONCE: usize = 4;

pub(crate) fn run() -> Table {
    let dense = Dense::half_a_million();
    let runtime = runtime();
    // Pieces of 4 MB, which is what the fetcher makes of it.
    let pieces: Vec<Window> = dense.window.aligned_pieces(52).collect();
    let mut bytes = 0;
    let mut asked = 0;
    let ours = || -> Duration {
        let (taken, (found, sent)) = time(|| runtime.block_on(scan(&dense)));
        assert_eq!(u64::try_from(found).expect("fits"), dense.transfers);
        asked = sent;
        taken
    };
    let other = || -> Duration {
        let (taken, count) = time(|| runtime.block_on(discard(&dense, &pieces, AT_ONCE)));
        bytes = count;
        taken
    };
    let (ours, other) = in_turn(ROUNDS, ours, other);
    let mut table = Table::default();
    table.add(Row::times("half a million logs, found and read", &ours, &other).at_most(1_250));
    let plain = u64::try_from(3 * pieces.len()).expect("fits");
    table.add(Row::counts("questions for them", asked, plain).at_most(1_250));
    table.note(format!(
        "The other is {AT_ONCE} downloads at once of {} answers, {bytes} bytes in all, thrown away. Ours \
         has to find out how much to ask for, and checks each log and each last header. {} logs a second.",
        pieces.len(),
        ours.per_second(dense.transfers),
    ));
    table
}

/// Finds all transfers with a new client. Returns how many there are, and how many
/// questions it took.
async fn scan(dense: &Dense) -> (usize, u64) {
    let endpoint = Endpoint::parse(&dense.node.url()).expect("an address");
    let client = Client::http(endpoint, Options::default()).expect("a client");
    let node = Node::open(client, None).await.expect("a node");
    let addresses = BTreeSet::from([dense.payer]);
    let (mut count, mut rest) = (0, Some(dense.window));
    // One that holds too much ends early, and the rest is asked for next.
    while let Some(window) = rest {
        let scanned = bench::scan_logs(&node, &addresses, window).await;
        let (found, searched) = scanned.expect("the transfers");
        count += found;
        rest = Window::new(searched.last() + 1, dense.window.last());
    }
    (count, node.client().requests_sent())
}
