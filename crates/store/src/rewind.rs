//! Taking back what is no longer on the chain.

use fundtrail_model::{ChainId, How, Proof};
use rusqlite::Connection;

use crate::error::Fault;
use crate::{Case, Error, code, fact, sql};

/// What was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewound {
    /// Transfers, without those that were only concluded from balances.
    pub transfers: usize,
    /// Seeds: they have to be looked for again.
    pub seeds: usize,
}

impl Case {
    /// Forgets everything that the case says of a chain after the block `last`, because those blocks were
    /// replaced by others: transfers, coverage, balances, blocks, seeds, what addresses and tokens are,
    /// transactions read whole, and the part of the plan that reaches there. All of it in one write.
    ///
    /// What was looked at up to `last` stays as it is, and as well proven as it was: transfers and balances
    /// agreed over a longer stretch of blocks, of which this is the part that did not change. Only where
    /// they did not agree the whole stretch is forgotten, because what was missing may lie in either part;
    /// so is a stretch of which only the ends were compared.
    /// A wallet is known to have been one at `last` too; an address that had code later may not have had it
    /// then, so that is forgotten, and with it that the address was looked at, and that a transaction in which
    /// it took part was read whole: it is asked for again where it matters.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn rewind(&mut self, chain: ChainId, last: u64) -> Result<Rewound, Error> {
        let mut rewound = Rewound::default();
        self.write(|conn| {
            rewound = rewind(conn, chain, last)?;
            Ok(())
        })?;
        Ok(rewound)
    }
}

fn rewind(conn: &Connection, chain: ChainId, last: u64) -> Result<Rewound, Fault> {
    let place = [sql::chain_column(chain)?, sql::block_column(last)?];
    let run = |statement: &str| sql::run(conn, statement, place);

    run("DELETE FROM opinion WHERE chain = ?1 AND block > ?2")?;
    run("DELETE FROM freeze WHERE chain = ?1 AND block > ?2")?;
    run("DELETE FROM price WHERE block > ?2 AND asset IN (SELECT id FROM asset WHERE chain = ?1)")?;
    let [chain, last] = place;
    let with_code = [chain, last, fact::WALLET];
    let forget_coverage = "DELETE FROM coverage WHERE chain = ?1 AND address IN
                           (SELECT address FROM account WHERE chain = ?1 AND block > ?2 AND kind <> ?3)";
    sql::run(conn, forget_coverage, with_code)?;
    let forget_parties = "DELETE FROM whole_transaction WHERE chain = ?1
                          AND (block, transaction_index) IN
                          (SELECT transfer.block, transaction_index FROM transfer
                           JOIN account ON account.chain = ?1 AND account.address IN (payer, payee)
                           WHERE transfer.chain = ?1 AND account.block > ?2 AND account.kind <> ?3)";
    sql::run(conn, forget_parties, with_code)?;
    let forget_code = "DELETE FROM account WHERE chain = ?1 AND block > ?2 AND kind <> ?3";
    sql::run(conn, forget_code, with_code)?;
    run("UPDATE account SET block = ?2 WHERE chain = ?1 AND block > ?2")?;

    run("DELETE FROM coverage WHERE chain = ?1 AND first > ?2")?;
    let unreconciled = code::proof_code(Proof::Unreconciled);
    let forget_open = "DELETE FROM coverage WHERE chain = ?1 AND last > ?2 AND proof = ?3";
    sql::run(conn, forget_open, [chain, last, unreconciled])?;
    let alone = code::how_code(How::StateAlone);
    let forget_settled = "DELETE FROM coverage WHERE chain = ?1 AND last > ?2 AND how = ?3";
    sql::run(conn, forget_settled, [chain, last, alone])?;
    run("UPDATE coverage SET last = ?2 WHERE chain = ?1 AND last > ?2")?;

    run("DELETE FROM crowd WHERE chain = ?1 AND last > ?2")?;

    let of_chain = "asset IN (SELECT id FROM asset WHERE chain = ?1)";
    run(&format!("DELETE FROM difference WHERE last > ?2 AND {of_chain}"))?;
    run(&format!("DELETE FROM balance WHERE block > ?2 AND {of_chain}"))?;
    let seeds = run(&format!("DELETE FROM seed WHERE block > ?2 AND {of_chain}"))?;
    let transfers = run("DELETE FROM transfer WHERE chain = ?1 AND block > ?2")?;
    run("DELETE FROM whole_transaction WHERE chain = ?1 AND block > ?2")?;
    run("DELETE FROM planned_transaction WHERE chain = ?1 AND block > ?2")?;
    run("DELETE FROM block WHERE chain = ?1 AND number > ?2")?;
    run("DELETE FROM planned_window WHERE chain = ?1 AND max(last, ifnull(settle_to, 0)) > ?2")?;
    let forget_claims = format!(
        "DELETE FROM claim WHERE {of_chain}
         AND asset NOT IN (SELECT asset FROM transfer WHERE chain = ?1)"
    );
    sql::run(conn, &forget_claims, [chain])?;
    Ok(Rewound { transfers, seeds })
}

#[cfg(test)]
mod tests;
