CREATE TABLE audit_events (
	sequence BIGINT NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	actor VARCHAR(24), 
	strength VARCHAR(16) NOT NULL, 
	client TEXT NOT NULL, 
	action VARCHAR(60) NOT NULL, 
	subject VARCHAR(120) NOT NULL, 
	result VARCHAR(16) NOT NULL, 
	code TEXT, 
	clause TEXT, 
	facts TEXT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit_events PRIMARY KEY (sequence)
)
--
CREATE INDEX ix_audit_events_actor ON audit_events (actor)
--
CREATE INDEX ix_audit_events_at ON audit_events (at)
--
CREATE INDEX ix_audit_events_subject ON audit_events (subject)
--
CREATE TABLE checkpoints (
	size BIGINT NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	root VARCHAR(64) NOT NULL, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_checkpoints PRIMARY KEY (size)
)
--
CREATE TABLE counters (
	name VARCHAR(120) NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (name)
)
--
CREATE TABLE heads (
	name VARCHAR(40) NOT NULL, 
	sequence BIGINT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_heads PRIMARY KEY (name)
)
--
CREATE TABLE ledger_entries (
	sequence BIGINT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	seal VARCHAR(24), 
	use VARCHAR(24), 
	entry TEXT NOT NULL, 
	leaf VARCHAR(64) NOT NULL, 
	chain VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_ledger_entries PRIMARY KEY (sequence)
)
--
CREATE INDEX ix_ledger_entries_at ON ledger_entries (at)
--
CREATE INDEX ix_ledger_entries_seal ON ledger_entries (seal)
--
CREATE INDEX ix_ledger_entries_use ON ledger_entries (use)
--
CREATE TABLE ledger_nodes (
	level INTEGER NOT NULL, 
	position BIGINT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_ledger_nodes PRIMARY KEY (level, position)
)
--
CREATE TABLE organizations (
	id VARCHAR(24) NOT NULL, 
	legal_name TEXT NOT NULL, 
	uscc TEXT, 
	region_code VARCHAR(6), 
	level VARCHAR(16) NOT NULL, 
	kinds JSON NOT NULL, 
	parent VARCHAR(24), 
	profile TEXT, 
	state VARCHAR(16) NOT NULL, 
	active_from VARCHAR(27) NOT NULL, 
	inactive_from VARCHAR(27), 
	successor VARCHAR(24), 
	CONSTRAINT pk_organizations PRIMARY KEY (id), 
	CONSTRAINT fk_organizations_parent FOREIGN KEY(parent) REFERENCES organizations (id), 
	CONSTRAINT fk_organizations_successor FOREIGN KEY(successor) REFERENCES organizations (id)
)
--
CREATE INDEX ix_organizations_parent ON organizations (parent)
--
CREATE INDEX ix_organizations_successor ON organizations (successor)
--
CREATE TABLE outbox (
	id VARCHAR(24) NOT NULL, 
	sequence BIGINT NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	kind VARCHAR(60) NOT NULL, 
	subject VARCHAR(120) NOT NULL, 
	facts JSON NOT NULL, 
	delivered_at VARCHAR(27), 
	attempts INTEGER NOT NULL, 
	retry_at VARCHAR(27), 
	error TEXT, 
	CONSTRAINT pk_outbox PRIMARY KEY (id), 
	CONSTRAINT uq_outbox_sequence UNIQUE (sequence)
)
--
CREATE INDEX ix_outbox_delivered_at ON outbox (delivered_at)
--
CREATE TABLE reminders (
	id VARCHAR(24) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	subject VARCHAR(120) NOT NULL, 
	due_at VARCHAR(27) NOT NULL, 
	level VARCHAR(16) NOT NULL, 
	sent_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_reminders PRIMARY KEY (id), 
	CONSTRAINT uq_reminders_kind_subject_due_at_level UNIQUE (kind, subject, due_at, level)
)
--
CREATE TABLE settings (
	name VARCHAR(60) NOT NULL, 
	value JSON NOT NULL, 
	CONSTRAINT pk_settings PRIMARY KEY (name)
)
--
CREATE TABLE departments (
	id VARCHAR(24) NOT NULL, 
	organization VARCHAR(24) NOT NULL, 
	name TEXT NOT NULL, 
	active_from VARCHAR(27) NOT NULL, 
	inactive_from VARCHAR(27), 
	CONSTRAINT pk_departments PRIMARY KEY (id), 
	CONSTRAINT uq_departments_organization_name UNIQUE (organization, name), 
	CONSTRAINT fk_departments_organization FOREIGN KEY(organization) REFERENCES organizations (id)
)
--
CREATE INDEX ix_departments_organization ON departments (organization)
--
CREATE TABLE organization_names (
	id VARCHAR(24) NOT NULL, 
	organization VARCHAR(24) NOT NULL, 
	legal_name TEXT NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	until VARCHAR(27), 
	basis TEXT, 
	CONSTRAINT pk_organization_names PRIMARY KEY (id), 
	CONSTRAINT fk_organization_names_organization FOREIGN KEY(organization) REFERENCES organizations (id)
)
--
CREATE INDEX ix_organization_names_organization ON organization_names (organization)
--
CREATE TABLE people (
	id VARCHAR(24) NOT NULL, 
	name TEXT NOT NULL, 
	organization VARCHAR(24) NOT NULL, 
	department VARCHAR(24), 
	account TEXT, 
	contact TEXT, 
	active_from VARCHAR(27) NOT NULL, 
	inactive_from VARCHAR(27), 
	password_changed_at VARCHAR(27), 
	CONSTRAINT pk_people PRIMARY KEY (id), 
	CONSTRAINT fk_people_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT fk_people_department FOREIGN KEY(department) REFERENCES departments (id), 
	CONSTRAINT uq_people_account UNIQUE (account)
)
--
CREATE INDEX ix_people_department ON people (department)
--
CREATE INDEX ix_people_organization ON people (organization)
--
CREATE TABLE seals (
	id VARCHAR(24) NOT NULL, 
	es_id VARCHAR(128), 
	seal_code TEXT, 
	name TEXT NOT NULL, 
	type VARCHAR(24) NOT NULL, 
	subtype VARCHAR(24) NOT NULL, 
	medium VARCHAR(24) NOT NULL, 
	sequence_no INTEGER, 
	owner_org VARCHAR(24) NOT NULL, 
	using_org VARCHAR(24) NOT NULL, 
	custody_department VARCHAR(24), 
	legal_basis TEXT, 
	document_types JSON, 
	matters JSON, 
	state VARCHAR(16) NOT NULL, 
	state_effective_at VARCHAR(27) NOT NULL, 
	review_level VARCHAR(16), 
	valid_from VARCHAR(27), 
	valid_to VARCHAR(27), 
	replaces VARCHAR(24), 
	replaced_by VARCHAR(24), 
	physical_twin VARCHAR(24), 
	psb_filing_no TEXT, 
	picture_sha256 VARCHAR(64), 
	specimen_sha256 VARCHAR(64), 
	specimen BLOB, 
	sealed BLOB, 
	"key" BLOB, 
	key_state VARCHAR(16), 
	version INTEGER NOT NULL, 
	activated_from VARCHAR(27), 
	CONSTRAINT pk_seals PRIMARY KEY (id), 
	CONSTRAINT fk_seals_owner_org FOREIGN KEY(owner_org) REFERENCES organizations (id), 
	CONSTRAINT fk_seals_using_org FOREIGN KEY(using_org) REFERENCES organizations (id), 
	CONSTRAINT fk_seals_custody_department FOREIGN KEY(custody_department) REFERENCES departments (id), 
	CONSTRAINT fk_seals_replaces FOREIGN KEY(replaces) REFERENCES seals (id), 
	CONSTRAINT fk_seals_replaced_by FOREIGN KEY(replaced_by) REFERENCES seals (id), 
	CONSTRAINT fk_seals_physical_twin FOREIGN KEY(physical_twin) REFERENCES seals (id)
)
--
CREATE INDEX ix_seals_custody_department ON seals (custody_department)
--
CREATE INDEX ix_seals_es_id ON seals (es_id)
--
CREATE INDEX ix_seals_owner_org ON seals (owner_org)
--
CREATE INDEX ix_seals_physical_twin ON seals (physical_twin)
--
CREATE INDEX ix_seals_replaced_by ON seals (replaced_by)
--
CREATE INDEX ix_seals_replaces ON seals (replaces)
--
CREATE INDEX ix_seals_state ON seals (state)
--
CREATE INDEX ix_seals_using_org ON seals (using_org)
--
CREATE TABLE activation_notices (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	active_from VARCHAR(27) NOT NULL, 
	department VARCHAR(24) NOT NULL, 
	scope TEXT NOT NULL, 
	"by" VARCHAR(24) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_activation_notices PRIMARY KEY (id), 
	CONSTRAINT fk_activation_notices_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_activation_notices_department FOREIGN KEY(department) REFERENCES departments (id), 
	CONSTRAINT fk_activation_notices_by FOREIGN KEY("by") REFERENCES people (id)
)
--
CREATE INDEX ix_activation_notices_by ON activation_notices ("by")
--
CREATE INDEX ix_activation_notices_department ON activation_notices (department)
--
CREATE INDEX ix_activation_notices_seal ON activation_notices (seal)
--
CREATE TABLE carving_records (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	letter_no TEXT, 
	letter_at VARCHAR(27), 
	carver TEXT, 
	shape VARCHAR(16) NOT NULL, 
	width_mm INTEGER NOT NULL, 
	height_mm INTEGER NOT NULL, 
	carved_at VARCHAR(27), 
	psb_filed_at VARCHAR(27), 
	CONSTRAINT pk_carving_records PRIMARY KEY (id), 
	CONSTRAINT uq_carving_records_seal UNIQUE (seal), 
	CONSTRAINT fk_carving_records_seal FOREIGN KEY(seal) REFERENCES seals (id)
)
--
CREATE TABLE custody (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	department VARCHAR(24), 
	custodian VARCHAR(24) NOT NULL, 
	matter TEXT, 
	named_by VARCHAR(24), 
	since VARCHAR(27) NOT NULL, 
	until VARCHAR(27), 
	CONSTRAINT pk_custody PRIMARY KEY (id), 
	CONSTRAINT fk_custody_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_custody_department FOREIGN KEY(department) REFERENCES departments (id), 
	CONSTRAINT fk_custody_custodian FOREIGN KEY(custodian) REFERENCES people (id), 
	CONSTRAINT fk_custody_named_by FOREIGN KEY(named_by) REFERENCES people (id)
)
--
CREATE INDEX ix_custody_custodian ON custody (custodian)
--
CREATE INDEX ix_custody_department ON custody (department)
--
CREATE INDEX ix_custody_named_by ON custody (named_by)
--
CREATE INDEX ix_custody_seal ON custody (seal)
--
CREATE UNIQUE INDEX uq_custody_kept ON custody (seal) WHERE until IS NULL AND kind IN ('regular', 'office_retained')
--
CREATE UNIQUE INDEX uq_custody_out ON custody (seal) WHERE until IS NULL AND kind = 'taken_out'
--
CREATE TABLE custody_handovers (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	giver VARCHAR(24) NOT NULL, 
	receiver VARCHAR(24) NOT NULL, 
	department VARCHAR(24), 
	registrar VARCHAR(24), 
	begun_at VARCHAR(27) NOT NULL, 
	giver_at VARCHAR(27), 
	receiver_at VARCHAR(27), 
	registrar_at VARCHAR(27), 
	completed_at VARCHAR(27), 
	dropped_at VARCHAR(27), 
	remark TEXT, 
	CONSTRAINT pk_custody_handovers PRIMARY KEY (id), 
	CONSTRAINT fk_custody_handovers_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_custody_handovers_giver FOREIGN KEY(giver) REFERENCES people (id), 
	CONSTRAINT fk_custody_handovers_receiver FOREIGN KEY(receiver) REFERENCES people (id), 
	CONSTRAINT fk_custody_handovers_department FOREIGN KEY(department) REFERENCES departments (id), 
	CONSTRAINT fk_custody_handovers_registrar FOREIGN KEY(registrar) REFERENCES people (id)
)
--
CREATE INDEX ix_custody_handovers_department ON custody_handovers (department)
--
CREATE INDEX ix_custody_handovers_giver ON custody_handovers (giver)
--
CREATE INDEX ix_custody_handovers_receiver ON custody_handovers (receiver)
--
CREATE INDEX ix_custody_handovers_registrar ON custody_handovers (registrar)
--
CREATE INDEX ix_custody_handovers_seal ON custody_handovers (seal)
--
CREATE TABLE deadlines (
	id VARCHAR(24) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	subject VARCHAR(120) NOT NULL, 
	organization VARCHAR(24) NOT NULL, 
	opened_at VARCHAR(27) NOT NULL, 
	due_at VARCHAR(27) NOT NULL, 
	clause TEXT NOT NULL, 
	done_at VARCHAR(27), 
	done_by VARCHAR(24), 
	result TEXT, 
	CONSTRAINT pk_deadlines PRIMARY KEY (id), 
	CONSTRAINT fk_deadlines_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT fk_deadlines_done_by FOREIGN KEY(done_by) REFERENCES people (id)
)
--
CREATE INDEX ix_deadlines_due_at ON deadlines (due_at)
--
CREATE INDEX ix_deadlines_organization ON deadlines (organization)
--
CREATE INDEX ix_deadlines_subject ON deadlines (subject)
--
CREATE TABLE destructions (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	registrar VARCHAR(24) NOT NULL, 
	witnesses JSON NOT NULL, 
	method TEXT NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_destructions PRIMARY KEY (id), 
	CONSTRAINT uq_destructions_seal UNIQUE (seal), 
	CONSTRAINT fk_destructions_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_destructions_registrar FOREIGN KEY(registrar) REFERENCES people (id)
)
--
CREATE INDEX ix_destructions_registrar ON destructions (registrar)
--
CREATE TABLE dispatch_cards (
	id VARCHAR(24) NOT NULL, 
	number TEXT NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	issuer VARCHAR(24) NOT NULL, 
	title TEXT NOT NULL, 
	signed_off_by VARCHAR(24) NOT NULL, 
	signed_off_at VARCHAR(27) NOT NULL, 
	openness VARCHAR(16) NOT NULL, 
	openness_reason TEXT, 
	meeting TEXT, 
	document_sm3 VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_dispatch_cards PRIMARY KEY (id), 
	CONSTRAINT uq_dispatch_cards_number UNIQUE (number), 
	CONSTRAINT fk_dispatch_cards_issuer FOREIGN KEY(issuer) REFERENCES organizations (id), 
	CONSTRAINT fk_dispatch_cards_signed_off_by FOREIGN KEY(signed_off_by) REFERENCES people (id)
)
--
CREATE INDEX ix_dispatch_cards_issuer ON dispatch_cards (issuer)
--
CREATE INDEX ix_dispatch_cards_signed_off_by ON dispatch_cards (signed_off_by)
--
CREATE TABLE document_numbers (
	number VARCHAR(120) NOT NULL, 
	class VARCHAR(60) NOT NULL, 
	year INTEGER NOT NULL, 
	serial BIGINT NOT NULL, 
	issued_at VARCHAR(27) NOT NULL, 
	issued_by VARCHAR(24) NOT NULL, 
	voided_at VARCHAR(27), 
	void_reason TEXT, 
	CONSTRAINT pk_document_numbers PRIMARY KEY (number), 
	CONSTRAINT uq_document_numbers_class_year_serial UNIQUE (class, year, serial), 
	CONSTRAINT fk_document_numbers_issued_by FOREIGN KEY(issued_by) REFERENCES people (id)
)
--
CREATE TABLE documents (
	id VARCHAR(24) NOT NULL, 
	number VARCHAR(120) NOT NULL, 
	issued_here BOOLEAN NOT NULL, 
	type VARCHAR(40) NOT NULL, 
	title TEXT, 
	item_code TEXT, 
	organization VARCHAR(24) NOT NULL, 
	department VARCHAR(24), 
	applicant VARCHAR(24) NOT NULL, 
	holder VARCHAR(64), 
	profile VARCHAR(60) NOT NULL, 
	legal_basis TEXT NOT NULL, 
	openness VARCHAR(16) NOT NULL, 
	approved_at VARCHAR(27), 
	decided_on VARCHAR(10), 
	completed_on VARCHAR(10) NOT NULL, 
	required_seals JSON NOT NULL, 
	missing_seals JSON NOT NULL, 
	waiver TEXT, 
	recorded_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_documents PRIMARY KEY (id), 
	CONSTRAINT fk_documents_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT fk_documents_department FOREIGN KEY(department) REFERENCES departments (id), 
	CONSTRAINT fk_documents_applicant FOREIGN KEY(applicant) REFERENCES people (id)
)
--
CREATE INDEX ix_documents_applicant ON documents (applicant)
--
CREATE INDEX ix_documents_department ON documents (department)
--
CREATE INDEX ix_documents_holder ON documents (holder)
--
CREATE INDEX ix_documents_number ON documents (number)
--
CREATE INDEX ix_documents_organization ON documents (organization)
--
CREATE TABLE key_media_states (
	sequence INTEGER NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	version INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	"by" VARCHAR(24), 
	at VARCHAR(27) NOT NULL, 
	note TEXT, 
	CONSTRAINT pk_key_media_states PRIMARY KEY (sequence), 
	CONSTRAINT fk_key_media_states_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_key_media_states_by FOREIGN KEY("by") REFERENCES people (id)
)
--
CREATE INDEX ix_key_media_states_by ON key_media_states ("by")
--
CREATE INDEX ix_key_media_states_seal ON key_media_states (seal)
--
CREATE TABLE person_certificates (
	id VARCHAR(24) NOT NULL, 
	person VARCHAR(24) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	der BLOB NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	until VARCHAR(27), 
	CONSTRAINT pk_person_certificates PRIMARY KEY (id), 
	CONSTRAINT fk_person_certificates_person FOREIGN KEY(person) REFERENCES people (id)
)
--
CREATE INDEX ix_person_certificates_person ON person_certificates (person)
--
CREATE INDEX ix_person_certificates_sha256 ON person_certificates (sha256)
--
CREATE TABLE review_steps (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	number INTEGER NOT NULL, 
	level VARCHAR(16) NOT NULL, 
	organization VARCHAR(24) NOT NULL, 
	reviewer VARCHAR(24) NOT NULL, 
	decision VARCHAR(16) NOT NULL, 
	reason TEXT, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_review_steps PRIMARY KEY (id), 
	CONSTRAINT uq_review_steps_seal_number UNIQUE (seal, number), 
	CONSTRAINT fk_review_steps_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_review_steps_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT fk_review_steps_reviewer FOREIGN KEY(reviewer) REFERENCES people (id)
)
--
CREATE INDEX ix_review_steps_organization ON review_steps (organization)
--
CREATE INDEX ix_review_steps_reviewer ON review_steps (reviewer)
--
CREATE INDEX ix_review_steps_seal ON review_steps (seal)
--
CREATE TABLE role_assignments (
	id VARCHAR(24) NOT NULL, 
	person VARCHAR(24) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	organization VARCHAR(24), 
	department VARCHAR(24), 
	matters JSON, 
	authorized_by VARCHAR(24), 
	since VARCHAR(27) NOT NULL, 
	until VARCHAR(27), 
	CONSTRAINT pk_role_assignments PRIMARY KEY (id), 
	CONSTRAINT fk_role_assignments_person FOREIGN KEY(person) REFERENCES people (id), 
	CONSTRAINT fk_role_assignments_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT fk_role_assignments_department FOREIGN KEY(department) REFERENCES departments (id), 
	CONSTRAINT fk_role_assignments_authorized_by FOREIGN KEY(authorized_by) REFERENCES people (id)
)
--
CREATE INDEX ix_role_assignments_authorized_by ON role_assignments (authorized_by)
--
CREATE INDEX ix_role_assignments_department ON role_assignments (department)
--
CREATE INDEX ix_role_assignments_organization ON role_assignments (organization)
--
CREATE INDEX ix_role_assignments_person ON role_assignments (person)
--
CREATE TABLE seal_applications (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	organization VARCHAR(24) NOT NULL, 
	applicant VARCHAR(24) NOT NULL, 
	form JSON NOT NULL, 
	attachments JSON NOT NULL, 
	declared_by VARCHAR(24), 
	declared_at VARCHAR(27), 
	certificate BLOB, 
	imprint BLOB, 
	imprint_sha256 VARCHAR(64), 
	submitted_at VARCHAR(27), 
	CONSTRAINT pk_seal_applications PRIMARY KEY (id), 
	CONSTRAINT uq_seal_applications_seal UNIQUE (seal), 
	CONSTRAINT fk_seal_applications_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_seal_applications_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT fk_seal_applications_applicant FOREIGN KEY(applicant) REFERENCES people (id), 
	CONSTRAINT fk_seal_applications_declared_by FOREIGN KEY(declared_by) REFERENCES people (id)
)
--
CREATE INDEX ix_seal_applications_applicant ON seal_applications (applicant)
--
CREATE INDEX ix_seal_applications_declared_by ON seal_applications (declared_by)
--
CREATE INDEX ix_seal_applications_organization ON seal_applications (organization)
--
CREATE TABLE seal_petitions (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24), 
	kind VARCHAR(16) NOT NULL, 
	organization VARCHAR(24) NOT NULL, 
	department VARCHAR(24), 
	applicant VARCHAR(24) NOT NULL, 
	content JSON NOT NULL, 
	rule VARCHAR(80) NOT NULL, 
	steps JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	decided_at VARCHAR(27), 
	CONSTRAINT pk_seal_petitions PRIMARY KEY (id), 
	CONSTRAINT fk_seal_petitions_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_seal_petitions_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT fk_seal_petitions_department FOREIGN KEY(department) REFERENCES departments (id), 
	CONSTRAINT fk_seal_petitions_applicant FOREIGN KEY(applicant) REFERENCES people (id)
)
--
CREATE INDEX ix_seal_petitions_applicant ON seal_petitions (applicant)
--
CREATE INDEX ix_seal_petitions_department ON seal_petitions (department)
--
CREATE INDEX ix_seal_petitions_organization ON seal_petitions (organization)
--
CREATE INDEX ix_seal_petitions_seal ON seal_petitions (seal)
--
CREATE INDEX ix_seal_petitions_state ON seal_petitions (state)
--
CREATE TABLE seal_states (
	sequence INTEGER NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	event VARCHAR(24) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	effective_at VARCHAR(27) NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	reason_class VARCHAR(24), 
	reason TEXT, 
	"by" VARCHAR(24), 
	CONSTRAINT pk_seal_states PRIMARY KEY (sequence), 
	CONSTRAINT fk_seal_states_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_seal_states_by FOREIGN KEY("by") REFERENCES people (id)
)
--
CREATE INDEX ix_seal_states_by ON seal_states ("by")
--
CREATE INDEX ix_seal_states_seal ON seal_states (seal)
--
CREATE TABLE seal_tasks (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	opened_at VARCHAR(27) NOT NULL, 
	due_at VARCHAR(27), 
	reason TEXT NOT NULL, 
	done_at VARCHAR(27), 
	CONSTRAINT pk_seal_tasks PRIMARY KEY (id), 
	CONSTRAINT fk_seal_tasks_seal FOREIGN KEY(seal) REFERENCES seals (id)
)
--
CREATE INDEX ix_seal_tasks_seal ON seal_tasks (seal)
--
CREATE TABLE seal_versions (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	number INTEGER NOT NULL, 
	es_id VARCHAR(128) NOT NULL, 
	sealed BLOB NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	valid_from VARCHAR(27) NOT NULL, 
	valid_to VARCHAR(27) NOT NULL, 
	made_by VARCHAR(24), 
	made_at VARCHAR(27) NOT NULL, 
	ended_at VARCHAR(27), 
	CONSTRAINT pk_seal_versions PRIMARY KEY (id), 
	CONSTRAINT uq_seal_versions_seal_number UNIQUE (seal, number), 
	CONSTRAINT fk_seal_versions_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_seal_versions_made_by FOREIGN KEY(made_by) REFERENCES people (id)
)
--
CREATE INDEX ix_seal_versions_es_id ON seal_versions (es_id)
--
CREATE INDEX ix_seal_versions_made_by ON seal_versions (made_by)
--
CREATE INDEX ix_seal_versions_seal ON seal_versions (seal)
--
CREATE TABLE substitutions (
	id VARCHAR(24) NOT NULL, 
	principal VARCHAR(24) NOT NULL, 
	stand_in VARCHAR(24) NOT NULL, 
	contact TEXT, 
	reason TEXT, 
	authorized_by VARCHAR(24), 
	since VARCHAR(27) NOT NULL, 
	until VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_substitutions PRIMARY KEY (id), 
	CONSTRAINT fk_substitutions_principal FOREIGN KEY(principal) REFERENCES people (id), 
	CONSTRAINT fk_substitutions_stand_in FOREIGN KEY(stand_in) REFERENCES people (id), 
	CONSTRAINT fk_substitutions_authorized_by FOREIGN KEY(authorized_by) REFERENCES people (id)
)
--
CREATE INDEX ix_substitutions_authorized_by ON substitutions (authorized_by)
--
CREATE INDEX ix_substitutions_principal ON substitutions (principal)
--
CREATE INDEX ix_substitutions_stand_in ON substitutions (stand_in)
--
CREATE TABLE document_links (
	id VARCHAR(24) NOT NULL, 
	old VARCHAR(24) NOT NULL, 
	new VARCHAR(24) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_document_links PRIMARY KEY (id), 
	CONSTRAINT uq_document_links_old_new UNIQUE (old, new), 
	CONSTRAINT fk_document_links_old FOREIGN KEY(old) REFERENCES documents (id), 
	CONSTRAINT fk_document_links_new FOREIGN KEY(new) REFERENCES documents (id)
)
--
CREATE INDEX ix_document_links_new ON document_links (new)
--
CREATE INDEX ix_document_links_old ON document_links (old)
--
CREATE TABLE document_readers (
	id VARCHAR(24) NOT NULL, 
	document VARCHAR(24) NOT NULL, 
	reader VARCHAR(24) NOT NULL, 
	named_by VARCHAR(24) NOT NULL, 
	reason TEXT NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	until VARCHAR(27), 
	CONSTRAINT pk_document_readers PRIMARY KEY (id), 
	CONSTRAINT fk_document_readers_document FOREIGN KEY(document) REFERENCES documents (id), 
	CONSTRAINT fk_document_readers_reader FOREIGN KEY(reader) REFERENCES people (id), 
	CONSTRAINT fk_document_readers_named_by FOREIGN KEY(named_by) REFERENCES people (id)
)
--
CREATE INDEX ix_document_readers_document ON document_readers (document)
--
CREATE INDEX ix_document_readers_reader ON document_readers (reader)
--
CREATE TABLE petition_steps (
	id VARCHAR(24) NOT NULL, 
	petition VARCHAR(24) NOT NULL, 
	number INTEGER NOT NULL, 
	approver VARCHAR(24) NOT NULL, 
	on_behalf_of VARCHAR(24), 
	role VARCHAR(40) NOT NULL, 
	decision VARCHAR(16) NOT NULL, 
	opinion TEXT, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_petition_steps PRIMARY KEY (id), 
	CONSTRAINT uq_petition_steps_petition_number UNIQUE (petition, number), 
	CONSTRAINT fk_petition_steps_petition FOREIGN KEY(petition) REFERENCES seal_petitions (id), 
	CONSTRAINT fk_petition_steps_approver FOREIGN KEY(approver) REFERENCES people (id), 
	CONSTRAINT fk_petition_steps_on_behalf_of FOREIGN KEY(on_behalf_of) REFERENCES people (id)
)
--
CREATE INDEX ix_petition_steps_approver ON petition_steps (approver)
--
CREATE INDEX ix_petition_steps_on_behalf_of ON petition_steps (on_behalf_of)
--
CREATE INDEX ix_petition_steps_petition ON petition_steps (petition)
--
CREATE TABLE quota_changes (
	id VARCHAR(24) NOT NULL, 
	organization VARCHAR(24) NOT NULL, 
	name TEXT NOT NULL, 
	medium VARCHAR(24) NOT NULL, 
	max_count INTEGER NOT NULL, 
	basis TEXT NOT NULL, 
	petition VARCHAR(24) NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_quota_changes PRIMARY KEY (id), 
	CONSTRAINT fk_quota_changes_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT uq_quota_changes_petition UNIQUE (petition), 
	CONSTRAINT fk_quota_changes_petition FOREIGN KEY(petition) REFERENCES seal_petitions (id)
)
--
CREATE INDEX ix_quota_changes_organization ON quota_changes (organization)
--
CREATE TABLE rectification_orders (
	id VARCHAR(24) NOT NULL, 
	document VARCHAR(24) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	finding TEXT NOT NULL, 
	ordered_at VARCHAR(27) NOT NULL, 
	ordered_by VARCHAR(24) NOT NULL, 
	due_at VARCHAR(27) NOT NULL, 
	closed_at VARCHAR(27), 
	result TEXT, 
	CONSTRAINT pk_rectification_orders PRIMARY KEY (id), 
	CONSTRAINT fk_rectification_orders_document FOREIGN KEY(document) REFERENCES documents (id), 
	CONSTRAINT fk_rectification_orders_ordered_by FOREIGN KEY(ordered_by) REFERENCES people (id)
)
--
CREATE INDEX ix_rectification_orders_document ON rectification_orders (document)
--
CREATE TABLE take_out_permits (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	petition VARCHAR(24) NOT NULL, 
	borrower VARCHAR(24) NOT NULL, 
	matter TEXT NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	due_back VARCHAR(27) NOT NULL, 
	taken_at VARCHAR(27), 
	returned_at VARCHAR(27), 
	received_by VARCHAR(24), 
	CONSTRAINT pk_take_out_permits PRIMARY KEY (id), 
	CONSTRAINT fk_take_out_permits_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT uq_take_out_permits_petition UNIQUE (petition), 
	CONSTRAINT fk_take_out_permits_petition FOREIGN KEY(petition) REFERENCES seal_petitions (id), 
	CONSTRAINT fk_take_out_permits_borrower FOREIGN KEY(borrower) REFERENCES people (id), 
	CONSTRAINT fk_take_out_permits_received_by FOREIGN KEY(received_by) REFERENCES people (id)
)
--
CREATE INDEX ix_take_out_permits_borrower ON take_out_permits (borrower)
--
CREATE INDEX ix_take_out_permits_received_by ON take_out_permits (received_by)
--
CREATE INDEX ix_take_out_permits_seal ON take_out_permits (seal)
--
CREATE TABLE use_requests (
	id VARCHAR(24) NOT NULL, 
	number VARCHAR(40) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	basis VARCHAR(24) NOT NULL, 
	dispatch_card VARCHAR(24), 
	matter TEXT NOT NULL, 
	item_code TEXT, 
	item_class VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	section TEXT NOT NULL, 
	copies INTEGER NOT NULL, 
	document_type VARCHAR(40) NOT NULL, 
	document_no TEXT, 
	certificate_no TEXT, 
	title TEXT, 
	document_sm3 VARCHAR(64) NOT NULL, 
	document_sha256 VARCHAR(64) NOT NULL, 
	document BLOB, 
	facts JSON NOT NULL, 
	applicant VARCHAR(24) NOT NULL, 
	department VARCHAR(24), 
	organization VARCHAR(24) NOT NULL, 
	corrects VARCHAR(24), 
	rule VARCHAR(80) NOT NULL, 
	steps JSON NOT NULL, 
	requested_at VARCHAR(27) NOT NULL, 
	approved_at VARCHAR(27), 
	expires_at VARCHAR(27), 
	CONSTRAINT pk_use_requests PRIMARY KEY (id), 
	CONSTRAINT uq_use_requests_number UNIQUE (number), 
	CONSTRAINT fk_use_requests_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_use_requests_dispatch_card FOREIGN KEY(dispatch_card) REFERENCES dispatch_cards (id), 
	CONSTRAINT fk_use_requests_applicant FOREIGN KEY(applicant) REFERENCES people (id), 
	CONSTRAINT fk_use_requests_department FOREIGN KEY(department) REFERENCES departments (id), 
	CONSTRAINT fk_use_requests_organization FOREIGN KEY(organization) REFERENCES organizations (id), 
	CONSTRAINT fk_use_requests_corrects FOREIGN KEY(corrects) REFERENCES use_requests (id)
)
--
CREATE INDEX ix_use_requests_applicant ON use_requests (applicant)
--
CREATE INDEX ix_use_requests_corrects ON use_requests (corrects)
--
CREATE INDEX ix_use_requests_department ON use_requests (department)
--
CREATE INDEX ix_use_requests_dispatch_card ON use_requests (dispatch_card)
--
CREATE INDEX ix_use_requests_document_no ON use_requests (document_no)
--
CREATE INDEX ix_use_requests_document_sm3 ON use_requests (document_sm3)
--
CREATE INDEX ix_use_requests_organization ON use_requests (organization)
--
CREATE INDEX ix_use_requests_seal ON use_requests (seal)
--
CREATE INDEX ix_use_requests_state ON use_requests (state)
--
CREATE TABLE approvals (
	id VARCHAR(24) NOT NULL, 
	request VARCHAR(24) NOT NULL, 
	step INTEGER NOT NULL, 
	decision VARCHAR(16) NOT NULL, 
	approver VARCHAR(24) NOT NULL, 
	on_behalf_of VARCHAR(24), 
	role VARCHAR(40) NOT NULL, 
	mode VARCHAR(16) NOT NULL, 
	statement TEXT NOT NULL, 
	signature BLOB, 
	certificate BLOB, 
	opinion TEXT, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_approvals PRIMARY KEY (id), 
	CONSTRAINT fk_approvals_request FOREIGN KEY(request) REFERENCES use_requests (id), 
	CONSTRAINT fk_approvals_approver FOREIGN KEY(approver) REFERENCES people (id), 
	CONSTRAINT fk_approvals_on_behalf_of FOREIGN KEY(on_behalf_of) REFERENCES people (id)
)
--
CREATE INDEX ix_approvals_approver ON approvals (approver)
--
CREATE INDEX ix_approvals_on_behalf_of ON approvals (on_behalf_of)
--
CREATE INDEX ix_approvals_request ON approvals (request)
--
CREATE TABLE document_states (
	sequence INTEGER NOT NULL, 
	document VARCHAR(24) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	effective_at VARCHAR(27) NOT NULL, 
	recorded_at VARCHAR(27) NOT NULL, 
	reason TEXT, 
	"by" VARCHAR(24) NOT NULL, 
	"order" VARCHAR(24), 
	CONSTRAINT pk_document_states PRIMARY KEY (sequence), 
	CONSTRAINT fk_document_states_document FOREIGN KEY(document) REFERENCES documents (id), 
	CONSTRAINT fk_document_states_by FOREIGN KEY("by") REFERENCES people (id), 
	CONSTRAINT fk_document_states_order FOREIGN KEY("order") REFERENCES rectification_orders (id)
)
--
CREATE INDEX ix_document_states_document ON document_states (document)
--
CREATE INDEX ix_document_states_order ON document_states ("order")
--
CREATE TABLE seal_incidents (
	id VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	use VARCHAR(24), 
	effective_at VARCHAR(27) NOT NULL, 
	discovered_at VARCHAR(27) NOT NULL, 
	reported_at VARCHAR(27) NOT NULL, 
	reported_by VARCHAR(24) NOT NULL, 
	account TEXT NOT NULL, 
	is_emergency BOOLEAN NOT NULL, 
	written_at VARCHAR(27), 
	notified JSON NOT NULL, 
	involved JSON NOT NULL, 
	verified_at VARCHAR(27), 
	told_authority_at VARCHAR(27), 
	investigation TEXT, 
	disposition TEXT, 
	closed_at VARCHAR(27), 
	closed_by VARCHAR(24), 
	CONSTRAINT pk_seal_incidents PRIMARY KEY (id), 
	CONSTRAINT fk_seal_incidents_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_seal_incidents_use FOREIGN KEY(use) REFERENCES use_requests (id), 
	CONSTRAINT fk_seal_incidents_reported_by FOREIGN KEY(reported_by) REFERENCES people (id), 
	CONSTRAINT fk_seal_incidents_closed_by FOREIGN KEY(closed_by) REFERENCES people (id)
)
--
CREATE INDEX ix_seal_incidents_closed_by ON seal_incidents (closed_by)
--
CREATE INDEX ix_seal_incidents_reported_by ON seal_incidents (reported_by)
--
CREATE INDEX ix_seal_incidents_seal ON seal_incidents (seal)
--
CREATE INDEX ix_seal_incidents_use ON seal_incidents (use)
--
CREATE TABLE stamps (
	id VARCHAR(24) NOT NULL, 
	request VARCHAR(24) NOT NULL, 
	seal VARCHAR(24) NOT NULL, 
	operator VARCHAR(24) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	signature_id TEXT, 
	copies INTEGER, 
	spoiled INTEGER, 
	intent BIGINT NOT NULL, 
	result BIGINT NOT NULL, 
	stamped_sm3 VARCHAR(64), 
	stamped_sha256 VARCHAR(64), 
	stamped BLOB, 
	delivered_at VARCHAR(27), 
	CONSTRAINT pk_stamps PRIMARY KEY (id), 
	CONSTRAINT uq_stamps_request UNIQUE (request), 
	CONSTRAINT fk_stamps_request FOREIGN KEY(request) REFERENCES use_requests (id), 
	CONSTRAINT fk_stamps_seal FOREIGN KEY(seal) REFERENCES seals (id), 
	CONSTRAINT fk_stamps_operator FOREIGN KEY(operator) REFERENCES people (id), 
	CONSTRAINT uq_stamps_intent UNIQUE (intent), 
	CONSTRAINT uq_stamps_result UNIQUE (result)
)
--
CREATE INDEX ix_stamps_operator ON stamps (operator)
--
CREATE INDEX ix_stamps_seal ON stamps (seal)
--
CREATE INDEX ix_stamps_stamped_sha256 ON stamps (stamped_sha256)
--
CREATE INDEX ix_stamps_stamped_sm3 ON stamps (stamped_sm3)
--
CREATE TABLE document_versions (
	id VARCHAR(24) NOT NULL, 
	document VARCHAR(24) NOT NULL, 
	stamp VARCHAR(24) NOT NULL, 
	request VARCHAR(24) NOT NULL, 
	seals JSON NOT NULL, 
	signed_at VARCHAR(27) NOT NULL, 
	sm3 VARCHAR(64), 
	sha256 VARCHAR(64), 
	CONSTRAINT pk_document_versions PRIMARY KEY (id), 
	CONSTRAINT fk_document_versions_document FOREIGN KEY(document) REFERENCES documents (id), 
	CONSTRAINT uq_document_versions_stamp UNIQUE (stamp), 
	CONSTRAINT fk_document_versions_stamp FOREIGN KEY(stamp) REFERENCES stamps (id), 
	CONSTRAINT fk_document_versions_request FOREIGN KEY(request) REFERENCES use_requests (id)
)
--
CREATE INDEX ix_document_versions_document ON document_versions (document)
--
CREATE INDEX ix_document_versions_request ON document_versions (request)
--
CREATE INDEX ix_document_versions_sha256 ON document_versions (sha256)
--
CREATE INDEX ix_document_versions_sm3 ON document_versions (sm3)
--
INSERT INTO heads VALUES ('audit', 0, '0000000000000000000000000000000000000000000000000000000000000000')
--
INSERT INTO heads VALUES ('ledger', 0, '0000000000000000000000000000000000000000000000000000000000000000')
--
CREATE TRIGGER ledger_entries_append_only_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: ledger_entries'); END
--
CREATE TRIGGER ledger_entries_append_only_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: ledger_entries'); END
--
CREATE TRIGGER ledger_entries_append_only_replace BEFORE INSERT ON ledger_entries WHEN EXISTS (SELECT 1 FROM ledger_entries WHERE sequence = NEW.sequence) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: ledger_entries'); END
--
CREATE TRIGGER ledger_nodes_append_only_update BEFORE UPDATE ON ledger_nodes BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: ledger_nodes'); END
--
CREATE TRIGGER ledger_nodes_append_only_delete BEFORE DELETE ON ledger_nodes BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: ledger_nodes'); END
--
CREATE TRIGGER ledger_nodes_append_only_replace BEFORE INSERT ON ledger_nodes WHEN EXISTS (SELECT 1 FROM ledger_nodes WHERE level = NEW.level AND position = NEW.position) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: ledger_nodes'); END
--
CREATE TRIGGER checkpoints_append_only_update BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: checkpoints'); END
--
CREATE TRIGGER checkpoints_append_only_delete BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: checkpoints'); END
--
CREATE TRIGGER checkpoints_append_only_replace BEFORE INSERT ON checkpoints WHEN EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: checkpoints'); END
--
CREATE TRIGGER audit_events_append_only_update BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: audit_events'); END
--
CREATE TRIGGER audit_events_append_only_delete BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: audit_events'); END
--
CREATE TRIGGER audit_events_append_only_replace BEFORE INSERT ON audit_events WHEN EXISTS (SELECT 1 FROM audit_events WHERE sequence = NEW.sequence) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: audit_events'); END
--
CREATE TRIGGER document_states_append_only_update BEFORE UPDATE ON document_states BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_states'); END
--
CREATE TRIGGER document_states_append_only_delete BEFORE DELETE ON document_states BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_states'); END
--
CREATE TRIGGER document_states_append_only_replace BEFORE INSERT ON document_states WHEN EXISTS (SELECT 1 FROM document_states WHERE sequence = NEW.sequence) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_states'); END
--
CREATE TRIGGER document_versions_append_only_update BEFORE UPDATE ON document_versions BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_versions'); END
--
CREATE TRIGGER document_versions_append_only_delete BEFORE DELETE ON document_versions BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_versions'); END
--
CREATE TRIGGER document_versions_append_only_replace BEFORE INSERT ON document_versions WHEN EXISTS (SELECT 1 FROM document_versions WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_versions'); END
--
CREATE TRIGGER document_links_append_only_update BEFORE UPDATE ON document_links BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_links'); END
--
CREATE TRIGGER document_links_append_only_delete BEFORE DELETE ON document_links BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_links'); END
--
CREATE TRIGGER document_links_append_only_replace BEFORE INSERT ON document_links WHEN EXISTS (SELECT 1 FROM document_links WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: document_links'); END
--
CREATE TRIGGER seal_states_append_only_update BEFORE UPDATE ON seal_states BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: seal_states'); END
--
CREATE TRIGGER seal_states_append_only_delete BEFORE DELETE ON seal_states BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: seal_states'); END
--
CREATE TRIGGER seal_states_append_only_replace BEFORE INSERT ON seal_states WHEN EXISTS (SELECT 1 FROM seal_states WHERE sequence = NEW.sequence) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: seal_states'); END
--
CREATE TRIGGER key_media_states_append_only_update BEFORE UPDATE ON key_media_states BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: key_media_states'); END
--
CREATE TRIGGER key_media_states_append_only_delete BEFORE DELETE ON key_media_states BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: key_media_states'); END
--
CREATE TRIGGER key_media_states_append_only_replace BEFORE INSERT ON key_media_states WHEN EXISTS (SELECT 1 FROM key_media_states WHERE sequence = NEW.sequence) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: key_media_states'); END
--
CREATE TRIGGER review_steps_append_only_update BEFORE UPDATE ON review_steps BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: review_steps'); END
--
CREATE TRIGGER review_steps_append_only_delete BEFORE DELETE ON review_steps BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: review_steps'); END
--
CREATE TRIGGER review_steps_append_only_replace BEFORE INSERT ON review_steps WHEN EXISTS (SELECT 1 FROM review_steps WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: review_steps'); END
--
CREATE TRIGGER petition_steps_append_only_update BEFORE UPDATE ON petition_steps BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: petition_steps'); END
--
CREATE TRIGGER petition_steps_append_only_delete BEFORE DELETE ON petition_steps BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: petition_steps'); END
--
CREATE TRIGGER petition_steps_append_only_replace BEFORE INSERT ON petition_steps WHEN EXISTS (SELECT 1 FROM petition_steps WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: petition_steps'); END
--
CREATE TRIGGER activation_notices_append_only_update BEFORE UPDATE ON activation_notices BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: activation_notices'); END
--
CREATE TRIGGER activation_notices_append_only_delete BEFORE DELETE ON activation_notices BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: activation_notices'); END
--
CREATE TRIGGER activation_notices_append_only_replace BEFORE INSERT ON activation_notices WHEN EXISTS (SELECT 1 FROM activation_notices WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: activation_notices'); END
--
CREATE TRIGGER destructions_append_only_update BEFORE UPDATE ON destructions BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: destructions'); END
--
CREATE TRIGGER destructions_append_only_delete BEFORE DELETE ON destructions BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: destructions'); END
--
CREATE TRIGGER destructions_append_only_replace BEFORE INSERT ON destructions WHEN EXISTS (SELECT 1 FROM destructions WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: destructions'); END
--
CREATE TRIGGER quota_changes_append_only_update BEFORE UPDATE ON quota_changes BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: quota_changes'); END
--
CREATE TRIGGER quota_changes_append_only_delete BEFORE DELETE ON quota_changes BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: quota_changes'); END
--
CREATE TRIGGER quota_changes_append_only_replace BEFORE INSERT ON quota_changes WHEN EXISTS (SELECT 1 FROM quota_changes WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: quota_changes'); END
--
CREATE TRIGGER approvals_append_only_update BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: approvals'); END
--
CREATE TRIGGER approvals_append_only_delete BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: approvals'); END
--
CREATE TRIGGER approvals_append_only_replace BEFORE INSERT ON approvals WHEN EXISTS (SELECT 1 FROM approvals WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: approvals'); END
--
CREATE TRIGGER dispatch_cards_append_only_update BEFORE UPDATE ON dispatch_cards BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: dispatch_cards'); END
--
CREATE TRIGGER dispatch_cards_append_only_delete BEFORE DELETE ON dispatch_cards BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: dispatch_cards'); END
--
CREATE TRIGGER dispatch_cards_append_only_replace BEFORE INSERT ON dispatch_cards WHEN EXISTS (SELECT 1 FROM dispatch_cards WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'E_APPEND_ONLY: dispatch_cards'); END
