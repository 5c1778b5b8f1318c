//! Seeds and their transactions.

use fundtrail_model::{Amount, Cause, Position, Seed, Transfer};

use crate::collapse::{Party, Payment};

/// Takes the seeds at the front whose positions are due.
pub(super) fn take_while<'s, 'a>(
    waiting: &mut &'s [&'a Seed],
    is_due: impl Fn(Position) -> bool,
) -> &'s [&'a Seed] {
    let due = waiting.iter().take_while(|seed| is_due(seed.position)).count();
    let (front, back) = waiting.split_at(due);
    *waiting = back;
    front
}

/// Takes the seeds' amounts out of the transfers that brought them: what is left of the transaction,
/// and what was taken, as payments.
///
/// The transfer at the seed's own position gives first, then the holder's other credits of the same
/// asset, in order.
pub(super) fn split(group: &[Transfer], seeds: &[&Seed]) -> (Vec<Transfer>, Vec<Payment>) {
    let mut rest = group.to_vec();
    let mut stolen = Vec::new();
    for seed in seeds {
        let mut left = seed.amount;
        for is_own in [true, false] {
            for transfer in &mut rest {
                let is_credit = transfer.to == Some(seed.holder)
                    && transfer.from != transfer.to
                    && transfer.asset == seed.asset
                    && transfer.cause != Cause::Fee;
                if !is_credit || is_own != (transfer.position == seed.position) {
                    continue;
                }
                let amount = left.min(transfer.amount);
                left = left.saturating_sub(amount);
                transfer.amount = transfer.amount.saturating_sub(amount);
                if let Some(from) = transfer.from.filter(|_| amount > Amount::ZERO) {
                    stolen.push(Payment {
                        from: Party::Account(from),
                        to: Party::Account(seed.holder),
                        asset: seed.asset,
                        amount,
                        evidence: vec![transfer.position],
                    });
                }
            }
        }
    }
    (rest, stolen)
}
