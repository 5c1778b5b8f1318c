-- Version 1. Never edit a released step: add the next one.
--
-- Addresses and assets are interned: a row of a transfer holds small integers instead of 20 bytes each.
-- Id 0 stands for "none", so that rows without a payer or a payee compare equal in a key (NULL never
-- does). Ids are an accident of the order of the writes: no
-- answer of this crate depends on them.
--
-- Amounts are big-endian without leading zero bytes. Numbers from a chain are checked to fit into 63 bits.

CREATE TABLE setting (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE chain (id INTEGER NOT NULL PRIMARY KEY CHECK (id >= 0)) STRICT;

-- That no address stands here twice is seen to by the one who writes: an index for it would be larger than
-- the table, and its keys would lie anywhere.
CREATE TABLE address (
    id INTEGER NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL CHECK (length(bytes) = iif(id = 0, 0, 20))
) STRICT;
INSERT INTO address VALUES (0, x'');

-- A native coin has contract 0.
CREATE TABLE asset (
    id INTEGER NOT NULL PRIMARY KEY,
    chain INTEGER NOT NULL CHECK (chain >= 0),
    contract INTEGER NOT NULL REFERENCES address (id),
    UNIQUE (chain, contract)
) STRICT;

CREATE TABLE block (
    chain INTEGER NOT NULL REFERENCES chain (id),
    number INTEGER NOT NULL CHECK (number >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    parent BLOB NOT NULL CHECK (length(parent) = 32),
    timestamp INTEGER NOT NULL CHECK (timestamp >= 0),
    PRIMARY KEY (chain, number)
) STRICT, WITHOUT ROWID;

-- The key is the order of reading, so that one tree serves uniqueness and every read.
--
-- `kind` is sixteen times the class of the step, plus the cause; `number` is the step's number in its class.
-- `transaction_hash` stands in one row of those that share a block and a transaction index, whichever was
-- written first, and is NULL in the others; no bytes where no transaction caused the transfer.
--
-- Numbers of assets and addresses are not declared as references: to look each of them up costs more than the
-- write itself. They are made in the same write, and checked at every reading.
CREATE TABLE transfer (
    chain INTEGER NOT NULL,
    block INTEGER NOT NULL,
    transaction_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    number INTEGER NOT NULL,
    asset INTEGER NOT NULL,
    payer INTEGER NOT NULL,
    payee INTEGER NOT NULL,
    amount BLOB NOT NULL CHECK (length(amount) <= 32 AND substr(amount, 1, 1) <> x'00'),
    transaction_hash BLOB CHECK (length(transaction_hash) IN (0, 32)),
    PRIMARY KEY (chain, block, transaction_index, kind, number, asset, payer, payee)
) STRICT, WITHOUT ROWID;

-- Unexplained transfers, as the windows gave them: what is shown is worked out at reading.
CREATE TABLE difference (
    asset INTEGER NOT NULL REFERENCES asset (id),
    address INTEGER NOT NULL REFERENCES address (id),
    first INTEGER NOT NULL CHECK (first >= 0),
    last INTEGER NOT NULL CHECK (last >= first),
    is_outgoing INTEGER NOT NULL CHECK (is_outgoing IN (0, 1)),
    amount BLOB NOT NULL CHECK (length(amount) <= 32 AND substr(amount, 1, 1) <> x'00'),
    PRIMARY KEY (asset, address, first, last)
) STRICT, WITHOUT ROWID;

-- Rows of one chain, address, class and token are disjoint; those that touch differ in how or proof.
-- `token` is the contract where the class is one token alone.
CREATE TABLE coverage (
    chain INTEGER NOT NULL REFERENCES chain (id),
    address INTEGER NOT NULL REFERENCES address (id),
    class INTEGER NOT NULL,
    token INTEGER NOT NULL REFERENCES address (id),
    first INTEGER NOT NULL CHECK (first >= 0),
    last INTEGER NOT NULL CHECK (last >= first),
    how INTEGER NOT NULL,
    proof INTEGER NOT NULL,
    PRIMARY KEY (chain, address, class, token, first)
) STRICT, WITHOUT ROWID;

-- Addresses whose history was not fetched from the block `first` on, because so many counterparties (kind 1)
-- or signed transactions (kind 2) were seen up to `last`.
CREATE TABLE crowd (
    chain INTEGER NOT NULL REFERENCES chain (id),
    address INTEGER NOT NULL REFERENCES address (id),
    kind INTEGER NOT NULL,
    first INTEGER NOT NULL CHECK (first >= 0),
    last INTEGER NOT NULL CHECK (last >= first),
    count INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (chain, address, kind, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE balance (
    asset INTEGER NOT NULL REFERENCES asset (id),
    address INTEGER NOT NULL REFERENCES address (id),
    block INTEGER NOT NULL CHECK (block >= 0),
    amount BLOB NOT NULL CHECK (length(amount) <= 32 AND substr(amount, 1, 1) <> x'00'),
    PRIMARY KEY (asset, address, block)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    chain INTEGER NOT NULL REFERENCES chain (id),
    address INTEGER NOT NULL REFERENCES address (id),
    kind INTEGER NOT NULL,
    delegate INTEGER NOT NULL REFERENCES address (id),
    block INTEGER NOT NULL CHECK (block >= 0),
    PRIMARY KEY (chain, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim (
    asset INTEGER NOT NULL PRIMARY KEY REFERENCES asset (id),
    symbol TEXT,
    decimals INTEGER
) STRICT;

CREATE TABLE seed (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id BETWEEN 0 AND 65535),
    spec TEXT NOT NULL,
    block INTEGER NOT NULL CHECK (block >= 0),
    transaction_index INTEGER NOT NULL CHECK (transaction_index >= 0),
    step INTEGER NOT NULL CHECK (step >= 0),
    transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
    asset INTEGER NOT NULL REFERENCES asset (id),
    amount BLOB NOT NULL CHECK (length(amount) <= 32 AND substr(amount, 1, 1) <> x'00'),
    payer INTEGER NOT NULL REFERENCES address (id),
    holder INTEGER NOT NULL REFERENCES address (id)
) STRICT;

CREATE TABLE planned_window (
    id INTEGER NOT NULL PRIMARY KEY,
    chain INTEGER NOT NULL CHECK (chain >= 0),
    first INTEGER NOT NULL CHECK (first >= 0),
    last INTEGER NOT NULL CHECK (last >= first),
    settle_to INTEGER CHECK (settle_to > last)
) STRICT;
CREATE INDEX planned_window_place ON planned_window (chain, first, last);

CREATE TABLE planned_address (
    planned_window INTEGER NOT NULL REFERENCES planned_window (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    address INTEGER NOT NULL REFERENCES address (id),
    PRIMARY KEY (planned_window, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE planned_asset (
    planned_window INTEGER NOT NULL REFERENCES planned_window (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    asset INTEGER NOT NULL REFERENCES asset (id),
    PRIMARY KEY (planned_window, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE mark (
    chain INTEGER NOT NULL CHECK (chain >= 0),
    address INTEGER NOT NULL REFERENCES address (id),
    PRIMARY KEY (chain, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE mark_label (
    chain INTEGER NOT NULL,
    address INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    label_chain INTEGER CHECK (label_chain >= 0),
    label_address INTEGER NOT NULL REFERENCES address (id),
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    valid_from TEXT,
    valid_until TEXT,
    confidence TEXT NOT NULL,
    source TEXT NOT NULL,
    is_invented INTEGER NOT NULL CHECK (is_invented IN (0, 1)),
    PRIMARY KEY (chain, address, ordinal),
    FOREIGN KEY (chain, address) REFERENCES mark (chain, address) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE mark_listing (
    chain INTEGER NOT NULL,
    address INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    listing_address INTEGER NOT NULL REFERENCES address (id),
    entity TEXT NOT NULL,
    authority TEXT NOT NULL,
    programme TEXT,
    listed TEXT NOT NULL,
    listed_is_exact INTEGER NOT NULL CHECK (listed_is_exact IN (0, 1)),
    delisted TEXT,
    delisted_is_exact INTEGER CHECK (delisted_is_exact IN (0, 1)),
    source TEXT NOT NULL,
    is_invented INTEGER NOT NULL CHECK (is_invented IN (0, 1)),
    PRIMARY KEY (chain, address, ordinal),
    FOREIGN KEY (chain, address) REFERENCES mark (chain, address) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE known_token (
    chain INTEGER NOT NULL CHECK (chain >= 0),
    contract INTEGER NOT NULL REFERENCES address (id),
    symbol TEXT NOT NULL,
    decimals INTEGER NOT NULL CHECK (decimals BETWEEN 0 AND 255),
    source TEXT NOT NULL,
    PRIMARY KEY (chain, contract, symbol, decimals, source)
) STRICT, WITHOUT ROWID;
