-- Where the next segment begins: the floor as of `seq`, and that moment. `chained` events lie between the newest keyframe in a
-- segment and here; 0: the next segment keeps this one.
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    seen INTEGER,
    fold_version INTEGER NOT NULL,
    chained INTEGER NOT NULL,
    keyframe BLOB NOT NULL
) STRICT;

-- Events after the head, one row a commit. Times are Unix ms by our clock; `seen_top` is the newest of any event so far.
CREATE TABLE journal (
    seq_first INTEGER PRIMARY KEY,
    seq_last INTEGER NOT NULL,
    seen_first INTEGER NOT NULL,
    seen_top INTEGER NOT NULL,
    count INTEGER NOT NULL,
    events BLOB NOT NULL
) STRICT;

-- Closed stretches: `board`, the cells of the floor as of `seq_first - 1`; `core`, who and when of the events after it and what
-- they did to those cells; `detail`, the rest of them. `keyframe` is the whole floor as of `seq_first - 1`; where there is none,
-- it follows from the segment before. `boards` is 0 where the cells were found not to be those of the floor.
CREATE TABLE segment (
    seq_first INTEGER PRIMARY KEY,
    seq_last INTEGER NOT NULL,
    seen_before INTEGER,
    seen_first INTEGER NOT NULL,
    seen_top INTEGER NOT NULL,
    count INTEGER NOT NULL,
    fold_version INTEGER NOT NULL,
    boards INTEGER NOT NULL,
    board BLOB NOT NULL,
    core BLOB NOT NULL,
    detail BLOB NOT NULL,
    keyframe BLOB
) STRICT;
CREATE INDEX segment_seen ON segment (seen_before);

-- Events that were never kept because there was no room.
CREATE TABLE lost (
    seq_first INTEGER PRIMARY KEY,
    seq_last INTEGER NOT NULL
) STRICT;

CREATE TABLE source (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL
) STRICT;

-- People outside and inside. A forgotten one keeps its number and nothing else. `staff` is 1 for whoever works here; `used_ms` is
-- the UTC day on which an event last named the person. `lookup` is a keyed hash of number and name, whose first half is one of the
-- number alone where there is one.
CREATE TABLE party (
    id INTEGER PRIMARY KEY,
    staff INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    lookup BLOB UNIQUE,
    sealed BLOB
) STRICT;
CREATE INDEX party_age ON party (staff, used_ms) WHERE sealed IS NOT NULL;

CREATE TABLE key_check (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    tag BLOB NOT NULL
) STRICT;

CREATE TABLE gap (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX gap_time ON gap (to_ms);

-- Visits that ended. `id` is the number of the event that opened it.
CREATE TABLE visit (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    queue TEXT NOT NULL,
    call TEXT NOT NULL,
    contact TEXT NOT NULL,
    caller INTEGER,
    entered_ms INTEGER NOT NULL,
    entered_at INTEGER,
    ended_ms INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT NOT NULL,
    wait_ms INTEGER NOT NULL,
    agent TEXT,
    agent_name INTEGER,
    interface TEXT,
    talk_ms INTEGER,
    transferred INTEGER NOT NULL,
    origin TEXT NOT NULL,
    amended_from TEXT,
    amended_by TEXT
) STRICT;
CREATE INDEX visit_entered ON visit (entered_ms);
-- Holds all that a queue's indicators are made of.
CREATE INDEX visit_queue ON visit (source, queue, entered_ms, ended_ms, wait_ms, outcome);
CREATE INDEX visit_call ON visit (source, call);
-- Most contacts are one call and bear its name.
CREATE INDEX visit_contact ON visit (source, contact) WHERE contact <> call;

-- Attempts to reach someone that ended. `id` is the number of the event that began it, `attempt` the platform's id of the
-- callee's leg. The columns from `disposition` on are the coded result and what it means; empty until someone codes it.
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    campaign TEXT,
    contact TEXT NOT NULL,
    callee INTEGER,
    agent TEXT,
    agent_name INTEGER,
    started_ms INTEGER NOT NULL,
    started_at INTEGER,
    ringing_ms INTEGER,
    ringing_at INTEGER,
    answered_ms INTEGER,
    answered_at INTEGER,
    answered_by TEXT,
    ended_ms INTEGER NOT NULL,
    ended_at INTEGER,
    ring_ms INTEGER NOT NULL,
    talk_ms INTEGER,
    dropped INTEGER NOT NULL,
    ended_by TEXT NOT NULL,
    cause INTEGER,
    status TEXT,
    result TEXT NOT NULL,
    inferred INTEGER NOT NULL,
    disposition TEXT,
    human INTEGER,
    right_party INTEGER,
    sale INTEGER,
    promise INTEGER,
    do_not_call INTEGER,
    completed INTEGER,
    unworkable INTEGER
) STRICT;
CREATE INDEX attempt_started ON attempt (started_ms);
CREATE INDEX attempt_name ON attempt (source, attempt);
CREATE INDEX attempt_contact ON attempt (source, contact);
CREATE INDEX attempt_campaign ON attempt (source, campaign, started_ms);

CREATE TABLE agent_span (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    agent TEXT NOT NULL,
    state TEXT NOT NULL,
    place TEXT,
    place_name TEXT,
    reason TEXT,
    from_ms INTEGER NOT NULL,
    from_at INTEGER,
    to_ms INTEGER NOT NULL,
    to_at INTEGER
) STRICT;
CREATE INDEX agent_span_time ON agent_span (to_ms);
CREATE INDEX agent_span_agent ON agent_span (source, agent, to_ms);

-- Minutes of a source: 60000 ms heard is complete.
CREATE TABLE minute (
    source INTEGER NOT NULL,
    minute_ms INTEGER NOT NULL,
    covered_ms INTEGER NOT NULL,
    PRIMARY KEY (source, minute_ms)
) STRICT, WITHOUT ROWID;

-- Visits by the minute in which they entered a queue and by how they ended, amended as they end and as they are known better.
-- `backfilled` of them are known from a record of the platform's own. `waits` and `talks` count durations by whole seconds, as
-- `Hist` of the floor does, in postcard's encoding.
CREATE TABLE rollup_visit (
    source INTEGER NOT NULL,
    queue TEXT NOT NULL,
    minute_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    visits INTEGER NOT NULL,
    backfilled INTEGER NOT NULL,
    transferred INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    waits BLOB NOT NULL,
    talked INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    talks BLOB NOT NULL,
    PRIMARY KEY (source, queue, minute_ms, outcome)
) STRICT, WITHOUT ROWID;

-- Attempts by the minute in which they began and by what came of them, likewise; the columns from `coded` on count results that
-- people coded. Calls outside any campaign have an empty one.
CREATE TABLE rollup_attempt (
    source INTEGER NOT NULL,
    campaign TEXT NOT NULL,
    minute_ms INTEGER NOT NULL,
    result TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    inferred INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    answered_human INTEGER NOT NULL,
    coded INTEGER NOT NULL,
    human INTEGER NOT NULL,
    right_party INTEGER NOT NULL,
    sale INTEGER NOT NULL,
    promise INTEGER NOT NULL,
    do_not_call INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    unworkable INTEGER NOT NULL,
    ring_ms INTEGER NOT NULL,
    rings BLOB NOT NULL,
    talked INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    talks BLOB NOT NULL,
    PRIMARY KEY (source, campaign, minute_ms, result)
) STRICT, WITHOUT ROWID;

-- What happened in a queue during a minute.
CREATE TABLE rollup_queue (
    source INTEGER NOT NULL,
    queue TEXT NOT NULL,
    minute_ms INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    waiting_ms INTEGER NOT NULL,
    waiting_peak INTEGER NOT NULL,
    PRIMARY KEY (source, queue, minute_ms)
) STRICT, WITHOUT ROWID;

-- Time of an agent in each state, by quarter of an hour.
CREATE TABLE rollup_agent (
    source INTEGER NOT NULL,
    agent TEXT NOT NULL,
    quarter_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    place TEXT NOT NULL,
    place_name TEXT NOT NULL,
    spent_ms INTEGER NOT NULL,
    PRIMARY KEY (source, agent, quarter_ms, state, place, place_name)
) STRICT, WITHOUT ROWID;

-- Calls of an agent by queue, by quarter of an hour.
CREATE TABLE rollup_agent_queue (
    source INTEGER NOT NULL,
    agent TEXT NOT NULL,
    queue TEXT NOT NULL,
    quarter_ms INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    ring_no_answer INTEGER NOT NULL,
    PRIMARY KEY (source, agent, queue, quarter_ms)
) STRICT, WITHOUT ROWID;

-- What should not have happened and was noticed.
CREATE TABLE fault (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

-- What was removed because its time was over: by which rule, everything of before when, and how much in all.
CREATE TABLE removal (
    rule TEXT NOT NULL,
    before_ms INTEGER NOT NULL,
    removed_ms INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (rule, before_ms)
) STRICT, WITHOUT ROWID;

-- Events of what a platform's own record told of the past, imported. Each such source is a fold of its own, beside the live one, and
-- its events are numbered from source * 2^40 + 1 on. `chain` grows where its fold began anew, because older lines came after newer
-- ones. `keyframe` is the source's floor as of `seq_first - 1`. Times are Unix ms.
CREATE TABLE imported (
    seq_first INTEGER PRIMARY KEY,
    seq_last INTEGER NOT NULL,
    source INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    seen_first INTEGER NOT NULL,
    seen_top INTEGER NOT NULL,
    count INTEGER NOT NULL,
    fold_version INTEGER NOT NULL,
    keyframe BLOB NOT NULL,
    events BLOB NOT NULL
) STRICT;

-- Where the fold of each imported source stands.
CREATE TABLE imported_head (
    source INTEGER PRIMARY KEY,
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    fold_version INTEGER NOT NULL,
    keyframe BLOB NOT NULL
) STRICT;

-- Files that were imported: known again by `head`, a hash of how they begin, up to the byte `done` of what they hold unpacked. What
-- their lines tell lies between two times; `edges` knows the lines around either again, when another file overlaps.
CREATE TABLE imported_file (
    source INTEGER NOT NULL,
    head BLOB NOT NULL,
    done INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    from_ms INTEGER,
    to_ms INTEGER,
    edges BLOB NOT NULL,
    PRIMARY KEY (source, head)
) STRICT, WITHOUT ROWID;
