-- Schema 2 as it was released, with a small journal in it; never edited.
PRAGMA application_id = 1297367376;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE document (
    name      TEXT    PRIMARY KEY,
    version   INTEGER NOT NULL CHECK (version >= 0),
    issued_ms INTEGER NOT NULL,
    sha256    BLOB    NOT NULL CHECK (length(sha256) = 32),
    bytes     BLOB    NOT NULL
) STRICT;
INSERT INTO document VALUES('notices',7,70,X'7367ab9a454559025d4d8ee2241d74682674f0e62c344695d23cfb2f080dd0a9',X'6e6f7469636573');
CREATE TABLE fact (
    seq     INTEGER PRIMARY KEY,
    id      BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    at_wall INTEGER NOT NULL,
    -- The bytes that were hashed, to the letter.
    bytes   TEXT    NOT NULL
) STRICT;
INSERT INTO fact VALUES(5,X'0000000000000000000000000000005a',X'd03e39f7a5b34cabec0c91931659723478db831e35680f1eb1aad39d9bda7a12',1775001690000,'{"v":1,"kiosk":"kiosk-1","inc":"a6d42d4d-1c64-45b3-944e-32a4d9c08cec","seq":5,"id":"00000000-0000-0000-0000-00000000005a","facility":"hall","subject":"00000000000000000000000000000003","at":{"wall":1775001690000,"boot":"00000000-0000-0000-0000-000000000007","mono":90000,"quality":{"source":"ntp","uncertainty_ms":50}},"body":{"kind":"attendance","direction":"in","by":null,"via":{"card":"citizen"}},"prev":"4db7b8dbf0dec4b9b56c4f707178418ae88c1785923c99a307fd32ae0878511e"}');
INSERT INTO fact VALUES(6,X'00000000000000000000000000000006',X'734055d1260a5b69905daa989be4791b1cac993415700d57d9ad0c093afd5b0e',1775001606000,'{"v":1,"kiosk":"kiosk-1","inc":"a6d42d4d-1c64-45b3-944e-32a4d9c08cec","seq":6,"id":"00000000-0000-0000-0000-000000000006","facility":"hall","subject":"00000000000000000000000000000001","at":{"wall":1775001606000,"boot":"00000000-0000-0000-0000-000000000007","mono":6000,"quality":{"source":"ntp","uncertainty_ms":50}},"body":{"kind":"visit","credential":"citizen"},"prev":"d03e39f7a5b34cabec0c91931659723478db831e35680f1eb1aad39d9bda7a12"}');
INSERT INTO fact VALUES(7,X'00000000000000000000000000000007',X'e414a97caa593a7d8fa29673186efb7c8bce24f7b32f52f4e7767324089110d6',1775001607000,'{"v":1,"kiosk":"kiosk-1","inc":"a6d42d4d-1c64-45b3-944e-32a4d9c08cec","seq":7,"id":"00000000-0000-0000-0000-000000000007","facility":"hall","subject":"00000000000000000000000000000001","at":{"wall":1775001607000,"boot":"00000000-0000-0000-0000-000000000007","mono":7000,"quality":{"source":"ntp","uncertainty_ms":50}},"caused_by":"00000000-0000-0000-0000-000000000006","body":{"kind":"award","points":5,"reason":"visit"},"prev":"734055d1260a5b69905daa989be4791b1cac993415700d57d9ad0c093afd5b0e"}');
CREATE TABLE journal (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    incarnation  BLOB    NOT NULL CHECK (length(incarnation) = 16),
    kiosk        TEXT    NOT NULL,
    -- The last fact appended; also what shows that rows at the end are gone.
    last_seq     INTEGER NOT NULL CHECK (last_seq >= 0),
    head         BLOB    NOT NULL CHECK (length(head) = 32),
    -- The last fact pruned, and how many entries its folds have.
    base_seq     INTEGER NOT NULL CHECK (base_seq >= 0),
    base_hash    BLOB    NOT NULL CHECK (length(base_hash) = 32),
    base_entries INTEGER NOT NULL CHECK (base_entries >= 0),
    receipted    INTEGER NOT NULL CHECK (receipted >= 0),
    forked       INTEGER NOT NULL CHECK (forked IN (0, 1)),
    -- SHA-256 of all of the above: a rotten number here would prune the uncounted.
    sum          BLOB    NOT NULL CHECK (length(sum) = 32),
    session_no   INTEGER NOT NULL CHECK (session_no >= 0),
    clock_floor  INTEGER
) STRICT;
INSERT INTO journal VALUES(1,X'a6d42d4d1c6445b3944e32a4d9c08cec','kiosk-1',7,X'e414a97caa593a7d8fa29673186efb7c8bce24f7b32f52f4e7767324089110d6',4,X'4db7b8dbf0dec4b9b56c4f707178418ae88c1785923c99a307fd32ae0878511e',2,4,0,X'c248e9926a352dd346421de2e214517739ea5d96d16b4a46e4edf89a0db70d44',1,1775001600000);
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO setting VALUES('staff.wrong-pins','2');
CREATE TABLE IF NOT EXISTS "fold" (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO fold VALUES('account','00000000000000000000000000000001','{"account":{"balance":10,"visits":2,"recent":[{"fact":"00000000-0000-0000-0000-000000000002","day":{"date":"2026-04-01"},"at":{"wall":1775001602000,"boot":"00000000-0000-0000-0000-000000000007","mono":2000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false},{"fact":"00000000-0000-0000-0000-000000000006","day":{"date":"2026-04-01"},"at":{"wall":1775001606000,"boot":"00000000-0000-0000-0000-000000000007","mono":6000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false}]}}');
INSERT INTO fold VALUES('account','00000000000000000000000000000002','{"account":{"balance":5,"visits":1,"recent":[{"fact":"00000000-0000-0000-0000-000000000004","day":{"date":"2026-04-01"},"at":{"wall":1775001604000,"boot":"00000000-0000-0000-0000-000000000007","mono":4000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false}]}}');
INSERT INTO fold VALUES('child','00000000000000000000000000000003','{"child":{"passages":[{"fact":"00000000-0000-0000-0000-00000000005a","day":{"date":"2026-04-01"},"at":{"wall":1775001690000,"boot":"00000000-0000-0000-0000-000000000007","mono":90000,"quality":{"source":"ntp","uncertainty_ms":50}},"direction":"in","undone":false}]}}');
CREATE TABLE IF NOT EXISTS "base" (
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    -- SHA-256 of kind, subject and value: nothing else could tell that a row rotted.
    sum     BLOB NOT NULL CHECK (length(sum) = 32),
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO base VALUES('account','00000000000000000000000000000001','{"account":{"balance":5,"visits":1,"recent":[{"fact":"00000000-0000-0000-0000-000000000002","day":{"date":"2026-04-01"},"at":{"wall":1775001602000,"boot":"00000000-0000-0000-0000-000000000007","mono":2000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false}]}}',X'de0462d7186b8b530455b8dad5e2dd6d3cc5a3cac54dbaf68bf2515075f9e465');
INSERT INTO base VALUES('account','00000000000000000000000000000002','{"account":{"balance":5,"visits":1,"recent":[{"fact":"00000000-0000-0000-0000-000000000004","day":{"date":"2026-04-01"},"at":{"wall":1775001604000,"boot":"00000000-0000-0000-0000-000000000007","mono":4000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false}]}}',X'ac0793011897bcaa00260ed013978b3d8fdf9590d2ea9d594349939ce114e980');
COMMIT;
