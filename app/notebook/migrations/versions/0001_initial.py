"""The first schema: the log, the tables of the trade, the search. Frozen: later revisions add to it."""

from alembic import op

revision = "0001"
down_revision = None

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE replica (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, label TEXT,
    stamp INTEGER NOT NULL DEFAULT 0);
CREATE TABLE entity (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE gesture (id BLOB PRIMARY KEY, label TEXT, kind TEXT, at INTEGER, replica INTEGER,
    undoes BLOB) WITHOUT ROWID;
CREATE INDEX ix_gesture_undoes ON gesture (undoes);
CREATE INDEX ix_gesture_replica ON gesture (replica, at);
CREATE TABLE modif (op_id BLOB PRIMARY KEY, gesture BLOB, entity INTEGER, row BLOB, stamp INTEGER,
    replica INTEGER, source TEXT, export_id BLOB, seen BLOB, digest BLOB) WITHOUT ROWID;
CREATE INDEX ix_modif_row ON modif (row, stamp);
CREATE INDEX ix_modif_gesture ON modif (gesture);
CREATE TABLE modif_field (op_id BLOB, field TEXT, value, parents BLOB, PRIMARY KEY (op_id, field)) WITHOUT ROWID;
CREATE TABLE head (row BLOB, field TEXT, op_id BLOB, PRIMARY KEY (row, field, op_id)) WITHOUT ROWID;
CREATE TABLE contested (row BLOB, field TEXT, entity INTEGER, PRIMARY KEY (row, field)) WITHOUT ROWID;
CREATE TABLE awaited (op_id BLOB, field TEXT, PRIMARY KEY (op_id, field)) WITHOUT ROWID;
CREATE TABLE search_row (n INTEGER PRIMARY KEY, row TEXT NOT NULL UNIQUE, entity TEXT NOT NULL);
CREATE TABLE export_base (export_id BLOB PRIMARY KEY, code4 TEXT, at INTEGER, profile TEXT, scope TEXT,
    path TEXT, base BLOB) WITHOUT ROWID;
CREATE TABLE refusal (op_id BLOB PRIMARY KEY, at INTEGER) WITHOUT ROWID;
CREATE TABLE import_record (id BLOB PRIMARY KEY, at INTEGER, label TEXT, files TEXT, counts TEXT,
    restore_point TEXT, ops BLOB) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5 (title, body, tokenize = 'unicode61 remove_diacritics 2',
    prefix = '1 2 3');
CREATE TABLE action (id TEXT NOT NULL, code TEXT, title TEXT, status TEXT, progress TEXT, start TEXT,
    "end" TEXT, kind TEXT, priority TEXT, objective TEXT, description TEXT, context TEXT, publics TEXT,
    needs TEXT, participation TEXT, promoter TEXT, lead TEXT, elected TEXT, common_law TEXT,
    blocking_point TEXT, internal_note TEXT, "order" TEXT, example INTEGER, created_at INTEGER,
    updated_at INTEGER, updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_action_objective ON action (objective);
CREATE INDEX ix_action_priority ON action (priority);
CREATE INDEX ix_action_promoter ON action (promoter);
CREATE TABLE action_ambitions ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_action_ambitions_target ON action_ambitions (target);
CREATE TABLE action_partner (id TEXT NOT NULL, action TEXT, organisation TEXT, role TEXT, example INTEGER,
    created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_action_partner_action ON action_partner (action);
CREATE INDEX ix_action_partner_organisation ON action_partner (organisation);
CREATE TABLE action_schemes ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_action_schemes_target ON action_schemes (target);
CREATE TABLE action_territories ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_action_territories_target ON action_territories (target);
CREATE TABLE action_themes ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_action_themes_target ON action_themes (target);
CREATE TABLE ambition (id TEXT NOT NULL, title TEXT, horizon INTEGER, priority TEXT, publics TEXT, "order" TEXT,
    source TEXT, note TEXT, to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER,
    updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_ambition_priority ON ambition (priority);
CREATE TABLE body (id TEXT NOT NULL, name TEXT, kind TEXT, cadence TEXT, cadence_months INTEGER, members TEXT,
    lead TEXT, status TEXT, purpose TEXT, "order" TEXT, source TEXT, note TEXT, to_confirm INTEGER,
    example INTEGER, created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER,
    PRIMARY KEY (id));
CREATE TABLE contact (id TEXT NOT NULL, last_name TEXT, first_name TEXT, function TEXT, organisation TEXT,
    email TEXT, phone TEXT, private_email TEXT, private_phone TEXT, internal_note TEXT, example INTEGER,
    created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_contact_organisation ON contact (organisation);
CREATE TABLE contract (id TEXT NOT NULL, title TEXT, town TEXT, insee_code TEXT, epci TEXT, start INTEGER,
    "end" INTEGER, legal_basis TEXT, reference_key TEXT, reference_version TEXT, source TEXT, note TEXT,
    to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER, updated_by INTEGER,
    deleted INTEGER, PRIMARY KEY (id));
CREATE TABLE contract_item (id TEXT NOT NULL, kind TEXT, title TEXT, text TEXT, date TEXT, "order" TEXT,
    source TEXT, note TEXT, to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER,
    updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE TABLE event (id TEXT NOT NULL, title TEXT, cadence TEXT, month TEXT, channel TEXT, participants TEXT,
    topics TEXT, "order" TEXT, source TEXT, note TEXT, to_confirm INTEGER, example INTEGER, created_at INTEGER,
    updated_at INTEGER, updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE TABLE follow_up (id TEXT NOT NULL, action TEXT, date TEXT, text TEXT, example INTEGER,
    created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_follow_up_action ON follow_up (action);
CREATE TABLE indicator (id TEXT NOT NULL, code TEXT, title TEXT, nature TEXT, kind TEXT, unit TEXT,
    direction TEXT, priority TEXT, ambition TEXT, objective TEXT, milestone TEXT, definition TEXT,
    numerator TEXT, denominator TEXT, producer TEXT, frequency TEXT, responsible TEXT, breakdown TEXT,
    summable INTEGER, base_value TEXT, base_year INTEGER, limits TEXT, on_dashboard INTEGER, "order" TEXT,
    source TEXT, note TEXT, to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER,
    updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_indicator_ambition ON indicator (ambition);
CREATE INDEX ix_indicator_milestone ON indicator (milestone);
CREATE INDEX ix_indicator_objective ON indicator (objective);
CREATE INDEX ix_indicator_priority ON indicator (priority);
CREATE TABLE indicator_actions ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_indicator_actions_target ON indicator_actions (target);
CREATE TABLE measurement (id TEXT NOT NULL, indicator TEXT, territory TEXT, year INTEGER, period TEXT,
    value TEXT, low TEXT, high TEXT, qualifier TEXT, text TEXT, masked INTEGER, source TEXT, place TEXT,
    comment TEXT, to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER,
    updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_measurement_indicator ON measurement (indicator);
CREATE INDEX ix_measurement_territory ON measurement (territory);
CREATE TABLE milestone (id TEXT NOT NULL, objective TEXT, year INTEGER, title TEXT, source TEXT, note TEXT,
    to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER, updated_by INTEGER,
    deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_milestone_objective ON milestone (objective);
CREATE TABLE objective (id TEXT NOT NULL, level TEXT, title TEXT, parent TEXT, priority TEXT, project TEXT,
    scheme TEXT, milestone TEXT, reference TEXT, tools TEXT, "order" TEXT, source TEXT, note TEXT,
    to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER, updated_by INTEGER,
    deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_objective_milestone ON objective (milestone);
CREATE INDEX ix_objective_parent ON objective (parent);
CREATE INDEX ix_objective_priority ON objective (priority);
CREATE INDEX ix_objective_project ON objective (project);
CREATE INDEX ix_objective_scheme ON objective (scheme);
CREATE TABLE organisation (id TEXT NOT NULL, name TEXT, acronym TEXT, category TEXT, legal_form TEXT,
    siret TEXT, rna TEXT, address TEXT, email TEXT, phone TEXT, website TEXT, representative TEXT,
    description TEXT, internal_note TEXT, generic INTEGER, source TEXT, note TEXT, to_confirm INTEGER,
    example INTEGER, created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER,
    PRIMARY KEY (id));
CREATE TABLE organisation_priorities ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_organisation_priorities_target ON organisation_priorities (target);
CREATE TABLE organisation_territories ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_organisation_territories_target ON organisation_territories (target);
CREATE TABLE priority (id TEXT NOT NULL, number INTEGER, title TEXT, short_title TEXT, framework_title TEXT,
    framework TEXT, related TEXT, axes TEXT, source TEXT, note TEXT, to_confirm INTEGER, example INTEGER,
    created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE TABLE project (id TEXT NOT NULL, title TEXT, territory TEXT, contract TEXT, start INTEGER, "end" INTEGER,
    presentation TEXT, team TEXT, portrait TEXT, issues TEXT, perspectives TEXT, example INTEGER,
    created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_project_contract ON project (contract);
CREATE INDEX ix_project_territory ON project (territory);
CREATE TABLE scheme (id TEXT NOT NULL, title TEXT, acronym TEXT, kind TEXT, nature TEXT, funders TEXT,
    source TEXT, note TEXT, to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER,
    updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE TABLE scheme_priorities ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_scheme_priorities_target ON scheme_priorities (target);
CREATE TABLE site (id TEXT NOT NULL, name TEXT, kind TEXT, territory TEXT, address TEXT, description TEXT,
    source TEXT, note TEXT, to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER,
    updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_site_territory ON site (territory);
CREATE TABLE step (id TEXT NOT NULL, action TEXT, title TEXT, due TEXT, done TEXT, responsible TEXT,
    "order" TEXT, example INTEGER, created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER,
    PRIMARY KEY (id));
CREATE INDEX ix_step_action ON step (action);
CREATE TABLE target (id TEXT NOT NULL, indicator TEXT, territory TEXT, year INTEGER, comparator TEXT, low TEXT,
    high TEXT, text TEXT, reason TEXT, source TEXT, note TEXT, to_confirm INTEGER, example INTEGER,
    created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_target_indicator ON target (indicator);
CREATE INDEX ix_target_territory ON target (territory);
CREATE TABLE territory (id TEXT NOT NULL, name TEXT, short_name TEXT, kind TEXT, code TEXT, area TEXT,
    intercommunal INTEGER, outline TEXT, outline_source TEXT, source TEXT, note TEXT, to_confirm INTEGER,
    example INTEGER, created_at INTEGER, updated_at INTEGER, updated_by INTEGER, deleted INTEGER,
    PRIMARY KEY (id));
CREATE TABLE territory_parents ("row" TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY ("row",
    target)) WITHOUT ROWID;
CREATE INDEX ix_territory_parents_target ON territory_parents (target);
CREATE TABLE theme (id TEXT NOT NULL, kind TEXT, title TEXT, description TEXT, "order" TEXT, source TEXT,
    note TEXT, to_confirm INTEGER, example INTEGER, created_at INTEGER, updated_at INTEGER, updated_by INTEGER,
    deleted INTEGER, PRIMARY KEY (id));
CREATE TABLE town_settings (id TEXT NOT NULL, town TEXT, service TEXT, department TEXT, address TEXT,
    reply_contact TEXT, dpo_contact TEXT, retention TEXT, sign_in_notice TEXT, general_level TEXT,
    specific_level TEXT, operational_level TEXT, example INTEGER, created_at INTEGER, updated_at INTEGER,
    updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)
