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

-- `completes`: the source that is followed of which an imported one tells hours that were not heard.
CREATE TABLE source (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    completes INTEGER
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

-- A platform's own counters of a queue, beside what Mirante kept: of each stretch in which they were followed without a break the
-- first, and the last of each hour in which they changed. `stretch_ms` is when it began; `anew` is 1 where the counters had begun
-- again since the stretch before, or all of the platform's had; 0 where nothing was known before. No event tells them and nothing is folded from them. `at_ms` is the
-- platform's own time, as far as it is known. Service levels are tenths of a percent.
CREATE TABLE pbx_counter (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    queue TEXT NOT NULL,
    stretch_ms INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    anew INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    at_ms INTEGER,
    completed INTEGER NOT NULL,
    abandoned INTEGER NOT NULL,
    hold_s INTEGER NOT NULL,
    talk_s INTEGER NOT NULL,
    level_s INTEGER NOT NULL,
    of_completed INTEGER,
    of_all INTEGER
) STRICT;
CREATE UNIQUE INDEX pbx_counter_queue ON pbx_counter (source, queue, stretch_ms, slot);
CREATE INDEX pbx_counter_seen ON pbx_counter (seen_ms);

-- When a platform's counters were last asked for: those in `pbx_counter` stood so until then.
CREATE TABLE pbx_asked (
    source INTEGER PRIMARY KEY,
    seen_ms INTEGER NOT NULL,
    at_ms INTEGER
) STRICT;

-- Conversations in which the platform told the agent's device to be free well before they ended: when. It counts them then.
CREATE TABLE pbx_freed (
    visit INTEGER PRIMARY KEY,
    freed_ms INTEGER NOT NULL,
    freed_at INTEGER
) STRICT;
CREATE INDEX pbx_freed_time ON pbx_freed (freed_ms);

-- Conversations that were under way when a session with the platform began, so that no visit tells of them: when they ended, and how
-- long the platform says they were.
CREATE TABLE pbx_under_way (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    queue TEXT NOT NULL,
    ended_ms INTEGER NOT NULL,
    ended_at INTEGER,
    talk_ms INTEGER
) STRICT;
CREATE INDEX pbx_under_way_time ON pbx_under_way (ended_ms);

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

-- Where the fold of each imported source stands, and how many visits it gave.
CREATE TABLE imported_head (
    source INTEGER PRIMARY KEY,
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    visits INTEGER NOT NULL,
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

-- Imports that were taken back, and those that are being: `ended_ms` is empty until nothing of them is left. Times are Unix ms.
CREATE TABLE import_undone (
    source INTEGER NOT NULL,
    begun_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    visits INTEGER NOT NULL,
    from_ms INTEGER,
    to_ms INTEGER,
    PRIMARY KEY (source, begun_ms)
) STRICT, WITHOUT ROWID;

-- Alerts that fired, one row each, from when on to when, and who looked after it first. `subject` is what it is about: its id at
-- `source`; `resolved_ms` is empty while it goes on. Times are Unix ms.
CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    name TEXT NOT NULL,
    severity TEXT NOT NULL,
    scope TEXT NOT NULL,
    source INTEGER NOT NULL,
    subject TEXT NOT NULL,
    fired_ms INTEGER NOT NULL,
    taken_ms INTEGER,
    taken_by TEXT,
    resolved_ms INTEGER
) STRICT;
CREATE INDEX alert_fired ON alert (fired_ms);
CREATE INDEX alert_resolved ON alert (resolved_ms);

-- Every change of an alert, of those too that never fired: `alert` is empty then. `seq` is its event, `cause_seq` the newest event
-- that was known when it was decided; `value` and `limit_value` are the first figure of the rule and what it is held against.
CREATE TABLE alert_step (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    alert INTEGER,
    rule TEXT NOT NULL,
    scope TEXT NOT NULL,
    source INTEGER NOT NULL,
    subject TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    was TEXT NOT NULL,
    shown TEXT NOT NULL,
    flapping INTEGER NOT NULL,
    value REAL,
    limit_value REAL,
    taken_by TEXT,
    taken_until_ms INTEGER,
    cause_seq INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_step_seq ON alert_step (seq);
CREATE INDEX alert_step_time ON alert_step (at_ms);
CREATE INDEX alert_step_alert ON alert_step (alert);
CREATE INDEX alert_step_subject ON alert_step (rule, scope, source, subject, at_ms);

-- What people and the escalation did about an alert that fired: `what` is taken, let_go, note, told, nobody.
CREATE TABLE alert_action (
    id INTEGER PRIMARY KEY,
    alert INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    what TEXT NOT NULL,
    who TEXT,
    words TEXT NOT NULL
) STRICT;
CREATE INDEX alert_action_alert ON alert_action (alert);
CREATE INDEX alert_action_time ON alert_action (at_ms);

-- Messages that are to be sent: kept with what caused them before any is. `key` is what a receiver knows a repeat by, `alerts` the
-- alerts that it is about and `body` the facts of it, both JSON. `state` is waiting, sent, failed or expired; `ended_ms` is empty
-- while it waits. `words` are the last that the receiver or the system said.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    alerts TEXT NOT NULL,
    body TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    tried_ms INTEGER,
    ended_ms INTEGER,
    state TEXT NOT NULL,
    words TEXT
) STRICT;
CREATE INDEX delivery_due ON delivery (due_ms) WHERE state = 'waiting';
CREATE INDEX delivery_made ON delivery (made_ms);
CREATE INDEX delivery_ended ON delivery (ended_ms);

-- What somebody did not want to be told of, `of` as JSON; `until_ms` is when it ends or was taken back.
CREATE TABLE silence (
    id INTEGER PRIMARY KEY,
    of TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    why TEXT NOT NULL,
    admin INTEGER NOT NULL,
    ended_by TEXT
) STRICT;
CREATE INDEX silence_until ON silence (until_ms);

-- What watching goes on from after a start: of each alert, climb and group of messages what it was, as JSON.
CREATE TABLE alert_memory (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- Who changed what figures are made and judged by, and when: `what` is the change, as JSON.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    what TEXT NOT NULL
) STRICT;
