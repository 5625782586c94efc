-- Version 5: phones of residents.

UPDATE fact SET watched = 'paired'
 WHERE CASE WHEN json_valid(bytes) THEN bytes ->> '$.body.kind' END = 'paired';

-- A code is looked for by its hash; whether it was taken back, by the fact's name.
CREATE INDEX fact_paired ON fact (bytes ->> '$.body.code') WHERE watched = 'paired';
CREATE INDEX fact_undone ON fact (bytes ->> '$.body.fact') WHERE watched = 'undone';

-- Codes that were brought. A code is good once, also when its phone is long gone.
CREATE TABLE pairing_used (
    code    TEXT PRIMARY KEY NOT NULL,
    used_ms INTEGER NOT NULL
) STRICT;

-- Phones that are paired: SHA-256 of the token each holds, whose it is, by which code.
CREATE TABLE phone (
    token     TEXT PRIMARY KEY NOT NULL,
    subject   TEXT NOT NULL,
    code      TEXT NOT NULL REFERENCES pairing_used (code),
    paired_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX phone_of ON phone (subject);
