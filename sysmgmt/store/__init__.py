"""Where state, events and audit live; the only importer of tinydb.

`state.StateStore` keeps the state, `journal.LineJournal` the events, `audit.AuditJournal` the audit
records. Everything that is stored is checksummed, synced before it counts, and refused by name when
it cannot be read.
"""
