//! Development only: starts a real node, plays cases on it and keeps the books, drives a browser.
//!
//! Nothing here is part of the product, and nothing here shares code with what it checks beyond the types
//! of `fundtrail-model`. A mistake in a test or a scenario panics with a text that says what to do.
//!
//! * [`anvil`] starts a node on this machine; [`rpc`] calls it.
//! * [`scenario`] reads a case's `scenario.toml`; [`case`] plays it: [`dprk_900k::play`] is the demo.
//! * [`player`] sends transactions one block at a time; [`truth`] knows where every stolen unit ended.
//! * [`record`] makes the files of a case that follow from playing it.
//! * [`chaos`] stands between a node and its client and behaves like a public endpoint.
//! * [`browser`] opens a page in headless Chromium and says what happened.

pub mod anvil;
pub mod browser;
pub mod case;
pub mod chaos;
pub mod contracts;
mod deeds;
pub mod dprk_900k;
pub mod genesis;
pub mod leg;
pub mod noise;
pub mod place;
pub mod player;
pub mod receipt;
pub mod record;
pub mod rpc;
pub mod scenario;
mod setup;
pub mod truth;
pub mod world;
