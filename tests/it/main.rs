//! End to end, in a sealed world: the real binary, a real node, a real browser.
//!
//! * `answers`: the demo's report answers every question, and is as its published schema says
//! * `backward`: where money came from
//! * `bad_input`: one clear line and the right exit code
//! * `behaviour`: typologies and links, and their thresholds
//! * `budget`: runs that stop early, say so, and are gone on with
//! * `chaos`: endpoints that refuse as public ones do
//! * `chaos_faults`: endpoints that fail, and answers that are not true
//! * `chaos_pool`: several endpoints, some of which lie, lag, stall or refuse
//! * `chaos_reorg`: a chain that changes while it is traced
//! * `chaos_truth`: whether a transfer really happened
//! * `collapse`: what contracts do for others than who pays them
//! * `demo`: the main job on the recorded case
//! * `fetch`: filling a case without following anything
//! * `finality`: which blocks are looked at
//! * `freezes`: what issuers did to addresses, and when
//! * `halving`: native transfers found by halving long windows
//! * `help`: every help page
//! * `hubs`: crowded addresses, whose history is not downloaded
//! * `large_case`: cases of any number of addresses, for `pages`
//! * `kills`: runs that are killed, under faults too, end with the same case as undisturbed ones
//! * `layers`: the star of crates, and files that belong to a table of contents
//! * `live`: the same case on a real node, over HTTP
//! * `lists`: sanctions and labels from the command line
//! * `lists_kept`: lists that are imported, updated, compared, and used by every later command
//! * `pages`: the HTML report in a real browser
//! * `prices`: US dollars read at the block, and everything that keeps them from being known
//! * `score`: how much of a list of flows is found among decoys
//! * `rules`: every rule side by side
//! * `sanctions`: flows judged on their days, and what never counts
//! * `secrets`: keys in URLs show up nowhere
//! * `seeds`: what counts as stolen, and what is refused
//! * `settled`: long stays that the state settles, on a chain of 45,000 blocks
//! * `sandbox`: the sealed world itself
//! * `tables`: the report as tables
//! * `texts`: the report as Markdown, and letters
//! * `through`: following past a stop, and the paths to one place
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "helpers of tests panic with what went wrong; the allowance for tests covers only functions marked as tests"
)]

mod answers;
mod backward;
mod bad_input;
mod behaviour;
mod budget;
mod chaos;
mod chaos_faults;
mod chaos_pool;
mod chaos_reorg;
mod chaos_truth;
mod collapse;
mod demo;
mod faulty_server;
mod fetch;
mod finality;
mod freezes;
mod halving;
mod help;
mod hubs;
mod kills;
mod large_case;
mod layers;
mod lists;
mod lists_kept;
mod live;
mod many_accounts;
mod pages;
mod pdf;
mod prices;
mod reopened;
mod rules;
mod sanctions;
mod sandbox;
mod score;
mod screen;
mod secrets;
mod seeds;
mod settled;
mod tables;
mod texts;
mod through;
