-- Version 2: facts that are looked for again on later days, by their kind; NULL for the rest.

ALTER TABLE fact ADD COLUMN watched TEXT;
UPDATE fact SET watched = bytes ->> '$.body.kind'
 WHERE CASE WHEN json_valid(bytes) THEN bytes ->> '$.body.kind' END
       IN ('alarm', 'alarm-seen', 'excused', 'undone');

CREATE INDEX fact_watched ON fact (watched, facility, shown_ms) WHERE watched IS NOT NULL;
CREATE INDEX fact_alarm_seen ON fact (bytes ->> '$.caused_by') WHERE watched = 'alarm-seen';
