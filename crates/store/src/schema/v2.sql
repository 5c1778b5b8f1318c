-- Version 2: transactions that were read whole. Never edit a released step: add the next one.

-- `reading` is 0 where no endpoint had the receipt, 1 where it was read, 2 where the frames were known too.
CREATE TABLE whole_transaction (
    chain INTEGER NOT NULL REFERENCES chain (id),
    block INTEGER NOT NULL CHECK (block >= 0),
    transaction_index INTEGER NOT NULL CHECK (transaction_index >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    reading INTEGER NOT NULL,
    PRIMARY KEY (chain, block, transaction_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE planned_transaction (
    id INTEGER NOT NULL PRIMARY KEY,
    chain INTEGER NOT NULL CHECK (chain >= 0),
    block INTEGER NOT NULL CHECK (block >= 0),
    transaction_index INTEGER NOT NULL CHECK (transaction_index >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (chain, block, transaction_index)
) STRICT;
