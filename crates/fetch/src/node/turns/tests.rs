use fundtrail_model::{Amount, Asset, ChainId, FetchedWindow, Position, Proof, Step};
use serde_json::json;

use super::{Doubted, Node, turn_of};
use crate::client::tests::server::Server;
use crate::node::tests::chain::{Chain, EXIT, MULE, THIEF, TOKEN, hash, request, served};
use crate::{Client, Endpoint, Error, KnownTransfer, Options, WindowRequest};

/// An endpoint that tells of the chain as it was damaged.
async fn endpoint(damage: impl Fn(&mut Chain)) -> Server {
    let mut chain = Chain::honest();
    chain.add_logs(&[THIEF, MULE, EXIT], 10, 12);
    damage(&mut chain);
    served(chain).await
}

fn client(server: &Server) -> Client {
    Client::http(Endpoint::parse(&server.url).unwrap(), Options::default()).unwrap()
}

async fn node_of(servers: &[&Server]) -> Node {
    let clients = servers.iter().map(|server| client(server)).collect();
    Node::open_all(clients, Some(ChainId(1))).await.unwrap()
}

/// The token is at stake: that it never moved has to be shown too.
fn all() -> WindowRequest {
    let balances_of = vec![Asset::Token(ChainId(1), TOKEN)];
    WindowRequest { balances_of, ..request(&[THIEF, MULE, EXIT]) }
}

fn alter_log(chain: &mut Chain) {
    chain.change_logs(|logs| {
        for log in logs {
            log["data"] = json!(format!("0x{:064x}", 71));
        }
    });
}

fn drop_logs(chain: &mut Chain) {
    chain.change_logs(Vec::clear);
}

fn is_in_doubt(window: &FetchedWindow) -> bool {
    window.coverage.iter().any(|coverage| coverage.proof == Proof::Unreconciled)
}

#[tokio::test]
async fn the_first_reading_that_adds_up_is_taken_and_liars_are_named() {
    let honest = endpoint(|_| {}).await;
    let truth = node_of(&[&honest]).await.window(&all()).await.unwrap();
    assert!(!is_in_doubt(&truth));
    let false_balance = |chain: &mut Chain| {
        for address in [EXIT, MULE] {
            chain.change("eth_getBalance", &format!("{address:?}\",\"0xc"), |told| {
                *told = json!("0x1");
            });
        }
    };
    let broken_chain = |chain: &mut Chain| {
        chain.change("eth_getBlockByNumber", "\"0xb\",true", |block| {
            block["parentHash"] = json!(hash(1, 1));
        });
    };
    type Damage = fn(&mut Chain);
    let check = async |name: &str, damage: Damage, why: &str| {
        let other = endpoint(|_| {}).await;
        let liar = endpoint(damage).await;
        // Whoever's turn it is: the liar at each place.
        let mut caught = 0;
        for servers in
            [[&liar, &honest, &other], [&honest, &liar, &other], [&honest, &other, &liar]]
        {
            let node = node_of(&servers).await;
            assert_eq!(node.window(&all()).await.unwrap(), truth, "{name}");
            let host = liar.origin().to_owned();
            for doubted in node.doubted() {
                assert_eq!(doubted, Doubted { host: host.clone(), why: why.to_owned() }, "{name}");
                caught += 1;
            }
        }
        assert!(0 < caught, "{name} was never asked");
    };
    check("altered", alter_log, "what it gave for blocks 10–12 does not add up").await;
    check("dropped", drop_logs, "what it gave for blocks 10–12 does not add up").await;
    check("false balance", false_balance, "the balances it told for blocks 10–12 are not true")
        .await;
    check(
        "broken chain",
        broken_chain,
        "what it said of blocks 10–12 contradicts itself: block 11 does not follow the block before it as it was read",
    )
    .await;
}

#[tokio::test]
async fn alone_it_is_in_doubt() {
    let check = async |damage: fn(&mut Chain)| {
        let liar = endpoint(damage).await;
        let node = node_of(&[&liar]).await;
        assert!(is_in_doubt(&node.window(&all()).await.unwrap()));
        assert_eq!(node.doubted(), []);
    };
    check(alter_log).await;
    check(drop_logs).await;
}

#[tokio::test]
async fn what_adds_up_nowhere_does_not_depend_on_who_was_asked_first() {
    let [altered, dropped] = [endpoint(alter_log).await, endpoint(drop_logs).await];
    let there = node_of(&[&altered, &dropped]).await.window(&all()).await.unwrap();
    let node = node_of(&[&dropped, &altered]).await;
    assert_eq!(node.window(&all()).await.unwrap(), there);
    assert!(is_in_doubt(&there));
    let why = "what it gave for blocks 10–12 is not what others gave, and neither adds up";
    assert!(node.doubted().iter().all(|doubted| doubted.why == why) && !node.doubted().is_empty());
}

#[tokio::test]
async fn what_is_known_has_to_be_there() {
    let [dropping, honest] = [endpoint(drop_logs).await, endpoint(|_| {}).await];
    let known = |log| KnownTransfer {
        position: Position { block: 11, transaction: 0, step: Step::Log(log) },
        asset: Asset::Token(ChainId(1), TOKEN),
        amount: None,
        transaction: Some(hash(11, 0)),
        from: None,
        to: None,
    };
    let request = WindowRequest { known: vec![known(4)], ..all() };
    let error = node_of(&[&dropping]).await.window(&request).await.unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("left out a transfer of blocks 10–12 that is known to be there: 11/0/log4"),
        "{said}"
    );
    assert_eq!(error.hint().unwrap(), "ask another node: this one does not give all logs");
    for servers in [[&dropping, &honest], [&honest, &dropping]] {
        let node = node_of(&servers).await;
        assert!(!is_in_doubt(&node.window(&request).await.unwrap()));
    }
    // The amount is known too.
    let altering = endpoint(alter_log).await;
    let amount = Some(Amount::from(70));
    let request = WindowRequest { known: vec![KnownTransfer { amount, ..known(4) }], ..all() };
    let error = node_of(&[&altering]).await.window(&request).await.unwrap_err().to_string();
    assert!(error.contains("gave another amount for a transfer of blocks 10–12"), "{error}");
    for servers in [[&altering, &honest], [&honest, &altering]] {
        let window = node_of(&servers).await.window(&request).await.unwrap();
        assert!(window.transfers.iter().any(|found| Some(found.amount) == amount));
    }
    // What nobody gives is an error, and no reading.
    let request = WindowRequest { known: vec![known(9)], ..all() };
    let error = node_of(&[&honest, &dropping]).await.window(&request).await.unwrap_err();
    assert!(matches!(error, Error::LeftOut { .. }), "{error}");
}

#[tokio::test]
async fn windows_take_turns_and_stay_where_they_are() {
    let servers = [endpoint(|_| {}).await, endpoint(|_| {}).await, endpoint(|_| {}).await];
    let node = node_of(&servers.each_ref()).await;
    let mut turns: Vec<usize> = (0..300_u64)
        .map(|number| {
            let window = fundtrail_model::Window::new(128 * number, 128 * number + 127).unwrap();
            turn_of(&WindowRequest { window, ..all() }) % 3
        })
        .collect();
    turns.sort_unstable();
    for turn in 0..3 {
        let count = turns.iter().filter(|other| **other == turn).count();
        assert!((70..130).contains(&count), "{count} of 300 windows are of turn {turn}");
    }
    let before: Vec<usize> = servers.iter().map(Server::hits).collect();
    node.window(&all()).await.unwrap();
    let turn = turn_of(&all()) % 3;
    let asked: Vec<usize> =
        servers.iter().zip(&before).map(|(server, before)| server.hits() - before).collect();
    // One gave what moved, the next one the balances, and the third one nothing.
    assert!(3 < asked[turn], "{asked:?} in turn {turn}");
    assert_eq!(asked.iter().filter(|count| **count == 0).count(), 1, "{asked:?}");
}

#[tokio::test]
async fn windows_can_be_read_at_the_same_time() {
    let servers = [endpoint(|_| {}).await, endpoint(alter_log).await, endpoint(|_| {}).await];
    let node = node_of(&servers.each_ref()).await;
    let truth = node_of(&[&servers[0]]).await.window(&all()).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let node = node.clone();
        tasks.spawn(async move { node.window(&all()).await });
    }
    while let Some(window) = tasks.join_next().await {
        assert_eq!(window.unwrap().unwrap(), truth);
    }
}
