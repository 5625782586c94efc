-- Schema 1 as it was released, with a small journal in it; never edited.
PRAGMA application_id = 1297367376;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE base (
    kind    TEXT NOT NULL CHECK (kind IN ('child', 'account')),
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    -- SHA-256 of kind, subject and value: nothing else could tell that a row rotted.
    sum     BLOB NOT NULL CHECK (length(sum) = 32),
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO "base" VALUES('account','00000000000000000000000000000001','{"account":{"balance":5,"visits":1,"recent":[{"fact":"00000000-0000-0000-0000-000000000002","day":{"date":"2026-04-01"},"at":{"wall":1775001602000,"boot":"00000000-0000-0000-0000-000000000007","mono":2000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false}]}}',X'DE0462D7186B8B530455B8DAD5E2DD6D3CC5A3CAC54DBAF68BF2515075F9E465');
INSERT INTO "base" VALUES('account','00000000000000000000000000000002','{"account":{"balance":5,"visits":1,"recent":[{"fact":"00000000-0000-0000-0000-000000000004","day":{"date":"2026-04-01"},"at":{"wall":1775001604000,"boot":"00000000-0000-0000-0000-000000000007","mono":4000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false}]}}',X'AC0793011897BCAA00260ED013978B3D8FDF9590D2EA9D594349939CE114E980');
CREATE TABLE document (
    name      TEXT    PRIMARY KEY,
    version   INTEGER NOT NULL CHECK (version >= 0),
    issued_ms INTEGER NOT NULL,
    sha256    BLOB    NOT NULL CHECK (length(sha256) = 32),
    bytes     BLOB    NOT NULL
) STRICT;
INSERT INTO "document" VALUES('notices',7,70,X'7367AB9A454559025D4D8EE2241D74682674F0E62C344695D23CFB2F080DD0A9',X'6E6F7469636573');
CREATE TABLE fact (
    seq     INTEGER PRIMARY KEY,
    id      BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    at_wall INTEGER NOT NULL,
    -- The bytes that were hashed, to the letter.
    bytes   TEXT    NOT NULL
) STRICT;
INSERT INTO "fact" VALUES(5,X'0000000000000000000000000000005A',X'D03E39F7A5B34CABEC0C91931659723478DB831E35680F1EB1AAD39D9BDA7A12',1775001690000,'{"v":1,"kiosk":"kiosk-1","inc":"a6d42d4d-1c64-45b3-944e-32a4d9c08cec","seq":5,"id":"00000000-0000-0000-0000-00000000005a","facility":"hall","subject":"00000000000000000000000000000003","at":{"wall":1775001690000,"boot":"00000000-0000-0000-0000-000000000007","mono":90000,"quality":{"source":"ntp","uncertainty_ms":50}},"body":{"kind":"attendance","direction":"in","by":null,"via":{"card":"citizen"}},"prev":"4db7b8dbf0dec4b9b56c4f707178418ae88c1785923c99a307fd32ae0878511e"}');
INSERT INTO "fact" VALUES(6,X'00000000000000000000000000000006',X'734055D1260A5B69905DAA989BE4791B1CAC993415700D57D9AD0C093AFD5B0E',1775001606000,'{"v":1,"kiosk":"kiosk-1","inc":"a6d42d4d-1c64-45b3-944e-32a4d9c08cec","seq":6,"id":"00000000-0000-0000-0000-000000000006","facility":"hall","subject":"00000000000000000000000000000001","at":{"wall":1775001606000,"boot":"00000000-0000-0000-0000-000000000007","mono":6000,"quality":{"source":"ntp","uncertainty_ms":50}},"body":{"kind":"visit","credential":"citizen"},"prev":"d03e39f7a5b34cabec0c91931659723478db831e35680f1eb1aad39d9bda7a12"}');
INSERT INTO "fact" VALUES(7,X'00000000000000000000000000000007',X'E414A97CAA593A7D8FA29673186EFB7C8BCE24F7B32F52F4E7767324089110D6',1775001607000,'{"v":1,"kiosk":"kiosk-1","inc":"a6d42d4d-1c64-45b3-944e-32a4d9c08cec","seq":7,"id":"00000000-0000-0000-0000-000000000007","facility":"hall","subject":"00000000000000000000000000000001","at":{"wall":1775001607000,"boot":"00000000-0000-0000-0000-000000000007","mono":7000,"quality":{"source":"ntp","uncertainty_ms":50}},"caused_by":"00000000-0000-0000-0000-000000000006","body":{"kind":"award","points":5,"reason":"visit"},"prev":"734055d1260a5b69905daa989be4791b1cac993415700d57d9ad0c093afd5b0e"}');
CREATE TABLE fold (
    kind    TEXT NOT NULL CHECK (kind IN ('child', 'account')),
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO "fold" VALUES('account','00000000000000000000000000000001','{"account":{"balance":10,"visits":2,"recent":[{"fact":"00000000-0000-0000-0000-000000000002","day":{"date":"2026-04-01"},"at":{"wall":1775001602000,"boot":"00000000-0000-0000-0000-000000000007","mono":2000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false},{"fact":"00000000-0000-0000-0000-000000000006","day":{"date":"2026-04-01"},"at":{"wall":1775001606000,"boot":"00000000-0000-0000-0000-000000000007","mono":6000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false}]}}');
INSERT INTO "fold" VALUES('account','00000000000000000000000000000002','{"account":{"balance":5,"visits":1,"recent":[{"fact":"00000000-0000-0000-0000-000000000004","day":{"date":"2026-04-01"},"at":{"wall":1775001604000,"boot":"00000000-0000-0000-0000-000000000007","mono":4000,"quality":{"source":"ntp","uncertainty_ms":50}},"points":5,"undone":false}]}}');
INSERT INTO "fold" VALUES('child','00000000000000000000000000000003','{"child":{"passages":[{"fact":"00000000-0000-0000-0000-00000000005a","day":{"date":"2026-04-01"},"at":{"wall":1775001690000,"boot":"00000000-0000-0000-0000-000000000007","mono":90000,"quality":{"source":"ntp","uncertainty_ms":50}},"direction":"in","undone":false}]}}');
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
INSERT INTO "journal" VALUES(1,X'A6D42D4D1C6445B3944E32A4D9C08CEC','kiosk-1',7,X'E414A97CAA593A7D8FA29673186EFB7C8BCE24F7B32F52F4E7767324089110D6',4,X'4DB7B8DBF0DEC4B9B56C4F707178418AE88C1785923C99A307FD32AE0878511E',2,4,0,X'C248E9926A352DD346421DE2E214517739EA5D96D16B4A46E4EDF89A0DB70D44',1,1775001600000);
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO "setting" VALUES('staff.wrong-pins','2');
COMMIT;
