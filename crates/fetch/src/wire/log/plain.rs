//! A log as most nodes write it: members in any order, without blanks and escapes.
//!
//! A list of logs is most of what a node sends. Here it is read in one pass, where a reader for all of JSON looks
//! for the end of each text first and takes it apart in a second one.

use memchr::memchr;

use super::super::hex::FromDigits;
use super::{Data, Log, Topics};

/// Reads a list of logs, and calls `each` for every one.
///
/// # Errors
///
/// If the list, or a log of it, is in another shape or none at all: how many logs were read before. Whoever
/// reads on in full finds out which it is.
pub(super) fn each_log(text: &[u8], mut each: impl FnMut(&Log)) -> Result<(), usize> {
    let mut rest = Rest(text);
    let (mut count, mut log) = (0, Log::default());
    rest.skip(b'[').ok_or(count)?;
    loop {
        read(&mut rest, &mut log).ok_or(count)?;
        each(&log);
        count += 1;
        match rest.next() {
            Some(b',') => {}
            Some(b']') if rest.0.is_empty() => return Ok(()),
            _ => return Err(count),
        }
    }
}

/// What a log must have: every member below but the last.
const NEEDED: u16 = 0xff;

/// Reads one log over another one.
fn read(rest: &mut Rest<'_>, log: &mut Log) -> Option<()> {
    let mut seen = 0_u16;
    log.removed = None;
    rest.skip(b'{')?;
    loop {
        let (bit, ()) = match rest.name()? {
            Name::Address => (1, rest.bytes(log.address.0.as_bytes_mut())?),
            Name::Topics => (1 << 1, rest.topics(&mut log.topics)?),
            Name::Data => (1 << 2, rest.data(&mut log.data.0)?),
            Name::BlockNumber => (1 << 3, rest.number(&mut log.block_number.0)?),
            Name::BlockHash => (1 << 4, rest.bytes(log.block_hash.0.as_bytes_mut())?),
            Name::TransactionHash => (1 << 5, rest.bytes(log.transaction_hash.0.as_bytes_mut())?),
            Name::TransactionIndex => (1 << 6, rest.number(&mut log.transaction_index.0)?),
            Name::LogIndex => (1 << 7, rest.number(&mut log.log_index.0)?),
            Name::Removed => (1 << 8, rest.truth(&mut log.removed)?),
            Name::Other => (0, rest.skip_plain_text()?),
        };
        // Which of two to believe is not decided here.
        if seen & bit != 0 {
            return None;
        }
        seen |= bit;
        match rest.next()? {
            b',' => {}
            b'}' => return (seen & NEEDED == NEEDED).then_some(()),
            _ => return None,
        }
    }
}

/// What a member is called.
#[derive(Clone, Copy)]
enum Name {
    Address,
    Topics,
    Data,
    BlockNumber,
    BlockHash,
    TransactionHash,
    TransactionIndex,
    LogIndex,
    Removed,
    Other,
}

/// With the quotes and the colon, so that the end of a name need not be looked for.
const NAMES: [(&[u8], Name); 9] = [
    (b"\"address\":", Name::Address),
    (b"\"topics\":", Name::Topics),
    (b"\"data\":", Name::Data),
    (b"\"blockNumber\":", Name::BlockNumber),
    (b"\"blockHash\":", Name::BlockHash),
    (b"\"transactionHash\":", Name::TransactionHash),
    (b"\"transactionIndex\":", Name::TransactionIndex),
    (b"\"logIndex\":", Name::LogIndex),
    (b"\"removed\":", Name::Removed),
];

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn skip(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn skip_all(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// What stands before the next quote, which is passed over.
    fn until_quote(&mut self) -> Option<&'a [u8]> {
        let (before, rest) = self.0.split_at_checked(memchr(b'"', self.0)?)?;
        self.0 = rest;
        self.skip(b'"')?;
        Some(before)
    }

    /// The name of a member, and the colon after it.
    fn name(&mut self) -> Option<Name> {
        for (text, name) in NAMES {
            if let Some(rest) = self.0.strip_prefix(text) {
                self.0 = rest;
                return Some(name);
            }
        }
        self.skip(b'"')?;
        // One of anything but letters could be one of these in other words.
        let is_other = self.until_quote()?.iter().all(u8::is_ascii_alphanumeric);
        self.skip(b':').filter(|()| is_other).map(|()| Name::Other)
    }

    /// A text of as many bytes as the slot has, in hexadecimal digits.
    fn bytes(&mut self, slot: &mut [u8]) -> Option<()> {
        self.skip_all(b"\"0x")?;
        let (digits, rest) = self.0.split_at_checked(slot.len().checked_mul(2)?)?;
        self.0 = rest;
        // The decoder would take a second `0x`, but then there are too few digits.
        const_hex::decode_to_slice(digits, slot).ok()?;
        self.skip(b'"')
    }

    fn number(&mut self, slot: &mut u64) -> Option<()> {
        self.skip_all(b"\"0x")?;
        let start = self.0.len();
        let mut number = 0_u64;
        loop {
            let digit = char::from(self.next()?);
            match digit.to_digit(16) {
                Some(digit) if number >> 60 == 0 => number = number << 4 | u64::from(digit),
                None if digit == '"' && start - self.0.len() > 1 => break,
                _ => return None,
            }
        }
        *slot = number;
        Some(())
    }

    fn data(&mut self, slot: &mut Data) -> Option<()> {
        const WORD: usize = "\"0x".len() + 64;
        if self.0.get(WORD) == Some(&b'"') {
            slot.length = slot.word.len();
            return self.bytes(&mut slot.word);
        }
        self.skip_all(b"\"0x")?;
        *slot = Data::from_digits(str::from_utf8(self.until_quote()?).ok()?)?;
        Some(())
    }

    fn topics(&mut self, slot: &mut Topics) -> Option<()> {
        *slot = Topics::default();
        self.skip(b'[')?;
        if self.0.first() == Some(&b']') {
            return self.skip(b']');
        }
        for word in &mut slot.words {
            self.bytes(word.as_bytes_mut())?;
            slot.count += 1;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
        None
    }

    fn truth(&mut self, slot: &mut Option<bool>) -> Option<()> {
        let is_true = self.0.first() == Some(&b't');
        *slot = Some(is_true);
        self.skip_all(if is_true { b"true" } else { b"false" })
    }

    /// A text of nothing but letters and digits, or `null`.
    fn skip_plain_text(&mut self) -> Option<()> {
        if self.0.first() == Some(&b'n') {
            return self.skip_all(b"null");
        }
        self.skip(b'"')?;
        self.until_quote()?.iter().all(u8::is_ascii_alphanumeric).then_some(())
    }
}
