-- Version 5: prices read on the chain, and what issuers of tokens did to addresses. Never edit a released step:
-- add the next one.

-- Either a price with its decimal places and its time, or the reason why there is none.
CREATE TABLE price (
    asset INTEGER NOT NULL REFERENCES asset (id),
    block INTEGER NOT NULL CHECK (block >= 0),
    contract INTEGER NOT NULL REFERENCES address (id),
    way TEXT NOT NULL,
    usd BLOB CHECK (length(usd) BETWEEN 1 AND 32 AND substr(usd, 1, 1) <> x'00'),
    scale INTEGER CHECK (scale BETWEEN 0 AND 77),
    at INTEGER CHECK (at >= 0),
    reason TEXT,
    PRIMARY KEY (asset, block, contract),
    CHECK (iif(reason IS NULL, usd IS NOT NULL AND scale IS NOT NULL AND at IS NOT NULL,
               usd IS NULL AND scale IS NULL AND at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE freeze (
    chain INTEGER NOT NULL CHECK (chain >= 0),
    block INTEGER NOT NULL CHECK (block >= 0),
    log INTEGER NOT NULL CHECK (log >= 0),
    address INTEGER NOT NULL REFERENCES address (id),
    oracle TEXT NOT NULL,
    contract INTEGER NOT NULL REFERENCES address (id),
    kind TEXT NOT NULL,
    transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
    timestamp INTEGER NOT NULL CHECK (timestamp >= 0),
    amount BLOB NOT NULL CHECK (length(amount) <= 32 AND substr(amount, 1, 1) <> x'00'),
    PRIMARY KEY (chain, block, log)
) STRICT, WITHOUT ROWID;
