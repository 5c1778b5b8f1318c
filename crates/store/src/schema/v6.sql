-- An address may be asked about at several blocks: for a trail, and for a report on a wallet.
CREATE TABLE opinion_at (
    chain INTEGER NOT NULL CHECK (chain >= 0),
    address INTEGER NOT NULL REFERENCES address (id),
    oracle TEXT NOT NULL,
    contract INTEGER NOT NULL REFERENCES address (id),
    block INTEGER NOT NULL CHECK (block >= 0),
    is_listed INTEGER NOT NULL CHECK (is_listed IN (0, 1)),
    PRIMARY KEY (chain, address, contract, block)
) STRICT, WITHOUT ROWID;
INSERT INTO opinion_at SELECT chain, address, oracle, contract, block, is_listed FROM opinion;
DROP TABLE opinion;
ALTER TABLE opinion_at RENAME TO opinion;
