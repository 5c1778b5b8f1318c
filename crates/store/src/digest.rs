//! A fingerprint of the content. [`Case::digest`](crate::Case::digest) says what goes into it.

use ethers_core::utils::keccak256;
use fundtrail_model::{
    AccountKind, Address, Amount, Asset, AssetClass, ChainId, CrowdSize, Date, DateBound, H256,
    Position,
};
use rusqlite::Connection;

use crate::error::Fault;
use crate::{
    block, coverage, crowd, fact, freeze, mark, opinion, price, seed, setting, token, transfer,
    whole, window,
};

/// Settings of one run, which say nothing of the content.
const RUN_PREFIX: &str = "run.";

pub(crate) fn of(conn: &Connection) -> Result<H256, Fault> {
    let mut digest = Digest::new();
    for (key, value) in setting::all(conn)? {
        if !key.starts_with(RUN_PREFIX) {
            digest.record(b's').text(&key).text(&value);
        }
    }
    for (spec, seed) in seed::all(conn)? {
        digest
            .record(b'S')
            .number(seed.id.0)
            .text(&spec)
            .position(seed.position)
            .hash(seed.transaction)
            .asset(seed.asset)
            .amount(seed.amount)
            .option(seed.from, Digest::address)
            .address(seed.holder);
    }
    for chain in window::chains(conn)? {
        digest.record(b'C').number(chain.0);
        add_chain(conn, &mut digest, chain)?;
    }
    add_marks(conn, &mut digest)?;
    for token in token::all(conn)? {
        digest
            .record(b'T')
            .number(token.chain.0)
            .address(token.contract)
            .text(&token.symbol)
            .number(token.decimals)
            .text(&token.source);
    }
    for opinion in opinion::all(conn)? {
        digest
            .record(b'o')
            .number(opinion.chain.0)
            .address(opinion.address)
            .text(opinion.oracle.name())
            .address(opinion.contract)
            .number(opinion.block)
            .number(opinion.is_listed);
    }
    for freeze in freeze::all(conn)? {
        digest
            .record(b'f')
            .number(freeze.chain.0)
            .address(freeze.address)
            .text(freeze.oracle.name())
            .address(freeze.contract)
            .number(freeze.block)
            .number(freeze.log)
            .text(freeze.kind.name())
            .hash(freeze.transaction)
            .number(freeze.time.0)
            .amount(freeze.amount);
    }
    add_prices(conn, &mut digest)?;
    Ok(digest.finish())
}

fn add_prices(conn: &Connection, digest: &mut Digest) -> Result<(), Fault> {
    for reading in price::all(conn)? {
        digest
            .record(b'p')
            .asset(reading.asset)
            .number(reading.block)
            .address(reading.contract)
            .text(reading.way.name());
        match reading.outcome {
            Ok(quote) => digest.amount(quote.usd).number(quote.scale).number(quote.at.0),
            Err(reason) => digest.text(reason.name()),
        };
    }
    Ok(())
}

fn add_chain(conn: &Connection, digest: &mut Digest, chain: ChainId) -> Result<(), Fault> {
    for block in block::all(conn, chain)? {
        digest
            .record(b'b')
            .number(block.number)
            .hash(block.hash)
            .hash(block.parent)
            .number(block.timestamp.0);
    }
    for transfer in transfer::all(conn, chain)? {
        digest
            .record(b't')
            .position(transfer.position)
            .asset(transfer.asset)
            .option(transfer.from, Digest::address)
            .option(transfer.to, Digest::address)
            .amount(transfer.amount)
            .text(transfer.cause.name())
            .option(transfer.transaction, Digest::hash);
    }
    for entry in coverage::all(conn, chain)? {
        digest.record(b'c').address(entry.address);
        match entry.class {
            AssetClass::Native => digest.text("native"),
            AssetClass::Tokens => digest.text("tokens"),
            AssetClass::Token(contract) => digest.text("token").address(contract),
        };
        digest
            .number(entry.window.first())
            .number(entry.window.last())
            .text(entry.how.name())
            .text(entry.proof.name());
    }
    for found in whole::all(conn, chain)? {
        digest
            .record(b'x')
            .number(found.block)
            .number(found.index)
            .hash(found.hash)
            .text(if found.has_frames { "frames" } else { "logs" });
    }
    for absent in whole::absent(conn, chain)? {
        let record = digest.record(b'x').number(absent.block).number(absent.index);
        record.hash(absent.hash).text("absent");
    }
    for entry in crowd::all(conn, chain)? {
        let kind = match entry.size {
            CrowdSize::Counterparties(_) => "counterparties",
            CrowdSize::Signed(_) => "signed",
        };
        digest
            .record(b'w')
            .address(entry.address)
            .number(entry.window.first())
            .number(entry.window.last())
            .text(kind)
            .number(entry.size.count());
    }
    for balance in fact::balances(conn, chain)? {
        digest
            .record(b'B')
            .address(balance.address)
            .asset(balance.asset)
            .number(balance.block)
            .amount(balance.amount);
    }
    for fact in fact::accounts(conn, chain)? {
        let (kind, delegate) = match fact.kind {
            AccountKind::Wallet => ("wallet", None),
            AccountKind::DelegatedWallet { delegate } => ("delegated wallet", Some(delegate)),
            AccountKind::Contract => ("contract", None),
        };
        digest
            .record(b'a')
            .address(fact.address)
            .text(kind)
            .option(delegate, Digest::address)
            .number(fact.block);
    }
    for claim in fact::claims(conn, chain)? {
        digest
            .record(b'k')
            .asset(claim.asset)
            .option(claim.symbol.as_deref(), Digest::text)
            .option(claim.decimals, Digest::number);
    }
    Ok(())
}

fn add_marks(conn: &Connection, digest: &mut Digest) -> Result<(), Fault> {
    for ((chain, address), marks) in mark::all(conn)? {
        digest.record(b'm').number(chain.0).address(address);
        for label in &marks.labels {
            digest
                .record(b'l')
                .option(label.chain.map(|chain| chain.0), Digest::number)
                .address(label.address)
                .text(&label.name)
                .text(label.category.name())
                .option(label.valid_from, Digest::day)
                .option(label.valid_until, Digest::day)
                .text(label.confidence.name())
                .text(&label.source)
                .number(label.is_invented);
        }
        for listing in &marks.listings {
            digest
                .record(b'L')
                .address(listing.address)
                .text(&listing.entity)
                .text(&listing.authority)
                .option(listing.programme.as_deref(), Digest::text)
                .bound(listing.listed)
                .option(listing.delisted, Digest::bound)
                .text(&listing.source)
                .number(listing.is_invented);
            // Cases of before version 3 keep their digest.
            if let Some(list) = &listing.list {
                digest.text(list);
            }
        }
    }
    Ok(())
}

/// The state, followed by the record that is being made.
struct Digest {
    state: [u8; 32],
    record: Vec<u8>,
}

impl Digest {
    fn new() -> Self {
        Self { state: keccak256("fundtrail case 1"), record: Vec::new() }
    }

    /// Ends the record before and begins one.
    fn record(&mut self, kind: u8) -> &mut Self {
        self.end_record();
        self.record.push(kind);
        self
    }

    fn end_record(&mut self) {
        if self.record.is_empty() {
            return;
        }
        let mut bytes = std::mem::take(&mut self.record);
        bytes.splice(0..0, self.state);
        self.state = keccak256(&bytes);
        bytes.clear();
        self.record = bytes;
    }

    fn finish(mut self) -> H256 {
        self.end_record();
        H256(self.state)
    }

    fn number(&mut self, number: impl Into<u64>) -> &mut Self {
        self.record.extend(number.into().to_be_bytes());
        self
    }

    fn address(&mut self, address: Address) -> &mut Self {
        self.record.extend(address.as_bytes());
        self
    }

    fn hash(&mut self, hash: H256) -> &mut Self {
        self.record.extend(hash.as_bytes());
        self
    }

    fn amount(&mut self, amount: Amount) -> &mut Self {
        let mut bytes = [0_u8; 32];
        amount.base_units().to_big_endian(&mut bytes);
        self.record.extend(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.number(u64::try_from(text.len()).unwrap_or(u64::MAX));
        self.record.extend(text.as_bytes());
        self
    }

    fn option<T>(
        &mut self,
        value: Option<T>,
        add: impl FnOnce(&mut Self, T) -> &mut Self,
    ) -> &mut Self {
        self.record.push(u8::from(value.is_some()));
        match value {
            Some(value) => add(self, value),
            None => self,
        }
    }

    fn position(&mut self, position: Position) -> &mut Self {
        self.number(position.block).number(position.transaction).number(position.step.code())
    }

    fn asset(&mut self, asset: Asset) -> &mut Self {
        self.number(asset.chain().0).option(asset.contract(), Self::address)
    }

    fn day(&mut self, day: Date) -> &mut Self {
        self.text(&day.to_string())
    }

    fn bound(&mut self, bound: DateBound) -> &mut Self {
        self.number(matches!(bound, DateBound::On(_))).day(bound.date())
    }
}
