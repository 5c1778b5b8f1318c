//! What was found in a file so far, each thing once.

use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Category, ChainId, Confidence, Date, DateBound, ForeignAddress, Label, ListFact,
    ListedAddress, checksum, parse_address, sanitize_claim,
};

use super::remarks::is_evm;
use super::{Counts, Format, Reading, Terms};
use crate::error::{Error, Problem};

const NAME_CHARS: usize = 256;
const SOURCE_CHARS: usize = 1_024;
const TICKER_CHARS: usize = 16;
const FOREIGN_CHARS: usize = 256;

/// Tickers whose addresses are those of EVM chains and nothing else.
const EVM_TICKERS: [&str; 12] =
    ["ETH", "ETC", "ARB", "BSC", "BNB", "MATIC", "POL", "AVAX", "USDC", "OP", "BASE", "DAI"];

/// Where in a file something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The line, from 1.
    Line(u64),
    /// After so many bytes.
    Byte(u64),
}

/// A sanctioned address as a list writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'t> {
    pub(super) entity: &'t str,
    pub(super) authority: &'t str,
    pub(super) programme: Option<&'t str>,
    pub(super) listed: Option<DateBound>,
    pub(super) source: &'t str,
}

/// A name of an address as a list writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'t> {
    pub(super) name: &'t str,
    pub(super) category: Category,
    pub(super) confidence: Confidence,
    pub(super) chain: Option<ChainId>,
    pub(super) valid_from: Option<Date>,
    pub(super) source: &'t str,
}

/// Everything that was found so far.
pub(super) struct Gathering<'t> {
    origin: String,
    pub(super) terms: &'t Terms,
    pub(super) counts: Counts,
    pub(super) title: Option<String>,
    pub(super) source: Option<String>,
    pub(super) published: Option<Date>,
    facts: Vec<ListFact>,
    listed: BTreeMap<(Address, String, String), usize>,
    named: BTreeMap<(Address, Option<ChainId>, String), Category>,
    foreign: BTreeMap<(String, String, String), ()>,
}

impl<'t> Gathering<'t> {
    pub(super) fn new(origin: &str, terms: &'t Terms) -> Self {
        Self {
            origin: origin.to_owned(),
            terms,
            counts: Counts::default(),
            title: None,
            source: None,
            published: None,
            facts: Vec::new(),
            listed: BTreeMap::new(),
            named: BTreeMap::new(),
            foreign: BTreeMap::new(),
        }
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn fail(&self, place: Place, problem: Problem) -> Error {
        match place {
            Place::Line(line) => Error::at_line(&self.origin, line, problem),
            Place::Byte(byte) => Error::at_byte(&self.origin, byte, problem),
        }
    }

    /// One more entry.
    pub(super) const fn entry(&mut self) {
        self.counts.entries = self.counts.entries.saturating_add(1);
    }

    /// The source that was given with the file, where each thing in a list must have one.
    pub(super) fn given_source(&self) -> Result<String, Error> {
        self.terms.source.clone().ok_or_else(|| {
            let why = "the file does not say who says so: give that with --source";
            Error::whole(&self.origin, Problem::Missing { why })
        })
    }

    /// A sanctioned address under a ticker, of whichever chain.
    pub(super) fn sanctioned(
        &mut self,
        place: Place,
        (ticker, text): (&str, &str),
        entry: Entry<'_>,
    ) -> Result<(), Error> {
        let ticker = clean(ticker, TICKER_CHARS);
        let Some(address) = self.evm(place, &ticker, text)? else {
            self.other_chain(&ticker, text, (entry.entity, Some(entry.authority), entry.source));
            return Ok(());
        };
        let entity = clean(entry.entity, NAME_CHARS);
        let key = (address, entry.authority.to_owned(), entity.clone());
        if let Some(at) = self.listed.get(&key) {
            self.counts.repeated = self.counts.repeated.saturating_add(1);
            if let Some(ListFact::Listed(known)) = self.facts.get_mut(*at) {
                add_ticker(&mut known.tickers, &ticker);
            }
            return Ok(());
        }
        self.listed.insert(key, self.facts.len());
        self.counts.listed = self.counts.listed.saturating_add(1);
        self.facts.push(ListFact::Listed(ListedAddress {
            address,
            entity,
            authority: entry.authority.to_owned(),
            programme: entry.programme.map(|text| clean(text, NAME_CHARS)),
            tickers: ticker,
            listed: entry.listed,
            delisted: None,
            source: clean(entry.source, SOURCE_CHARS),
            is_invented: false,
        }));
        Ok(())
    }

    /// A name of an address, of whichever chain.
    pub(super) fn tagged(
        &mut self,
        place: Place,
        (ticker, text): (&str, &str),
        tag: Tag<'_>,
    ) -> Result<(), Error> {
        let ticker = clean(ticker, TICKER_CHARS);
        let Some(address) = self.evm(place, &ticker, text)? else {
            self.other_chain(&ticker, text, (tag.name, None, tag.source));
            return Ok(());
        };
        let name = clean(tag.name, NAME_CHARS);
        let key = (address, tag.chain, name.clone());
        match self.named.get(&key) {
            Some(known) if *known == tag.category => {
                self.counts.repeated = self.counts.repeated.saturating_add(1);
                return Ok(());
            }
            Some(known) => {
                let what = format!(
                    "{} is `{name}` ({known}) before and `{name}` ({}) here",
                    checksum(address),
                    tag.category
                );
                return Err(self.fail(place, Problem::ContradictsEarlier { what }));
            }
            None => {}
        }
        self.named.insert(key, tag.category);
        self.counts.named = self.counts.named.saturating_add(1);
        self.facts.push(ListFact::Named(Label {
            chain: tag.chain,
            address,
            name,
            category: tag.category,
            valid_from: tag.valid_from,
            valid_until: None,
            confidence: tag.confidence,
            source: clean(tag.source, SOURCE_CHARS),
            is_invented: false,
        }));
        Ok(())
    }

    /// A fact that was checked already.
    pub(super) fn fact(&mut self, fact: ListFact) {
        let count = match &fact {
            ListFact::Listed(_) => &mut self.counts.listed,
            ListFact::Named(_) => &mut self.counts.named,
            ListFact::Token(_) => &mut self.counts.tokens,
            ListFact::Foreign(foreign) => {
                self.counts.foreign.entry(foreign.ticker.clone()).or_default()
            }
        };
        *count = count.saturating_add(1);
        self.facts.push(fact);
    }

    /// The address if it is one of EVM chains, whatever its ticker; `None` if it is of another kind.
    fn evm(&self, place: Place, ticker: &str, text: &str) -> Result<Option<Address>, Error> {
        if is_evm(text) || EVM_TICKERS.contains(&ticker) {
            return parse_address(text).map(Some).map_err(|error| self.fail(place, error.into()));
        }
        if text.is_empty() || text.contains(char::is_whitespace) {
            let value = sanitize_claim(text, 80);
            return Err(self.fail(place, Problem::NotAnyAddress { value }));
        }
        Ok(None)
    }

    fn other_chain(
        &mut self,
        ticker: &str,
        text: &str,
        (name, authority, source): (&str, Option<&str>, &str),
    ) {
        let foreign = ForeignAddress {
            ticker: if ticker.is_empty() { "?".to_owned() } else { ticker.to_owned() },
            address: clean(text, FOREIGN_CHARS),
            name: clean(name, NAME_CHARS),
            authority: authority.map(str::to_owned),
            source: clean(source, SOURCE_CHARS),
        };
        let key = (foreign.ticker.clone(), foreign.address.clone(), foreign.name.clone());
        if self.foreign.insert(key, ()).is_some() {
            self.counts.repeated = self.counts.repeated.saturating_add(1);
            return;
        }
        self.fact(ListFact::Foreign(foreign));
    }

    pub(super) fn finish(self, format: Format) -> Result<Reading, Error> {
        if self.counts.entries == 0 {
            return Err(Error::whole(&self.origin, Problem::NothingInIt));
        }
        Ok(Reading {
            format,
            facts: self.facts,
            counts: self.counts,
            title: self.title,
            source: self.source,
            published: self.published,
            is_whole: false,
            n_bytes: 0,
            sha256: String::new(),
        })
    }
}

fn clean(text: &str, max_chars: usize) -> String {
    sanitize_claim(text.trim(), max_chars)
}

fn add_ticker(tickers: &mut String, ticker: &str) {
    if ticker.is_empty() || tickers.split(' ').any(|known| known == ticker) {
        return;
    }
    if !tickers.is_empty() {
        tickers.push(' ');
    }
    tickers.push_str(ticker);
}
