-- Version 4: what contracts on the chain said of addresses. Never edit a released step: add the next one.

CREATE TABLE opinion (
    chain INTEGER NOT NULL CHECK (chain >= 0),
    address INTEGER NOT NULL REFERENCES address (id),
    oracle TEXT NOT NULL,
    contract INTEGER NOT NULL REFERENCES address (id),
    block INTEGER NOT NULL CHECK (block >= 0),
    is_listed INTEGER NOT NULL CHECK (is_listed IN (0, 1)),
    PRIMARY KEY (chain, address, contract)
) STRICT, WITHOUT ROWID;
