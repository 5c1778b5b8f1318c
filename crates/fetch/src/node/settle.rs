//! A long stay at a wallet, settled by what it held at both ends instead of by reading its blocks.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountFact, AccountKind, Address, Asset, AssetClass, Coverage, FetchedWindow, How, Proof,
    Window,
};

use super::Node;
use super::facts::{Balances, balance_call, code_call, listed};
use super::numbered_header_call;
use super::state::nonce_call;
use crate::Error;
use crate::client::{Call, Meaning};
use crate::decode::first_change::{FirstChange, Held, Look, Seen};
use crate::wire::Hex;

/// What tells the state of an account.
const STATE: [&str; 3] = ["eth_getTransactionCount", "eth_getBalance", "eth_call"];

/// What to settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettleRequest {
    /// Whose stay.
    pub address: Address,
    /// In which blocks.
    pub window: Window,
    /// Up to which block, at least, nothing must have happened for it to be of use.
    pub at_least: u64,
    /// How closely the first change is looked for: to the cell of so many blocks that it is in. Cells begin at
    /// multiples of this, which is not zero.
    pub grain: u64,
    /// The assets in question. The native coin is always compared too.
    pub assets: Vec<Asset>,
}

/// A stay that the state settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The blocks from the start in which nothing happened. There are no transfers in it. Its coverage is of
    /// the native coin and, one by one, of the tokens in question, and of no others.
    pub window: FetchedWindow,
    /// Whether that is all of what was asked for: if not, something happened after it, in the cell of
    /// [`SettleRequest::grain`] that the next block is in.
    pub is_whole: bool,
}

impl Node {
    /// Compares nonce and balances of a wallet before the window and at its end. Where they are the same,
    /// nothing happened; where they are not, the first change is looked for by halving.
    ///
    /// For the native coin this is as exact as halving is in [`Node::window`]. A token that an approved spender
    /// took may have come back by the same amount: its proof is [`Proof::Indicative`]. With several endpoints
    /// another one has to say the same of both ends.
    ///
    /// `None` where it cannot be settled like this: the account has code, a state or balance is not to be had,
    /// endpoints disagree, or something happened at or before `at_least`.
    ///
    /// # Errors
    ///
    /// Whatever keeps the node from answering. That it does not have a state is no error.
    pub async fn settle(&self, request: &SettleRequest) -> Result<Option<Settled>, Error> {
        // In turn, by what is asked for alone, as windows are.
        let peers = self.client.peers();
        let number = request.address.to_low_u64_be().wrapping_add(request.window.first());
        let count = u64::try_from(peers.len()).unwrap_or(u64::MAX);
        let turn = number.checked_rem(count).and_then(|turn| usize::try_from(turn).ok());
        let Some(first) = turn.and_then(|turn| peers.get(turn)) else { return Ok(None) };
        let at = Self { client: self.client.asking_first(first), ..self.clone() };
        let settled = at.read_settled(request).await?;
        at.client.keep();
        Ok(settled)
    }

    async fn read_settled(&self, request: &SettleRequest) -> Result<Option<Settled>, Error> {
        let SettleRequest { address, window, at_least, .. } = *request;
        let Some(start) = window.first().checked_sub(1) else { return Ok(None) };
        let here = request.assets.iter().copied().filter(|asset| asset.chain() == self.chain);
        let assets: BTreeSet<Asset> = here.chain([Asset::Native(self.chain)]).collect();
        self.ask_ahead_of_stay(address, (start, window), &assets).await?;
        if !self.are_wallets(address, &[start, window.last()]).await? {
            return Ok(None);
        }
        let Some(before) = self.held(address, start, &assets).await? else { return Ok(None) };
        let Some(after) = self.held(address, window.last(), &assets).await? else {
            return Ok(None);
        };
        let mut last = window.last();
        if let Some(mut change) =
            FirstChange::between((start, before.clone()), (window.last(), after))
        {
            let mut next = Some(change.look(at_least)).filter(|look| look.block < last);
            while let Some(look) = next {
                let Some(seen) = self.seen(address, &look).await? else { return Ok(None) };
                if !change.add(look.block, &seen) && look.block <= at_least {
                    return Ok(None);
                }
                next = change.next(request.grain);
            }
            last = change.last_same();
            // Code that came later says nothing of these blocks.
            if last < at_least || !self.are_wallets(address, &[last]).await? {
                return Ok(None);
            }
        }
        if !self.others_agree(address, &before, &[start, last]).await? {
            return Ok(None);
        }
        let Some(settled) = Window::new(window.first(), last) else { return Ok(None) };
        let window = self.settled(address, settled, before).await?;
        Ok(Some(Settled { is_whole: last == request.window.last(), window }))
    }

    /// Asks ahead for what is compared: another endpoint is asked in its turn.
    async fn ask_ahead_of_stay(
        &self,
        address: Address,
        (start, window): (u64, Window),
        assets: &BTreeSet<Asset>,
    ) -> Result<(), Error> {
        let mut calls = vec![];
        for block in [start, window.last()] {
            calls.push(code_call(address, block));
            calls.extend(look_calls(address, &Look { block, nonce: true, assets: assets.clone() }));
        }
        calls.extend([window.first(), window.last()].map(numbered_header_call));
        self.ask_ahead(&calls, window.last()).await
    }

    /// Whether there is no code at the address at the ends of these blocks.
    async fn are_wallets(&self, address: Address, blocks: &[u64]) -> Result<bool, Error> {
        let places: Vec<_> = blocks.iter().map(|block| (address, *block)).collect();
        let kinds = self.kinds(&places).await?;
        Ok(kinds.is_ok_and(|kinds| kinds.values().all(|kind| *kind == AccountKind::Wallet)))
    }

    /// Whether another endpoint, if there is one that may answer, says the same at the ends of these blocks.
    async fn others_agree(
        &self,
        address: Address,
        held: &Held,
        blocks: &[u64],
    ) -> Result<bool, Error> {
        let checker = self.asking_others(&STATE);
        let gave = self.client.gave(&STATE);
        for block in blocks {
            let call = balance_call(&(address, Asset::Native(self.chain), *block));
            let first = checker.client.peers_for(&call).into_iter().next();
            let is_other = first.is_some_and(|first| {
                !gave.iter().any(|other| std::sync::Arc::ptr_eq(other, &first))
            });
            if gave.is_empty() || !is_other {
                continue;
            }
            let assets = held.balances.keys().copied().collect();
            let said = checker.held(address, *block, &assets).await?;
            if said.is_some_and(|said| said != *held) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the account held at the end of a block; `None` if the node does not say all of it.
    async fn held(
        &self,
        address: Address,
        block: u64,
        assets: &BTreeSet<Asset>,
    ) -> Result<Option<Held>, Error> {
        let look = Look { block, nonce: true, assets: assets.clone() };
        let seen = self.seen(address, &look).await?;
        Ok(seen.and_then(|seen| Some(Held { nonce: seen.nonce?, balances: seen.balances })))
    }

    /// What a look shows; `None` if the node does not say all that is asked.
    async fn seen(&self, address: Address, look: &Look) -> Result<Option<Seen>, Error> {
        self.ask_ahead(&look_calls(address, look), look.block).await?;
        let mut seen = Seen::default();
        if look.nonce {
            let call = nonce_call(&(address, look.block));
            let answers = self.told(std::slice::from_ref(&call)).await?;
            match answers.first() {
                Some(Err(refusal)) if refusal.meaning() != Meaning::Later => return Ok(None),
                Some(answer) => {
                    let nonce: Hex<u64> = self.client.read(&call, answer)?;
                    seen.nonce = Some(nonce.0);
                }
                None => return Ok(None),
            }
        }
        let wanted = look.assets.iter().map(|asset| (address, *asset)).collect();
        let balances = self.balances(&wanted, &[look.block]).await?;
        seen.balances =
            balances.into_iter().map(|((_, asset, _), amount)| (asset, amount)).collect();
        Ok((seen.balances.len() == look.assets.len()).then_some(seen))
    }

    /// The window in which nothing happened.
    async fn settled(
        &self,
        address: Address,
        window: Window,
        held: Held,
    ) -> Result<FetchedWindow, Error> {
        let chain = self.chain;
        let native = Asset::Native(chain);
        let has_coin = held.balances.get(&native).is_some_and(|amount| !amount.is_zero());
        // A deposit that a short-lived contract swept leaves no trace in an account that never sent.
        let is_sure = held.nonce > 0 || has_coin;
        let mut coverage: Vec<Coverage> = held
            .balances
            .keys()
            .map(|asset| {
                let (class, proof) = match asset.contract() {
                    None if is_sure => (AssetClass::Native, Proof::Exact),
                    None => (AssetClass::Native, Proof::Indicative),
                    Some(contract) => (AssetClass::Token(contract), Proof::Indicative),
                };
                Coverage { chain, address, class, window, how: How::StateAlone, proof }
            })
            .collect();
        coverage.sort();
        let mut numbers = vec![window.first(), window.last()];
        numbers.dedup();
        let blocks = self.blocks(&numbers).await?;
        let ends = window.first().checked_sub(1).into_iter().chain([window.last()]);
        let balances: Balances = ends
            .flat_map(|block| {
                held.balances.iter().map(move |(asset, amount)| ((address, *asset, block), *amount))
            })
            .collect::<BTreeMap<_, _>>();
        let kind = AccountKind::Wallet;
        Ok(FetchedWindow {
            chain,
            window,
            addresses: vec![address],
            transfers: vec![],
            coverage,
            crowds: vec![],
            blocks,
            accounts: vec![AccountFact { chain, address, kind, block: window.last() }],
            claims: vec![],
            balances: listed(&balances),
        })
    }
}

fn look_calls(address: Address, look: &Look) -> Vec<Call> {
    let nonce = look.nonce.then(|| nonce_call(&(address, look.block)));
    let balances = look.assets.iter().map(|asset| balance_call(&(address, *asset, look.block)));
    nonce.into_iter().chain(balances).collect()
}
