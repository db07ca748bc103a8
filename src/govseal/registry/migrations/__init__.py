"""How the tables of a registry came to be, revision by revision (Alembic).

A new registry is founded with the tables as they are now and stamped with the newest revision; an
older one goes through the revisions that it lacks. A test compares both on both databases.
"""
