-- The state file's schema and every statement on it. A line `-- :name` begins a named part.

-- :schema
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- An orchestration or an entity. Status and output are those of the HTTP API; created_us orders and filters.
CREATE TABLE instance (
    instance_id   TEXT PRIMARY KEY,
    is_entity     INTEGER NOT NULL DEFAULT 0,
    execution_id  TEXT NOT NULL,
    name          TEXT NOT NULL,
    version       TEXT,
    input         TEXT,
    parent        TEXT,
    generation    INTEGER,
    created_at    TEXT NOT NULL,
    created_us    INTEGER NOT NULL,
    continued     INTEGER NOT NULL DEFAULT 0,
    status        TEXT NOT NULL,
    output        TEXT,
    custom_status TEXT,
    updated_at    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX instance_by_status ON instance (status) WHERE status IN ('Pending', 'Running', 'Suspended');
-- One row per episode: its events as comma-joined JSON, and the inputs of the activities it scheduled.
CREATE TABLE history (
    instance_id TEXT NOT NULL,
    episode     INTEGER NOT NULL,
    events      TEXT NOT NULL,
    inputs      TEXT,
    at          TEXT NOT NULL,
    PRIMARY KEY (instance_id, episode)
) WITHOUT ROWID;
-- Events on their way to an instance that no episode has taken yet.
CREATE TABLE message (
    message_id   INTEGER PRIMARY KEY,
    instance_id  TEXT NOT NULL,
    execution_id TEXT,
    event        TEXT NOT NULL
);
-- Which version of a blob a function has had: receipts, and attempts that are still to be made.
CREATE TABLE blob_receipt (
    function_name TEXT NOT NULL,
    container     TEXT NOT NULL,
    blob_name     TEXT NOT NULL,
    etag          TEXT NOT NULL,
    state         TEXT NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    at            TEXT NOT NULL,
    PRIMARY KEY (function_name, container, blob_name)
) WITHOUT ROWID;
CREATE TABLE poison_message (
    poison_id INTEGER PRIMARY KEY,
    queue     TEXT NOT NULL,
    message   TEXT NOT NULL,
    at        TEXT NOT NULL
);
-- When a timer trigger fired last and is due next; a changed schedule starts afresh.
CREATE TABLE timer_status (
    function_name TEXT PRIMARY KEY,
    schedule      TEXT NOT NULL,
    last          TEXT,
    next          TEXT NOT NULL,
    updated_at    TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE host_key (scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, name)) WITHOUT ROWID;

-- :get_meta
SELECT value FROM meta WHERE key = ?;
-- :put_meta
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- :put_instance
INSERT INTO instance (instance_id, is_entity, execution_id, name, version, input, parent, generation, created_at,
                      created_us, continued, status, output, custom_status, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (instance_id) DO UPDATE SET
    is_entity = excluded.is_entity, execution_id = excluded.execution_id, name = excluded.name,
    version = excluded.version, input = excluded.input, parent = excluded.parent, generation = excluded.generation,
    created_at = excluded.created_at, created_us = excluded.created_us, continued = excluded.continued,
    status = excluded.status, output = excluded.output, custom_status = excluded.custom_status,
    updated_at = excluded.updated_at;
-- :update_status
UPDATE instance SET status = ?, output = ?, custom_status = ?, updated_at = ? WHERE instance_id = ?;
-- :get_instance
SELECT instance_id, is_entity, execution_id, name, version, input, parent, generation, created_at, continued, status,
       output, custom_status, updated_at,
       (SELECT max(episode) FROM history WHERE history.instance_id = instance.instance_id) AS last_episode,
       (SELECT at FROM history WHERE history.instance_id = instance.instance_id ORDER BY episode DESC LIMIT 1) AS last_at
FROM instance WHERE instance_id = ?;
-- :list_instances
SELECT instance_id, is_entity, execution_id, name, version, input, parent, generation, created_at, continued, status,
       output, custom_status, updated_at,
       (SELECT max(episode) FROM history WHERE history.instance_id = instance.instance_id) AS last_episode,
       (SELECT at FROM history WHERE history.instance_id = instance.instance_id ORDER BY episode DESC LIMIT 1) AS last_at
FROM instance
WHERE instance_id > :after AND substr(instance_id, 1, length(:prefix)) = :prefix
  AND (:created_from IS NULL OR created_us >= :created_from) AND (:created_to IS NULL OR created_us <= :created_to)
  AND (:statuses IS NULL OR instr(:statuses, ',' || status || ',') > 0)
ORDER BY instance_id LIMIT :top;
-- :list_entities
SELECT instance_id, input, updated_at FROM instance
WHERE is_entity = 1 AND instance_id > :after AND substr(instance_id, 1, length(:prefix)) = :prefix
ORDER BY instance_id LIMIT :top;
-- :live_instances
SELECT instance_id, is_entity, execution_id, name, version, input, parent, generation, created_at, continued, status,
       output, custom_status, updated_at, NULL AS last_episode, NULL AS last_at
FROM instance WHERE status IN ('Pending', 'Running', 'Suspended') AND is_entity = 0 ORDER BY created_us, instance_id;
-- :delete_instance
DELETE FROM instance WHERE instance_id = ?;
-- :purgeable_instances
SELECT instance_id FROM instance
WHERE is_entity = 0 AND status IN ('Completed', 'Failed', 'Terminated')
  AND created_us >= :created_from AND (:created_to IS NULL OR created_us <= :created_to)
  AND (:statuses IS NULL OR instr(:statuses, ',' || status || ',') > 0)
ORDER BY instance_id;

-- :append_history
INSERT INTO history (instance_id, episode, events, inputs, at) VALUES (?, ?, ?, ?, ?);
-- :history_rows
SELECT events FROM history WHERE instance_id = ? ORDER BY episode;
-- :history_with_inputs
SELECT episode, events, inputs, at FROM history WHERE instance_id = ? ORDER BY episode;
-- :replace_history
UPDATE history SET events = ? WHERE instance_id = ? AND episode = ?;
-- :delete_history
DELETE FROM history WHERE instance_id = ?;

-- :put_message
INSERT INTO message (instance_id, execution_id, event) VALUES (?, ?, ?);
-- :delete_message
DELETE FROM message WHERE message_id = ?;
-- :delete_messages_of
DELETE FROM message WHERE instance_id = ?;
-- :all_instances
SELECT * FROM instance ORDER BY instance_id;
-- :all_history
SELECT * FROM history ORDER BY instance_id, episode;
-- :messages
SELECT message_id, instance_id, execution_id, event FROM message ORDER BY message_id;

-- :put_receipt
INSERT INTO blob_receipt (function_name, container, blob_name, etag, state, attempts, at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (function_name, container, blob_name) DO UPDATE SET
    etag = excluded.etag, state = excluded.state, attempts = excluded.attempts, at = excluded.at;
-- :receipts
SELECT container, blob_name, etag, state, attempts FROM blob_receipt WHERE function_name = ?;
-- :delete_receipt
DELETE FROM blob_receipt WHERE function_name = ? AND container = ? AND blob_name = ?;
-- :put_poison
INSERT INTO poison_message (queue, message, at) VALUES (?, ?, ?);
-- :poison_messages
SELECT message FROM poison_message WHERE queue = ? ORDER BY poison_id;

-- :get_timer_status
SELECT schedule, last, next, updated_at FROM timer_status WHERE function_name = ?;
-- :put_timer_status
INSERT INTO timer_status (function_name, schedule, last, next, updated_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (function_name) DO UPDATE SET
    schedule = excluded.schedule, last = excluded.last, next = excluded.next, updated_at = excluded.updated_at;

-- :host_keys
SELECT scope, name, value FROM host_key;
-- :put_host_key
INSERT INTO host_key (scope, name, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;
