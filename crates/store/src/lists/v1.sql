CREATE TABLE edition (
    id INTEGER PRIMARY KEY,
    list TEXT NOT NULL,
    format TEXT NOT NULL,
    day TEXT NOT NULL,
    day_known TEXT NOT NULL,
    retrieved INTEGER NOT NULL,
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    etag TEXT,
    is_whole INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    named INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    foreigners INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    UNIQUE (list, day, sha256)
) STRICT;

-- What a list says, once for all of its editions. `address` has 20 bytes, or is the text of an address of
-- another kind of chain; of a token it is the contract.
CREATE TABLE fact (
    id INTEGER PRIMARY KEY,
    list TEXT NOT NULL,
    kind TEXT NOT NULL,
    address BLOB NOT NULL,
    chain INTEGER,
    name TEXT NOT NULL,
    authority TEXT,
    programme TEXT,
    ticker TEXT,
    category TEXT,
    confidence TEXT,
    decimals INTEGER,
    first_day TEXT,
    first_is_exact INTEGER NOT NULL,
    last_day TEXT,
    last_is_exact INTEGER NOT NULL,
    source TEXT NOT NULL,
    is_invented INTEGER NOT NULL
) STRICT;

CREATE INDEX fact_by_address ON fact (address);
CREATE INDEX fact_by_list ON fact (list);

CREATE TABLE said (
    fact INTEGER NOT NULL REFERENCES fact,
    edition INTEGER NOT NULL REFERENCES edition,
    PRIMARY KEY (fact, edition)
) STRICT, WITHOUT ROWID;
